package dev.kvmdap.engine;

import dev.kvmdap.device.MemoryBus;
import dev.kvmdap.machine.GuestMemory;

/**
 * Devices' accesses to the guest's memory as the guest's own: planted bytes are hidden from them and stay, guarded code that they
 * write is noticed at once, and watchpoints count them. On the vCPU thread that serves the device, one at a time.
 */
final class DeviceAccess implements MemoryBus {

    private final GuestMemory memory;
    private final Traps traps;
    private long touched;

    DeviceAccess(GuestMemory memory, Traps traps) {
        this.memory = memory;
        this.traps = traps;
    }

    @Override
    public int read(long physical, byte[] into, int from, int length) {
        int read = traps.planted().read(physical, into, from, length);
        touched |= traps.watches().touched(physical, read, false);
        return read;
    }

    @Override
    public int write(long physical, byte[] bytes, int from, int length) {
        int held = (int) Math.min(length, memory.available(physical));
        traps.planted().storeBelow(physical, bytes, from, held);
        traps.guards().written(physical, held);
        touched |= traps.watches().touched(physical, held, true);
        return held;
    }

    /** The watchpoints whose memory devices have accessed since this was last asked. */
    long takeTouched() {
        long taken = touched;
        touched = 0;
        return taken;
    }
}
