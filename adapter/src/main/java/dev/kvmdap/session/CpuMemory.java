package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;
import dev.kvmdap.expression.Memory;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.symbols.dwarf.NoValueException;
import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;

/** The guest's memory as expressions read and change it, through the page tables of the vCPU. Reading allocates nothing. */
final class CpuMemory implements Memory<Cpu> {

    static final CpuMemory INSTANCE = new CpuMemory();

    private CpuMemory() {}

    @Override
    public long read(Cpu cpu, AddressSpace space, long address, int bytes) {
        try {
            return space == AddressSpace.LINEAR
                    ? cpu.memory().peek(address, bytes)
                    : cpu.memory().peekPhysical(address, bytes);
        } catch (NoValueException e) {
            throw new UnreadableException("memory " + e.getMessage());
        }
    }

    @Override
    public void write(Cpu cpu, AddressSpace space, long address, int bytes, long value) {
        byte[] number = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            number[i] = (byte) (value >>> (Byte.SIZE * i));
        }
        boolean linear = space == AddressSpace.LINEAR;
        int written = linear
                ? cpu.memory().write(address, number, 0, bytes)
                : cpu.memory().writePhysical(address, number, 0, bytes);
        if (written < bytes) {
            Object place = linear ? new GuestVirtual(address) : new GuestPhysical(address);
            throw new UnreadableException("there is no memory at " + place);
        }
    }
}
