package dev.kvmdap.expression;

import dev.kvmdap.types.FloatType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Writes floating-point numbers, with as few digits as tell one from its neighbours, as C writes them: {@code 1e+300}. */
final class RealText {

    private static final long DOUBLE_FRACTION = 0xf_ffff_ffff_ffffL;
    private static final int DOUBLE_TO_FLOAT_BITS = 29;
    private static final int SMALLEST_PLAIN = -5;
    private static final int LARGEST_PLAIN = 16;

    private static final int EXTENDED_BIAS = 16383;
    private static final int EXTENDED_INFINITE = 0x7fff;
    private static final int EXTENDED_DIGITS = 21;

    private RealText() {}

    /** A number that its type holds. */
    static String of(double number, FloatType type) {
        if (Double.isNaN(number)) {
            return nan(number, type);
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        if (number == 0) {
            return 1 / number < 0 ? "-0" : "0";
        }
        return text(
                new BigDecimal(type.width() == Float.BYTES ? Float.toString((float) number) : Double.toString(number)));
    }

    /** What is not a number has a sign and bits too, of which the first says that it is quiet (IEEE 754, 6.2). */
    private static String nan(double number, FloatType type) {
        long bits = Double.doubleToRawLongBits(number);
        long payload = bits & DOUBLE_FRACTION;
        long shown = type.width() == Float.BYTES ? payload >>> DOUBLE_TO_FLOAT_BITS : payload;
        return (bits < 0 ? "-nan(0x" : "nan(0x") + Long.toHexString(shown) + ")";
    }

    /**
     * A number of the x87, all of its digits (SDM vol. 1, 4.2.2).
     *
     * @param significand bits 63:0
     * @param signAndExponent bits 79:64
     */
    static String ofExtended(long significand, int signAndExponent) {
        String sign = (signAndExponent & 0x8000) == 0 ? "" : "-";
        int exponent = signAndExponent & EXTENDED_INFINITE;
        if (exponent == EXTENDED_INFINITE) {
            return significand << 1 == 0 ? sign + "inf" : sign + "nan(0x" + Long.toHexString(significand) + ")";
        }
        if (significand == 0) {
            return sign + "0";
        }
        BigDecimal unit = power(Math.max(1, exponent) - EXTENDED_BIAS - (Long.SIZE - 1));
        BigDecimal exact = new BigDecimal(new BigInteger(Long.toUnsignedString(significand))).multiply(unit);
        return sign + text(shortest(exact, unit.divide(BigDecimal.valueOf(2))));
    }

    private static BigDecimal power(int exponent) {
        BigDecimal magnitude = new BigDecimal(BigInteger.ONE.shiftLeft(Math.abs(exponent)));
        return exponent >= 0 ? magnitude : new BigDecimal(BigInteger.valueOf(5).pow(-exponent), -exponent);
    }

    /** The shortest number that lies closer to one than its neighbours do. */
    private static BigDecimal shortest(BigDecimal exact, BigDecimal halfUnit) {
        for (int digits = 1; digits < EXTENDED_DIGITS; digits++) {
            BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (rounded.subtract(exact).abs().compareTo(halfUnit) < 0) {
                return rounded;
            }
        }
        return exact.round(new MathContext(EXTENDED_DIGITS, RoundingMode.HALF_EVEN));
    }

    private static String text(BigDecimal number) {
        BigDecimal digits = number.stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        if (exponent >= SMALLEST_PLAIN && exponent <= LARGEST_PLAIN) {
            return digits.toPlainString();
        }
        BigDecimal significand = digits.movePointLeft(exponent).stripTrailingZeros();
        return String.format(Locale.ROOT, "%se%+03d", significand.toPlainString(), exponent);
    }
}
