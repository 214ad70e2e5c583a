package dev.kvmdap.device;

import java.util.List;

/**
 * The reset control register of PC chipsets since Intel's PIIX, port 0xCF9: bit 2 resets the machine when it goes from 0
 * to 1; bit 1 says whether hard or soft, which are the same here.
 */
public final class ResetControl implements PortDevice {

    /** The port. It lies inside the 4-byte PCI register at 0xCF8, so only accesses that begin here are for it. */
    public static final int PORT = 0xcf9;

    private static final int RESET = 1 << 2;

    private int value;

    @Override
    public String name() {
        return "reset control";
    }

    @Override
    public List<PortRange> ports() {
        return List.of(PortRange.of(PORT));
    }

    @Override
    public int read(int port, int size) {
        return value;
    }

    @Override
    public Effect write(int port, int size, int value) {
        int risen = value & ~this.value;
        this.value = value;
        return (risen & RESET) == 0 ? Effect.none() : new Effect.Reset("reset control register 0xcf9");
    }

    @Override
    public List<DeviceItem> state() {
        return List.of(DeviceItem.Register.of("control", Byte.SIZE, null, "bit 2 resets when it goes to 1", value));
    }

    @Override
    public void reset() {
        value = 0;
    }
}
