package dev.kvmdap.disassembly;

/**
 * How an operand is encoded, in the letters of SDM vol. 2, A.2: the method, and the size. Operands that no letter
 * describes are named.
 *
 * @param method a letter of {@link #METHODS}, or {@link #NAMED}
 * @param size a letter of {@link #SIZES}, or a space for none
 * @param name of a register, of an accumulator of variable width, or a constant; empty where there is a method
 */
record OperandCode(char method, char size, String name) {

    /**
     * A far pointer, B register in VEX.vvvv, C control register, D debug register, E register or memory by ModR/M, G register
     * by ModR/M.reg, H vector register in VEX.vvvv, I immediate, J branch distance, K mask register, L vector register in an
     * immediate, M memory, N MMX register by ModR/M.rm, O memory offset, P MMX register by ModR/M.reg, Q MMX register or
     * memory, R register by ModR/M.rm, S segment register, T memory at DS:rBX, U vector register by ModR/M.rm, V vector
     * register by ModR/M.reg, W vector register or memory, X memory at DS:rSI, Y memory at ES:rDI, Z register in the opcode.
     */
    private static final String METHODS = "ABCDEGHIJKLMNOPQRSTUVWXYZ";

    /**
     * b 1, w 2, d 4, q 8, o 16, t 10 bytes; v the operand size, z the same but at most 4, y 4 or 8 by REX.W, r 4 or 8 by the
     * mode, a the address size (two operands for BOUND), p a far pointer; x the vector length, k, j, i a half, a quarter, an
     * eighth of it; s one byte sign-extended to the operand size; for mask registers g, v, u by ModR/M.reg, VEX.vvvv,
     * ModR/M.rm.
     */
    private static final String SIZES = "bwdqotvzyrapxkjisgu";

    static final char NAMED = '.';

    static OperandCode parse(String text) {
        boolean coded = METHODS.indexOf(text.charAt(0)) >= 0
                && text.length() <= 2
                && (text.length() == 1 || SIZES.indexOf(text.charAt(1)) >= 0);
        return coded
                ? new OperandCode(text.charAt(0), text.length() == 1 ? ' ' : text.charAt(1), "")
                : new OperandCode(NAMED, ' ', text);
    }

    /** Whether a ModR/M byte is part of the encoding. */
    boolean needsModRm() {
        return "CDEGKMNPQRSUVW".indexOf(method) >= 0;
    }

    /** Whether a prefix that changes the operand size changes this operand. */
    boolean followsOperandSize() {
        return "vzps".indexOf(size) >= 0
                || method == 'A'
                || method == 'S'
                || name.equals("rAX")
                || name.equals("eAX")
                || (method == 'M' && size == 'a');
    }

    /** Whether a prefix that changes the address size changes this operand. */
    boolean followsAddressSize() {
        return "OTXY".indexOf(method) >= 0 || name.equals("aAX") || (size == 'a' && method != 'M');
    }
}
