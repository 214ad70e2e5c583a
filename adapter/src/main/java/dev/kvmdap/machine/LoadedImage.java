package dev.kvmdap.machine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link BootLoader} has made of an image.
 *
 * @param initialState the first vCPU's registers
 * @param offset what to add to the addresses that the image is linked to; 0 where it lies there
 * @param remarks what the user should know, as sentences: what the image asks for and does not get
 * @param firmware the BIOS that serves it; null for none
 */
record LoadedImage(
        InitialState initialState,
        long offset,
        List<String> remarks,
        @Nullable Firmware firmware) {

    LoadedImage {
        remarks = List.copyOf(remarks);
    }

    /** An image that lies where it is linked to and gets what it asks for. */
    static LoadedImage of(InitialState initialState) {
        return new LoadedImage(initialState, 0, List.of(), null);
    }

    /** As {@link #of(InitialState)}, with the BIOS that serves it; null for none. */
    static LoadedImage of(InitialState initialState, @Nullable Firmware firmware) {
        return new LoadedImage(initialState, 0, List.of(), firmware);
    }
}
