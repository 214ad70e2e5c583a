package dev.kvmdap.types;

/**
 * A floating-point type. A value of the type travels as a {@code long}: the bits of a Java {@code double}, whatever the
 * width in memory is.
 *
 * @param simpleName as the source has it
 * @param width the bytes in memory: 4, 8, or 10 to 16 for the x87 format, of which the first ten count
 */
public record FloatType(String simpleName, int width) implements Type {

    public static final FloatType FLOAT = new FloatType("float", 4);

    public static final FloatType DOUBLE = new FloatType("double", 8);

    /** The bytes of a number of the x87 (SDM vol. 1, 4.2.2). */
    public static final int EXTENDED_BYTES = 10;

    private static final long FRACTION = (1L << 52) - 1;
    private static final int EXTENDED_BIAS = 16383;
    private static final int EXTENDED_INFINITE = 0x7fff;

    @Override
    public long bytes() {
        return width;
    }

    /** Whether it is the format of the x87. */
    public boolean isExtended() {
        return width >= EXTENDED_BYTES;
    }

    /** The number that a float or double in memory is. */
    public double decode(long bits) {
        return width == Float.BYTES ? Float.intBitsToFloat((int) bits) : Double.longBitsToDouble(bits);
    }

    /** What stands in memory for a number, where the type is no wider than 8 bytes. */
    public long encode(double number) {
        return width == Float.BYTES
                ? Float.floatToRawIntBits((float) number) & 0xffff_ffffL
                : Double.doubleToRawLongBits(number);
    }

    /**
     * The closest {@code double} to a number of the x87.
     *
     * @param significand bits 63:0
     * @param signAndExponent bits 79:64
     */
    public static double decodeExtended(long significand, int signAndExponent) {
        int exponent = signAndExponent & EXTENDED_INFINITE;
        double magnitude;
        if (exponent == EXTENDED_INFINITE) {
            magnitude = significand << 1 == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else {
            double whole = (significand >>> 1) * 2.0 + (significand & 1);
            magnitude = Math.scalb(whole, exponent - EXTENDED_BIAS - 63);
        }
        return (signAndExponent & 0x8000) == 0 ? magnitude : -magnitude;
    }

    /** Bits 63:0 of a number in the x87 format, which holds every {@code double} exactly. */
    public static long extendedSignificand(double number) {
        long bits = Double.doubleToRawLongBits(number);
        long fraction = bits & FRACTION;
        if (Math.abs(number) < Double.MIN_NORMAL) {
            return fraction << Long.numberOfLeadingZeros(fraction);
        }
        return Long.MIN_VALUE | fraction << 11;
    }

    /** Bits 79:64 of a number in the x87 format. */
    public static int extendedSignAndExponent(double number) {
        int sign = Double.doubleToRawLongBits(number) < 0 ? 0x8000 : 0;
        long fraction = Double.doubleToRawLongBits(number) & FRACTION;
        if (number == 0) {
            return sign;
        }
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return sign | EXTENDED_INFINITE;
        }
        int exponent = Math.abs(number) < Double.MIN_NORMAL
                ? Double.MIN_EXPONENT - 52 + 63 - Long.numberOfLeadingZeros(fraction)
                : Math.getExponent(number);
        return sign | exponent + EXTENDED_BIAS;
    }

    /** A number rounded to this type. */
    public double round(double number) {
        return width == Float.BYTES ? (float) number : number;
    }

    /** The common type of two operands: the wider one (C17 6.3.1.8). */
    public FloatType commonWith(FloatType other) {
        return width >= other.width ? this : other;
    }

    @Override
    public String declaration(String declarator) {
        return Type.declaration(simpleName, declarator);
    }

    @Override
    public String toString() {
        return simpleName;
    }
}
