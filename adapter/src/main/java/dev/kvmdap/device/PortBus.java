package dev.kvmdap.device;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The I/O address space: finds the device for an access. An access belongs to the device of its first port. Where that
 * device is narrower than the access, each byte goes to the device of its own port. What belongs to nobody reads as all
 * ones, and writes to it vanish.
 */
public final class PortBus {

    private static final int PAGES = 256;
    private static final int PORTS_PER_PAGE = 256;

    private final List<PortDevice> devices = new ArrayList<>();

    /** By the high, then by the low byte of the port. */
    private final @Nullable PortDevice[] @Nullable [] pages = new PortDevice[PAGES][];

    /**
     * Connects a device to its ports.
     *
     * @throws IllegalArgumentException where a port is taken, naming both devices
     */
    public void register(PortDevice device) {
        for (PortRange range : device.ports()) {
            for (int port = range.first(); port < range.first() + range.count(); port++) {
                PortDevice owner = at(port);
                if (owner != null) {
                    throw new IllegalArgumentException(
                            "%s cannot have port 0x%x: it belongs to %s".formatted(device.name(), port, owner.name()));
                }
                page(port)[port % PORTS_PER_PAGE] = device;
            }
        }
        devices.add(device);
    }

    /** The name of the device at a port, from 0 to 0xffff; empty where there is none. */
    public String owner(int port) {
        PortDevice device = at(port);
        return device == null ? "" : device.name();
    }

    /** The devices, in the order in which they were connected. */
    public List<PortDevice> devices() {
        return List.copyOf(devices);
    }

    /** Resets every device. */
    public void reset() {
        devices.forEach(PortDevice::reset);
    }

    /**
     * The guest reads.
     *
     * @param port 0 to 0xffff
     * @param size 1, 2 or 4 bytes
     * @return the value, zero-extended from {@code size} bytes
     */
    public int in(int port, int size) {
        PortDevice device = at(port);
        if (device == null) {
            return -1 >>> (32 - 8 * size);
        }
        if (size <= device.width()) {
            return device.read(port, size);
        }
        int value = 0;
        for (int i = 0; i < size; i++) {
            value |= in(next(port, i), 1) << (8 * i);
        }
        return value;
    }

    /**
     * The guest writes.
     *
     * @param port 0 to 0xffff
     * @param size 1, 2 or 4 bytes
     * @param value zero-extended from {@code size} bytes
     * @return what the machine must do next
     */
    public Effect out(int port, int size, int value) {
        PortDevice device = at(port);
        if (device == null) {
            return Effect.none();
        }
        if (size <= device.width()) {
            return device.write(port, size, value);
        }
        Effect effect = Effect.none();
        for (int i = 0; i < size && effect == Effect.none(); i++) {
            effect = out(next(port, i), 1, value >>> (8 * i) & 0xff);
        }
        return effect;
    }

    private static int next(int port, int bytes) {
        return port + bytes & 0xffff;
    }

    private @Nullable PortDevice at(int port) {
        @Nullable PortDevice[] page = pages[port / PORTS_PER_PAGE];
        return page == null ? null : page[port % PORTS_PER_PAGE];
    }

    private @Nullable PortDevice[] page(int port) {
        int number = port / PORTS_PER_PAGE;
        @Nullable PortDevice[] page = pages[number];
        if (page == null) {
            page = new PortDevice[PORTS_PER_PAGE];
            pages[number] = page;
        }
        return page;
    }
}
