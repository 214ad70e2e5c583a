package dev.kvmdap.machine;

import dev.kvmdap.device.MemoryBus;

/** The guest's memory as its devices reach it. Whoever plants bytes in it or watches it has accesses led through itself. */
public final class DeviceMemory implements MemoryBus {

    private volatile MemoryBus route;

    DeviceMemory(MemoryBus memory) {
        route = memory;
    }

    /** Leads all accesses through something else. */
    public void leadThrough(MemoryBus other) {
        route = other;
    }

    @Override
    public int read(long physical, byte[] into, int from, int length) {
        return route.read(physical, into, from, length);
    }

    @Override
    public int write(long physical, byte[] bytes, int from, int length) {
        return route.write(physical, bytes, from, length);
    }
}
