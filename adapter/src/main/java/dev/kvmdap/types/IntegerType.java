package dev.kvmdap.types;

/**
 * An integer type of C, in two's complement. A value of the type travels as a {@code long} that is <em>extended</em>:
 * sign-extended where the type is signed, zero-extended where it is not.
 *
 * @param simpleName as the source has it, or as C calls it: {@code unsigned long}
 * @param rank what decides in conversions between types of the same width (C17 6.3.1.1)
 * @param width the bytes of a value: 1, 2, 4 or 8; 16 for {@code __int128}, which is shown and not computed with
 * @param signed whether the values are -2^(n-1) … 2^(n-1)-1 rather than 0 … 2^n-1
 */
public record IntegerType(String simpleName, Rank rank, int width, boolean signed) implements Type {

    /** The ranks of C's integer types, lowest first. */
    public enum Rank {
        BOOL("_Bool"),
        CHAR("char"),
        SHORT("short"),
        INT("int"),
        LONG("long"),
        LONG_LONG("long long"),
        INT_128("__int128");

        private final String term;

        Rank(String term) {
            this.term = term;
        }
    }

    /** {@code int}, the type of comparisons and of everything narrower once it takes part in arithmetic. */
    public static final IntegerType INT = of(Rank.INT, 4, true);

    public static final IntegerType UNSIGNED_INT = of(Rank.INT, 4, false);
    /** {@code long} of 64-bit code. */
    public static final IntegerType LONG = of(Rank.LONG, 8, true);
    /** {@code unsigned long} of 64-bit code: the type of an address there. */
    public static final IntegerType UNSIGNED_LONG = of(Rank.LONG, 8, false);

    /** {@code char}, which is signed on x86. */
    public static final IntegerType CHAR = new IntegerType("char", Rank.CHAR, 1, true);

    public static final IntegerType UNSIGNED_CHAR = of(Rank.CHAR, 1, false);

    public static final IntegerType BOOL = new IntegerType("_Bool", Rank.BOOL, 1, false);

    /** Checks the width. */
    public IntegerType {
        if (width != 1 && width != 2 && width != 4 && width != 8 && width != 16) {
            throw new IllegalArgumentException("an integer has 1, 2, 4, 8 or 16 bytes, not " + width);
        }
    }

    /** The type of a rank, under C's own name. */
    public static IntegerType of(Rank rank, int width, boolean signed) {
        String sign = signed ? rank == Rank.CHAR ? "signed " : "" : "unsigned ";
        return new IntegerType(sign + rank.term, rank, width, signed);
    }

    /** The type of a width in 64-bit code: {@code char}, {@code short}, {@code int} or {@code long}. */
    public static IntegerType of(int width, boolean signed) {
        Rank rank = switch (width) {
            case 1 -> Rank.CHAR;
            case 2 -> Rank.SHORT;
            case 4 -> Rank.INT;
            case 8 -> Rank.LONG;
            default -> Rank.INT_128;
        };
        return of(rank, width, signed);
    }

    /** The type of an unsigned quantity of this width, such as a register. */
    public static IntegerType unsigned(int width) {
        return of(width, false);
    }

    @Override
    public long bytes() {
        return width;
    }

    /** The width in bits. */
    public int bits() {
        return width * 8;
    }

    /** Whether it is shown as a character too. */
    public boolean isCharacter() {
        return rank == Rank.CHAR;
    }

    /** Whether values fit a {@code long}, so that they can be computed with. */
    public boolean isComputable() {
        return width <= Long.BYTES;
    }

    /** Cuts a value to this width and extends it again: C's conversion to this type (C17 6.3.1.3), wrapping. */
    public long extend(long value) {
        if (width >= Long.BYTES) {
            return value;
        }
        int spare = Long.SIZE - bits();
        return signed ? value << spare >> spare : value << spare >>> spare;
    }

    /** The value that this type has of an integer: as {@link #extend}, but of {@code _Bool} 0 or 1 (C17 6.3.1.2). */
    public long convert(long value) {
        return rank == Rank.BOOL ? value == 0 ? 0 : 1 : extend(value);
    }

    /** The same type without a sign. */
    public IntegerType unsigned() {
        return signed ? of(rank, width, false) : this;
    }

    /** The type after the integer promotions (C17 6.3.1.1): {@code int} for whatever is narrower. */
    public IntegerType promoted() {
        return width < INT.width ? INT : this;
    }

    /** The common type of two operands: the usual arithmetic conversions (C17 6.3.1.8). */
    public IntegerType commonWith(IntegerType other) {
        IntegerType left = promoted();
        IntegerType right = other.promoted();
        boolean leftHigher = left.rank.compareTo(right.rank) >= 0;
        IntegerType higher = leftHigher ? left : right;
        IntegerType lower = leftHigher ? right : left;
        if (left.signed == right.signed || !higher.signed) {
            return higher;
        }
        if (lower.rank == higher.rank) {
            return lower;
        }
        return higher.width > lower.width ? higher : higher.unsigned();
    }

    @Override
    public String declaration(String declarator) {
        return Type.declaration(simpleName, declarator);
    }

    /** The type's name in C. */
    @Override
    public String toString() {
        return simpleName;
    }
}
