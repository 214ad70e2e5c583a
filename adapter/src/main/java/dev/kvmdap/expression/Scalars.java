package dev.kvmdap.expression;

import dev.kvmdap.types.EnumType;
import dev.kvmdap.types.FloatType;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.PointerType;
import dev.kvmdap.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * Values of one word (C17 6.2.5.21): integers, enumerations and pointers, which are integers to the machine, and
 * floating-point numbers. All travel as {@code long}s, see {@link IntegerType} and {@link FloatType}. Allocates nothing.
 */
final class Scalars {

    private static final double TWO_TO_63 = 0x1p63;

    private Scalars() {}

    /** The number that a value of a type is to the machine: an {@link IntegerType} or {@link FloatType}; else null. */
    static @Nullable Type numberOf(Type type) {
        Type plain = type.stripped();
        if (plain instanceof IntegerType || plain instanceof FloatType) {
            return plain;
        }
        if (plain instanceof EnumType enumeration) {
            return enumeration.integer();
        }
        return plain instanceof PointerType pointer ? pointer.integer() : null;
    }

    /** Whether a value of a number's type is not 0. */
    static boolean isTrue(long value, Type number) {
        return number instanceof FloatType ? Double.longBitsToDouble(value) != 0 : value != 0;
    }

    /**
     * Converts a value (C17 6.3.1).
     *
     * @param from the type of the number that it is
     * @param to the type of the number that it shall be
     * @throws ArithmeticException where an integer type has no room for a floating-point number, which C leaves undefined
     */
    static long convert(long value, Type from, Type to) {
        if (to instanceof FloatType real) {
            double number =
                    from instanceof FloatType ? Double.longBitsToDouble(value) : real(value, (IntegerType) from);
            return Double.doubleToRawLongBits(real.round(number));
        }
        IntegerType integer = (IntegerType) to;
        if (!(from instanceof FloatType)) {
            return integer.convert(value);
        }
        double number = Double.longBitsToDouble(value);
        if (integer.rank() == IntegerType.Rank.BOOL) {
            return number != 0 ? 1 : 0;
        }
        return integer.extend(whole(number, integer));
    }

    private static double real(long value, IntegerType type) {
        if (type.signed() || value >= 0) {
            return value;
        }
        return (double) ((value >>> 1) | (value & 1)) * 2;
    }

    private static long whole(double number, IntegerType type) {
        double truncated = number < 0 ? Math.ceil(number) : Math.floor(number);
        int magnitudeBits = type.signed() ? type.bits() - 1 : type.bits();
        double least = type.signed() ? -Math.scalb(1.0, magnitudeBits) : 0;
        if (!(truncated >= least && truncated < Math.scalb(1.0, magnitudeBits))) {
            throw new ArithmeticException(
                    RealText.of(number, FloatType.DOUBLE) + " does not fit the " + type.bits() + " bits of " + type);
        }
        return truncated >= TWO_TO_63 ? (long) (truncated - TWO_TO_63) + Long.MIN_VALUE : (long) truncated;
    }
}
