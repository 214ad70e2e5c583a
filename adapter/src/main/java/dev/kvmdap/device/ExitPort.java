package dev.kvmdap.device;

import java.util.List;

/**
 * The exit port, compatible with QEMU's isa-debug-exit: writing v, in 1, 2 or 4 bytes, ends the guest with the exit code
 * {@code (v << 1) | 1}. The code is never 0, so that "ended by itself" and "ended for another reason" differ.
 */
public final class ExitPort implements PortDevice {

    /** Where guests commonly expect it. */
    public static final int DEFAULT_PORT = 0xf4;

    private final PortRange port;

    /** Listens at {@code port}, 0 to 0xffff. */
    public ExitPort(int port) {
        this.port = PortRange.of(port);
    }

    @Override
    public String name() {
        return "exit port";
    }

    @Override
    public List<PortRange> ports() {
        return List.of(port);
    }

    @Override
    public int width() {
        return 4;
    }

    @Override
    public int read(int port, int size) {
        return 0;
    }

    @Override
    public Effect write(int port, int size, int value) {
        return new Effect.Exit(value << 1 | 1);
    }

    @Override
    public boolean hasState() {
        return false;
    }

    @Override
    public void reset() {}
}
