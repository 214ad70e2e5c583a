package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;
import dev.kvmdap.engine.DebuggerMemory;
import dev.kvmdap.expression.Memory;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.symbols.dwarf.NoValueException;
import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import java.util.Arrays;

/**
 * The guest's memory as people and expressions read and change it, through the page tables of the vCPU. Reading a number allocates
 * nothing.
 */
final class CpuMemory implements Memory<Cpu> {

    /** Tells nobody of what is changed: for conditions, which change nothing. */
    static final CpuMemory UNOBSERVED = new CpuMemory((cpu, space, address, bytes) -> {});

    private final Observer observer;

    /** Hears what is changed. */
    interface Observer {

        /**
         * Memory was written, and is not what it was.
         *
         * @param address of the first one
         * @param bytes how many
         */
        void changed(Cpu cpu, AddressSpace space, long address, int bytes);
    }

    CpuMemory(Observer observer) {
        this.observer = observer;
    }

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
        if (write(cpu, space, address, number) < bytes) {
            Object place = space == AddressSpace.LINEAR ? new GuestVirtual(address) : new GuestPhysical(address);
            throw new UnreadableException("there is no memory at " + place);
        }
    }

    /** Copies memory: the bytes copied before the first one that cannot be read. */
    int read(Cpu cpu, AddressSpace space, long address, byte[] into) {
        DebuggerMemory memory = cpu.memory();
        return space == AddressSpace.LINEAR
                ? memory.read(address, into, 0, into.length)
                : memory.readPhysical(address, into, 0, into.length);
    }

    /** Changes memory, whatever its page's permissions: the bytes written before the first hole. */
    int write(Cpu cpu, AddressSpace space, long address, byte[] bytes) {
        byte[] before = new byte[bytes.length];
        int readable = read(cpu, space, address, before);
        DebuggerMemory memory = cpu.memory();
        int written = space == AddressSpace.LINEAR
                ? memory.write(address, bytes, 0, bytes.length)
                : memory.writePhysical(address, bytes, 0, bytes.length);
        if (!Arrays.equals(before, 0, readable, bytes, 0, readable)) {
            observer.changed(cpu, space, address, written);
        }
        return written;
    }
}
