package dev.kvmdap.expression;

/**
 * An integer type of C on x86-64 (System V ABI, 3.1.2): LP64, two's complement. A value of the type travels as a
 * {@code long} that is <em>extended</em>: sign-extended where the type is signed, zero-extended where it is not.
 *
 * @param bytes 1, 2, 4 or 8
 * @param signed whether the values are -2^(n-1) … 2^(n-1)-1 rather than 0 … 2^n-1
 */
public record IntegerType(int bytes, boolean signed) {

    /** {@code int}, the type of comparisons and of everything narrower once it takes part in arithmetic. */
    public static final IntegerType INT = new IntegerType(4, true);
    /** {@code unsigned int}. */
    public static final IntegerType UNSIGNED_INT = new IntegerType(4, false);
    /** {@code long}, and {@code long long}, which is as wide. */
    public static final IntegerType LONG = new IntegerType(8, true);
    /** {@code unsigned long}, and {@code unsigned long long}, which is as wide. */
    public static final IntegerType UNSIGNED_LONG = new IntegerType(8, false);

    /** Checks the width. */
    public IntegerType {
        if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8) {
            throw new IllegalArgumentException("an integer has 1, 2, 4 or 8 bytes, not " + bytes);
        }
    }

    /** The type of an unsigned quantity of this width, such as a register. */
    public static IntegerType unsigned(int bytes) {
        return new IntegerType(bytes, false);
    }

    /** The width in bits: 8, 16, 32 or 64. */
    public int bits() {
        return bytes * 8;
    }

    /** Cuts a value to this width and extends it again: C's conversion to this type (C17 6.3.1.3), wrapping. */
    public long extend(long value) {
        int spare = Long.SIZE - bits();
        return signed ? value << spare >> spare : value << spare >>> spare;
    }

    /** The type after the integer promotions (C17 6.3.1.1): {@code int} for whatever is narrower. */
    public IntegerType promoted() {
        return bytes < INT.bytes ? INT : this;
    }

    /** The common type of two operands: the usual arithmetic conversions (C17 6.3.1.8). */
    public IntegerType commonWith(IntegerType other) {
        IntegerType left = promoted();
        IntegerType right = other.promoted();
        if (left.bytes != right.bytes) {
            return left.bytes > right.bytes ? left : right;
        }
        return left.signed ? right : left;
    }

    /** The type's name in C. */
    @Override
    public String toString() {
        String name = switch (bytes) {
            case 1 -> "char";
            case 2 -> "short";
            case 4 -> "int";
            default -> "long";
        };
        if (bytes == 1) {
            return signed ? "signed char" : "unsigned char";
        }
        return signed ? name : "unsigned " + name;
    }
}
