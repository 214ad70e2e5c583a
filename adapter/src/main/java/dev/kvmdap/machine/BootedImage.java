package dev.kvmdap.machine;

import java.util.List;

/**
 * An image in the guest's memory, ready to start.
 *
 * @param protocol how it was booted; never {@link BootProtocol#AUTO}
 * @param recognition what the image was recognised as and why, as a sentence for the user
 * @param initialState the first vCPU's registers
 * @param ranges what lies where, in the order in which it was put there
 */
public record BootedImage(
        BootProtocol protocol, String recognition, InitialState initialState, List<LoadedRange> ranges) {

    public BootedImage {
        ranges = List.copyOf(ranges);
    }
}
