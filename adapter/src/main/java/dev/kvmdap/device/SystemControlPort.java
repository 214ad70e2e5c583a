package dev.kvmdap.device;

import java.util.List;

/** System control port A, 0x92, of the PS/2: bit 1 opens the A20 gate, bit 0 resets the machine when it goes from 0 to 1. */
public final class SystemControlPort implements PortDevice {

    /** The port. */
    public static final int PORT = 0x92;

    private static final int FAST_RESET = 1;
    private static final int A20 = 1 << 1;

    private final A20Gate gate;
    private int value;

    public SystemControlPort(A20Gate gate) {
        this.gate = gate;
    }

    @Override
    public String name() {
        return "system control port A";
    }

    @Override
    public List<PortRange> ports() {
        return List.of(PortRange.of(PORT));
    }

    @Override
    public int read(int port, int size) {
        return (value & ~A20) | (gate.isOpen() ? A20 : 0);
    }

    @Override
    public Effect write(int port, int size, int value) {
        int risen = value & ~this.value;
        this.value = value;
        gate.set((value & A20) != 0);
        return (risen & FAST_RESET) == 0 ? Effect.none() : new Effect.Reset("system control port 0x92");
    }

    @Override
    public List<DeviceItem> state() {
        return List.of(DeviceItem.Register.of("control", Byte.SIZE, null, "last byte written", value), gate.item());
    }

    @Override
    public void reset() {
        value = 0;
        gate.set(true);
    }
}
