package dev.kvmdap.device;

import java.util.List;

/**
 * A device that the guest reaches by IN and OUT. {@link #read}, {@link #write} and {@link #reset} are called on a vCPU
 * thread, by one vCPU at a time.
 */
public interface PortDevice extends Inspected {

    /** The ports that it answers at. */
    List<PortRange> ports();

    /**
     * The widest access in bytes that the device takes whole: 1, 2 or 4. The {@link PortBus} splits wider ones into
     * bytes at consecutive ports, as the ISA bus does for 8-bit devices.
     */
    default int width() {
        return 1;
    }

    /**
     * The guest reads.
     *
     * @param port one of {@link #ports}
     * @param size in bytes, at most {@link #width}
     * @return the value, zero-extended from {@code size} bytes
     */
    int read(int port, int size);

    /**
     * The guest writes.
     *
     * @param port one of {@link #ports}
     * @param size in bytes, at most {@link #width}
     * @param value zero-extended from {@code size} bytes
     */
    Effect write(int port, int size, int value);

    /** Puts the device into the state it has when the machine is switched on. */
    void reset();
}
