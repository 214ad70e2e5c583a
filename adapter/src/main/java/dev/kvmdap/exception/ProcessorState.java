package dev.kvmdap.exception;

import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.Register;
import java.util.EnumMap;
import java.util.Map;

/** A processor's registers at one moment, as far as they decide what becomes of an exception. */
public final class ProcessorState {

    private static final long LINEAR_32 = 0xffff_ffffL;
    private static final long RFLAGS_VM = 1 << 17;

    private final Map<Register, Long> registers;
    private final Map<Register, SegmentRegister> segments;
    private final boolean lastKnown;

    private ProcessorState(Builder builder) {
        registers = new EnumMap<>(builder.registers);
        segments = new EnumMap<>(builder.segments);
        lastKnown = builder.lastKnown;
    }

    /** Collects the registers; those that are not set are 0. */
    public static final class Builder {
        private final Map<Register, Long> registers = new EnumMap<>(Register.class);
        private final Map<Register, SegmentRegister> segments = new EnumMap<>(Register.class);
        private boolean lastKnown;

        /** Sets a register that is one number. */
        public Builder set(Register register, long value) {
            registers.put(register, value);
            return this;
        }

        /**
         * Sets a segment register.
         *
         * @param register {@link Register#CS} to {@link Register#TR}
         */
        public Builder set(Register register, SegmentRegister value) {
            segments.put(register, value);
            return this;
        }

        /** Says that the state was read some time before the moment in question. */
        public Builder lastKnown(boolean value) {
            lastKnown = value;
            return this;
        }

        /** The state. */
        public ProcessorState build() {
            return new ProcessorState(this);
        }
    }

    /** The same state, to be changed. */
    public Builder with() {
        Builder builder = new Builder();
        builder.registers.putAll(registers);
        builder.segments.putAll(segments);
        builder.lastKnown = lastKnown;
        return builder;
    }

    /** A register that is one number. */
    public long get(Register register) {
        return registers.getOrDefault(register, 0L);
    }

    /** A segment register: {@link Register#CS} to {@link Register#TR}. */
    public SegmentRegister segment(Register register) {
        return segments.getOrDefault(register, SegmentRegister.NONE);
    }

    /** Whether the registers are of some time before the moment in question. */
    public boolean isLastKnown() {
        return lastKnown;
    }

    /** The operating mode. */
    public CpuMode mode() {
        return CpuMode.of(
                get(Register.CR0), get(Register.EFER), segment(Register.CS).longMode());
    }

    /** Whether IA-32e mode is active, whatever CS says (EFER.LMA). */
    public boolean isIa32e() {
        return switch (mode()) {
            case COMPATIBILITY, LONG -> true;
            case REAL, PROTECTED -> false;
        };
    }

    /** The width of code at CS: 16, 32 or 64. */
    public int codeBits() {
        if (mode() == CpuMode.LONG) {
            return 64;
        }
        return segment(Register.CS).big() ? 32 : 16;
    }

    /** The current privilege level: 0 to 3. */
    public int cpl() {
        if (mode() == CpuMode.REAL) {
            return 0;
        }
        return isVirtual8086() ? 3 : segment(Register.SS).dpl();
    }

    /** Whether 8086 code runs in protected mode. */
    public boolean isVirtual8086() {
        return mode() == CpuMode.PROTECTED && (get(Register.RFLAGS) & RFLAGS_VM) != 0;
    }

    /** The linear address of the next instruction. */
    public long pc() {
        return linear(Register.CS, get(Register.RIP));
    }

    /** The linear address of an offset in a segment; in 64-bit code only FS and GS have a base (SDM vol. 3, 3.4.4). */
    public long linear(Register segment, long offset) {
        if (mode() == CpuMode.LONG) {
            return segment == Register.FS || segment == Register.GS
                    ? segment(segment).base() + offset
                    : offset;
        }
        return (segment(segment).base() + offset) & LINEAR_32;
    }

    /** The stack pointer at the width that the stack has: 16, 32 or 64 bits. */
    public long stackOffset() {
        return get(Register.RSP) & stackMask();
    }

    /** The bits of RSP that address the stack (SDM vol. 1, 6.2.3). */
    public long stackMask() {
        if (mode() == CpuMode.LONG) {
            return -1;
        }
        return segment(Register.SS).big() ? LINEAR_32 : 0xffff;
    }
}
