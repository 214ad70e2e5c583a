package dev.kvmdap.engine;

import dev.kvmdap.machine.GuestMemory;
import dev.kvmdap.x86.PhysicalMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The guest's physical memory as the guest left it: no planted byte shows. One thread uses it. */
final class GuestOwnMemory implements PhysicalMemory {

    private final DebuggerMemory memory;
    private final GuestMemory ram;
    private final ByteBuffer word = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    GuestOwnMemory(DebuggerMemory memory, GuestMemory ram) {
        this.memory = memory;
        this.ram = ram;
    }

    @Override
    public boolean holds(long physical, int length) {
        return ram.holds(physical, length);
    }

    @Override
    public int readInt(long physical) {
        memory.readPhysical(physical, word.array(), 0, Integer.BYTES);
        return word.getInt(0);
    }

    @Override
    public long readLong(long physical) {
        memory.readPhysical(physical, word.array(), 0, Long.BYTES);
        return word.getLong(0);
    }
}
