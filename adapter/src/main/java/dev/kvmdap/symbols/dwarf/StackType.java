package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.types.FloatType;

/**
 * The type of a value on the stack of a DWARF expression (DWARF 5, 2.5.1): the generic one, as wide as an address, or a base
 * type. A value travels as a {@code long}: zero- or sign-extended, a floating-point number as the bits of a {@code double}.
 *
 * @param bytes 1 to 8; of the x87's format 10 to 16
 */
record StackType(Kind kind, int bytes) {

    /** How the bits are understood. */
    enum Kind {
        /** An address's width of bits, zero-extended; operations choose their own sign (DWARF 5, 2.5.1.4). */
        GENERIC,
        SIGNED,
        UNSIGNED,
        FLOAT
    }

    static StackType generic(int addressSize) {
        return new StackType(Kind.GENERIC, addressSize);
    }

    boolean isGeneric() {
        return kind == Kind.GENERIC;
    }

    private boolean isFloat() {
        return kind == Kind.FLOAT;
    }

    private FloatType real() {
        return new FloatType("", bytes);
    }

    /** A result of arithmetic, cut to the type's width and extended again. */
    long wrap(long value) {
        return switch (kind) {
            case FLOAT -> Double.doubleToRawLongBits(real().round(Double.longBitsToDouble(value)));
            case SIGNED -> Operation.signed(value, bytes);
            case GENERIC, UNSIGNED -> Operation.wrap(value, bytes);
        };
    }

    /** The value that has these bits in memory or in a register; of the x87's format see {@link #ofExtended}. */
    long decode(long bits) {
        return isFloat() ? Double.doubleToRawLongBits(real().decode(bits)) : wrap(bits);
    }

    /** Whether a value has more than 8 bytes in memory. */
    boolean isExtended() {
        return bytes > Long.BYTES;
    }

    /** The value of a number in the x87's format. */
    static long ofExtended(long significand, long signAndExponent) {
        return Double.doubleToRawLongBits(FloatType.decodeExtended(significand, (int) signAndExponent));
    }

    /** What stands in memory for a value of up to 8 bytes. */
    long encode(long value) {
        return isFloat() ? real().encode(Double.longBitsToDouble(value)) : value;
    }

    /** A value of another type converted to this one (DW_OP_convert). */
    long convert(long value, StackType from) {
        if (isFloat()) {
            return wrap(Double.doubleToRawLongBits(from.number(value)));
        }
        return wrap(from.isFloat() ? (long) Double.longBitsToDouble(value) : value);
    }

    private double number(long value) {
        return switch (kind) {
            case FLOAT -> Double.longBitsToDouble(value);
            case SIGNED -> value;
            case GENERIC, UNSIGNED -> value >= 0 ? value : ((value >>> 1) | (value & 1)) * 2.0;
        };
    }

    /**
     * The result of an operation on two values of this type; comparisons give 1 or 0.
     *
     * @throws DwarfException where it divides by zero
     */
    long combine(int opcode, long left, long right) {
        return switch (kind) {
            case GENERIC -> Operation.combine(opcode, left, right, bytes);
            case FLOAT -> combine(opcode, Double.longBitsToDouble(left), Double.longBitsToDouble(right));
            case SIGNED -> Operation.combine(opcode, left, right, Long.BYTES);
            case UNSIGNED -> combineUnsigned(opcode, left, right);
        };
    }

    private static long combineUnsigned(int opcode, long left, long right) {
        return switch (opcode) {
            case Operation.DIV -> Long.divideUnsigned(left, Operation.nonZero(right));
            case Operation.SHRA -> Operation.combine(Operation.SHR, left, right, Long.BYTES);
            case Operation.GE -> Long.compareUnsigned(left, right) >= 0 ? 1 : 0;
            case Operation.GT -> Long.compareUnsigned(left, right) > 0 ? 1 : 0;
            case Operation.LE -> Long.compareUnsigned(left, right) <= 0 ? 1 : 0;
            case Operation.LT -> Long.compareUnsigned(left, right) < 0 ? 1 : 0;
            default -> Operation.combine(opcode, left, right, Long.BYTES);
        };
    }

    private static long combine(int opcode, double left, double right) {
        return switch (opcode) {
            case Operation.PLUS -> Double.doubleToRawLongBits(left + right);
            case Operation.MINUS -> Double.doubleToRawLongBits(left - right);
            case Operation.MUL -> Double.doubleToRawLongBits(left * right);
            case Operation.DIV -> Double.doubleToRawLongBits(left / right);
            case Operation.EQ -> left == right ? 1 : 0;
            case Operation.NE -> left != right ? 1 : 0;
            case Operation.GE -> left >= right ? 1 : 0;
            case Operation.GT -> left > right ? 1 : 0;
            case Operation.LE -> left <= right ? 1 : 0;
            case Operation.LT -> left < right ? 1 : 0;
            default ->
                throw new DwarfException("operation 0x%x is not defined for floating-point numbers".formatted(opcode));
        };
    }
}
