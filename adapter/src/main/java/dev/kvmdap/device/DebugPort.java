package dev.kvmdap.device;

import java.util.List;

/** Port 0xE9, where Bochs and QEMU print what is written: the shortest way for a guest to say something. */
public final class DebugPort implements PortDevice {

    /** The port; reading it yields the same number, by which a guest recognises it. */
    public static final int PORT = 0xe9;

    private final ByteSink output;

    public DebugPort(ByteSink output) {
        this.output = output;
    }

    @Override
    public String name() {
        return "debug port";
    }

    @Override
    public List<PortRange> ports() {
        return List.of(PortRange.of(PORT));
    }

    @Override
    public int read(int port, int size) {
        return PORT;
    }

    @Override
    public Effect write(int port, int size, int value) {
        output.accept((byte) value);
        return Effect.none();
    }

    @Override
    public boolean hasState() {
        return false;
    }

    @Override
    public void reset() {}
}
