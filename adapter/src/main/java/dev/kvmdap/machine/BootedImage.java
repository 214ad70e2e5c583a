package dev.kvmdap.machine;

import java.util.List;
import java.util.Optional;

/**
 * An image in the guest's memory, ready to start.
 *
 * @param protocol how it was booted; never {@link BootProtocol#AUTO}
 * @param recognition what the image was recognised as and why, as a sentence for the user
 * @param initialState the first vCPU's registers
 * @param remarks what the user should know beside, as sentences: what the image asks for and does not get
 * @param offset what to add to the addresses that the program is linked to; 0 where it lies there
 * @param firmware the BIOS that serves it; empty for none
 * @param ranges what lies where, in the order in which it was put there
 */
public record BootedImage(
        BootProtocol protocol,
        String recognition,
        InitialState initialState,
        List<String> remarks,
        long offset,
        Optional<Firmware> firmware,
        List<LoadedRange> ranges) {

    public BootedImage {
        remarks = List.copyOf(remarks);
        ranges = List.copyOf(ranges);
    }
}
