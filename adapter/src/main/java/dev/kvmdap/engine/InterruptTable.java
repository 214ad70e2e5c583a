package dev.kvmdap.engine;

import dev.kvmdap.kvm.DescriptorTable;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.x86.Gate;
import dev.kvmdap.x86.PageWalk;
import dev.kvmdap.x86.SegmentDescriptor;
import java.util.OptionalLong;

/** Where the vectors of a vCPU lead: its interrupt vectors in real mode, its interrupt descriptors otherwise. */
final class InterruptTable {

    /** What {@link #handler} answers for a vector that leads nowhere, or to another task. */
    static final long NO_HANDLER = -1;

    /** What {@link #exceptions} answers where no one address leads to all of their entries. */
    static final long NOT_IN_ONE_PLACE = -1;

    /** Vectors 0 to 31 (SDM vol. 3, 6.2). */
    private static final int EXCEPTIONS = 32;

    private static final int VECTORS = 256;
    private static final int LOCAL = 1 << 2;
    private static final int SELECTOR_INDEX = ~7 & 0xffff;
    private static final long LINEAR_32 = 0xffff_ffffL;

    private InterruptTable() {}

    /**
     * The linear address of the handler that INT n comes to (SDM vol. 3, 6.12; in real mode 20.1.4).
     *
     * @param vector 0 to 255
     * @return {@link #NO_HANDLER} where the vector has none, or the current privilege level must not use it
     */
    static long handler(Cpu cpu, int vector) {
        return handler(cpu, vector, cpu.privilegeLevel());
    }

    /**
     * The linear address of the handler that an exception comes to, whatever the privilege level.
     *
     * @param vector 0 to 31
     * @return {@link #NO_HANDLER} where the vector has none
     */
    static long faultHandler(Cpu cpu, int vector) {
        return handler(cpu, vector, 0);
    }

    private static long handler(Cpu cpu, int vector, int privilegeLevel) {
        long handler = switch (cpu.mode()) {
            case REAL -> realModeHandler(cpu, vector);
            case PROTECTED -> gate(cpu, vector, privilegeLevel, Long.BYTES);
            case COMPATIBILITY, LONG -> gate(cpu, vector, privilegeLevel, 2 * Long.BYTES);
        };
        return handler == NO_HANDLER || cpu.translate(handler) == PageWalk.NOT_MAPPED ? NO_HANDLER : handler;
    }

    /** The size of what is pushed for a handler of the current mode: 2, 4 or 8 bytes. */
    static int wordBytes(Cpu cpu) {
        return switch (cpu.mode()) {
            case REAL -> Short.BYTES;
            case PROTECTED -> Integer.BYTES;
            case COMPATIBILITY, LONG -> Long.BYTES;
        };
    }

    /** The first vector whose handler begins at a linear address; -1 where there is none. */
    static int vectorOf(Cpu cpu, long handler) {
        for (int vector = 0; vector < VECTORS; vector++) {
            long found = switch (cpu.mode()) {
                case REAL -> realModeHandler(cpu, vector);
                case PROTECTED -> gate(cpu, vector, 0, Long.BYTES);
                case COMPATIBILITY, LONG -> gate(cpu, vector, 0, 2 * Long.BYTES);
            };
            if (found == handler) {
                return vector;
            }
        }
        return -1;
    }

    /**
     * The physical address of the exceptions' entries; {@link #NOT_IN_ONE_PLACE} where the table ends before the last of them, or
     * they do not all lie in one page of RAM. Allocates nothing.
     */
    static long exceptions(Cpu cpu) {
        int bytes = EXCEPTIONS * entryBytes(cpu);
        DescriptorTable table = cpu.sregs().idt();
        long physical =
                table.limit() < bytes - 1 ? PageWalk.NOT_MAPPED : cpu.memory().place(table.base(), bytes);
        return physical == PageWalk.NOT_MAPPED ? NOT_IN_ONE_PLACE : physical;
    }

    /** The size of an entry in the current mode: 4, 8 or 16 bytes. */
    static int entryBytes(Cpu cpu) {
        return switch (cpu.mode()) {
            case REAL -> Integer.BYTES;
            case PROTECTED -> Long.BYTES;
            case COMPATIBILITY, LONG -> 2 * Long.BYTES;
        };
    }

    private static long realModeHandler(Cpu cpu, int vector) {
        OptionalLong farPointer = entry(cpu, vector, Integer.BYTES, 0, Integer.BYTES);
        if (farPointer.isEmpty()) {
            return NO_HANDLER;
        }
        long pointer = farPointer.getAsLong();
        return ((pointer >>> 16 & 0xffff) << 4) + (pointer & 0xffff);
    }

    private static long gate(Cpu cpu, int vector, int privilegeLevel, int size) {
        OptionalLong low = entry(cpu, vector, size, 0, Long.BYTES);
        if (low.isEmpty()) {
            return NO_HANDLER;
        }
        boolean wide = size > Long.BYTES;
        Gate gate = wide
                ? Gate.decode(
                        low.getAsLong(),
                        entry(cpu, vector, size, Long.BYTES, Long.BYTES).orElse(0))
                : Gate.decode(low.getAsLong());
        if (!gate.present() || gate.type() == Gate.TASK_GATE || gate.dpl() < privilegeLevel) {
            return NO_HANDLER;
        }
        return wide ? gate.offset() : inSegment(cpu, gate);
    }

    private static long inSegment(Cpu cpu, Gate gate) {
        Sregs sregs = cpu.sregs();
        long table = (gate.selector() & LOCAL) != 0
                ? sregs.ldt().base()
                : sregs.gdt().base();
        OptionalLong descriptor = cpu.memory().number(table + (gate.selector() & SELECTOR_INDEX), Long.BYTES);
        return descriptor.isEmpty()
                ? NO_HANDLER
                : (SegmentDescriptor.decode(descriptor.getAsLong()).base() + gate.offset()) & LINEAR_32;
    }

    /** A part of a vector's entry, if the table reaches so far. */
    private static OptionalLong entry(Cpu cpu, int vector, int size, int offset, int bytes) {
        int end = (vector + 1) * size - 1;
        return end > cpu.sregs().idt().limit()
                ? OptionalLong.empty()
                : cpu.memory().number(cpu.sregs().idt().base() + (long) vector * size + offset, bytes);
    }
}
