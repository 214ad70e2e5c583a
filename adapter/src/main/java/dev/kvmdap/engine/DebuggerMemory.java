package dev.kvmdap.engine;

import dev.kvmdap.machine.GuestMemory;
import dev.kvmdap.symbols.dwarf.NoValueException;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.PageWalk;
import java.util.OptionalLong;

/**
 * The guest's memory as the guest itself would see it: no planted byte shows. By linear address through one vCPU's page
 * tables, or by physical address. Threads: as {@link Cpu}.
 */
public final class DebuggerMemory {

    private static final int PAGE = 4096;

    private final Cpu cpu;
    private final GuestMemory memory;
    private final PlantedBytes planted;

    DebuggerMemory(Cpu cpu, GuestMemory memory, PlantedBytes planted) {
        this.cpu = cpu;
        this.memory = memory;
        this.planted = planted;
    }

    /** Copies memory at a linear address: the bytes copied before the first one that is not mapped or no RAM. */
    public int read(long linear, byte[] into, int from, int length) {
        int done = 0;
        while (done < length) {
            long physical = cpu.translate(linear + done);
            int wanted = Math.min(length - done, toPageEnd(linear + done));
            int copied = physical == PageWalk.NOT_MAPPED ? 0 : readPhysical(physical, into, from + done, wanted);
            done += copied;
            if (copied < wanted) {
                break;
            }
        }
        return done;
    }

    /**
     * A little-endian number at a linear address, zero-extended; allocates nothing.
     *
     * @param bytes its size, 1 to 8
     * @throws NoValueException where not all of it can be read
     */
    public long peek(long linear, int bytes) {
        int inPage = Math.min(bytes, toPageEnd(linear));
        long value = peekPhysical(mapped(linear), linear, inPage);
        return inPage == bytes
                ? value
                : value
                        | peekPhysical(mapped(linear + inPage), linear + inPage, bytes - inPage)
                                << (Byte.SIZE * inPage);
    }

    /**
     * The physical address of bytes that lie in one page of RAM, or {@link PageWalk#NOT_MAPPED}. Allocates nothing.
     *
     * @param bytes how many, at least 1
     */
    long place(long linear, int bytes) {
        long physical = toPageEnd(linear) < bytes ? PageWalk.NOT_MAPPED : cpu.translate(linear);
        return physical != PageWalk.NOT_MAPPED && memory.holds(physical, bytes) ? physical : PageWalk.NOT_MAPPED;
    }

    private long mapped(long linear) {
        long physical = cpu.translate(linear);
        if (physical == PageWalk.NOT_MAPPED) {
            throw new NoValueException("lies at " + new GuestVirtual(linear) + ", which is not mapped");
        }
        return physical;
    }

    private long peekPhysical(long physical, long linear, int bytes) {
        if (!memory.holds(physical, bytes)) {
            throw new NoValueException("lies at " + new GuestVirtual(linear) + ", where there is no RAM");
        }
        return planted.load(physical, bytes);
    }

    /**
     * A little-endian number at a physical address, zero-extended; allocates nothing.
     *
     * @param bytes its size, 1 to 8
     * @throws NoValueException where not all of it can be read
     */
    public long peekPhysical(long physical, int bytes) {
        if (!memory.holds(physical, bytes)) {
            throw new NoValueException("lies at " + new GuestPhysical(physical) + ", where there is no RAM");
        }
        return planted.load(physical, bytes);
    }

    /**
     * A little-endian number at a linear address; empty where not all of it can be read.
     *
     * @param bytes its size, 1 to 8
     */
    public OptionalLong number(long linear, int bytes) {
        byte[] copy = new byte[bytes];
        if (read(linear, copy, 0, bytes) < bytes) {
            return OptionalLong.empty();
        }
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << Byte.SIZE | (copy[i] & 0xff);
        }
        return OptionalLong.of(value);
    }

    /** Copies memory at a physical address: the bytes copied before the first one that is no RAM. */
    public int readPhysical(long physical, byte[] into, int from, int length) {
        return planted.read(physical, into, from, length);
    }

    /** Changes memory at a linear address, whatever its page's permissions: the bytes written before the first hole. */
    public int write(long linear, byte[] bytes, int from, int length) {
        int done = 0;
        while (done < length) {
            long physical = cpu.translate(linear + done);
            int wanted = Math.min(length - done, toPageEnd(linear + done));
            int written = physical == PageWalk.NOT_MAPPED ? 0 : writePhysical(physical, bytes, from + done, wanted);
            done += written;
            if (written < wanted) {
                break;
            }
        }
        return done;
    }

    /** Changes memory at a physical address: the bytes written before the first one that is no RAM. */
    public int writePhysical(long physical, byte[] bytes, int from, int length) {
        int held = (int) Math.min(length, memory.available(physical));
        planted.writeBelow(physical, bytes, from, held);
        return held;
    }

    /** Whether {@code length} bytes at a linear address can be read. Allocates nothing. */
    public boolean isReadable(long linear, int length) {
        long first = cpu.translate(linear);
        long last = cpu.translate(linear + length - 1);
        return first != PageWalk.NOT_MAPPED
                && last != PageWalk.NOT_MAPPED
                && memory.holds(first, 1)
                && memory.holds(last, 1);
    }

    private static int toPageEnd(long linear) {
        return PAGE - (int) (linear & (PAGE - 1));
    }
}
