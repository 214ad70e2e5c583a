package dev.kvmdap.disassembly;

/** What an instruction works on. */
public sealed interface Operand {

    /** A register, by its name in lower case. */
    record RegisterOperand(String name) implements Operand {}

    /**
     * A number in the instruction.
     *
     * @param value cut to {@code bytes}
     * @param bytes its size once extended: 1, 2, 4 or 8; 0 where the opcode itself means the number
     */
    record Immediate(long value, int bytes) implements Operand {}

    /** Where a relative branch leads: a linear address. */
    record Target(long linear) implements Operand {}

    /** A selector and an offset. */
    record FarPointer(int selector, long offset) implements Operand {}

    /**
     * Memory.
     *
     * @param segment the override that is in effect, {@code fs}; for string instructions their own; empty for none
     * @param base a register's name; empty for none
     * @param index a register's name; empty for none; {@code riz} and {@code eiz} are always zero
     * @param scale 1, 2, 4 or 8
     * @param displacement sign-extended; cut to the address size where there is neither base nor index
     * @param shown whether a displacement is encoded, though it may be zero
     * @param bytes what is read or written there; 0 where the instruction does not say
     */
    record Memory(String segment, String base, String index, int scale, long displacement, boolean shown, int bytes)
            implements Operand {

        /** Whether it lies at a distance from the next instruction. */
        public boolean isRelative() {
            return base.equals("rip") || base.equals("eip");
        }

        /** Whether it lies at a fixed offset in its segment. */
        public boolean isAbsolute() {
            return base.isEmpty() && index.isEmpty();
        }
    }
}
