package dev.kvmdap.types;

import dev.kvmdap.types.IntegerType.Rank;

/**
 * The widths that a program's ABI gives to C's types.
 *
 * @param pointerBytes of pointers
 * @param longBytes of {@code long}
 * @param longDoubleBytes of {@code long double} in memory
 */
public record DataModel(int pointerBytes, int longBytes, int longDoubleBytes) {

    /** 64-bit code (System V psABI for x86-64, 3.1.2). */
    public static final DataModel LP64 = new DataModel(8, 8, 16);

    /** 32-bit code (System V psABI for i386, 2.1.1). */
    public static final DataModel ILP32 = new DataModel(4, 4, 12);

    /** The model of code whose addresses have this many bytes. */
    public static DataModel ofAddresses(int bytes) {
        return bytes == Long.BYTES ? LP64 : ILP32;
    }

    /** The integer type of a rank. */
    public IntegerType integer(Rank rank, boolean signed) {
        return switch (rank) {
            case BOOL -> IntegerType.BOOL;
            case CHAR -> IntegerType.of(rank, 1, signed);
            case SHORT -> IntegerType.of(rank, 2, signed);
            case INT -> IntegerType.of(rank, 4, signed);
            case LONG -> IntegerType.of(rank, longBytes, signed);
            case LONG_LONG -> IntegerType.of(rank, 8, signed);
            case INT_128 -> IntegerType.of(rank, 16, signed);
        };
    }

    /** {@code long double}. */
    public FloatType longDouble() {
        return new FloatType("long double", longDoubleBytes);
    }

    /** {@code size_t}. */
    public IntegerType size() {
        return integer(pointerBytes == Long.BYTES ? Rank.LONG : Rank.INT, false);
    }

    /** {@code ptrdiff_t}. */
    public IntegerType difference() {
        return integer(pointerBytes == Long.BYTES ? Rank.LONG : Rank.INT, true);
    }

    /** A pointer to a type. */
    public PointerType pointer(Type target) {
        return PointerType.to(target, pointerBytes);
    }
}
