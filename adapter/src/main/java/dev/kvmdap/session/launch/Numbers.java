package dev.kvmdap.session.launch;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Numbers as people write them into a launch configuration: 4096, "4096", "0x1000", "4K". */
final class Numbers {

    private static final Pattern WHOLE = Pattern.compile("(-?)(0[xX])?([0-9a-fA-F]{1,20})");
    private static final Pattern SIZE = Pattern.compile("(.*?)\\s*([KMG])(i?B)?", Pattern.CASE_INSENSITIVE);
    private static final String UNITS = "KMG";
    private static final int MOST_DIGITS = 20;

    private Numbers() {}

    /** A whole number of 64 bits, signed or unsigned: a JSON number or a string; null for anything else. */
    static @Nullable Long whole(JsonElement given) {
        if (!(given instanceof JsonPrimitive primitive) || primitive.isBoolean()) {
            return null;
        }
        return primitive.isString() ? whole(primitive.getAsString()) : whole(primitive.getAsNumber());
    }

    /** A number of bytes: as {@link #whole}, or a string with the suffix K, M or G; null for anything else. */
    static @Nullable Long bytes(JsonElement given) {
        if (given instanceof JsonPrimitive primitive && primitive.isString()) {
            Matcher size = SIZE.matcher(primitive.getAsString().strip());
            if (size.matches()) {
                Long count = whole(size.group(1));
                int shift = 10 * (1 + UNITS.indexOf(size.group(2).toUpperCase(Locale.ROOT)));
                return count == null || count < 0 || count > Long.MAX_VALUE >> shift ? null : count << shift;
            }
        }
        return whole(given);
    }

    /** A number of bytes in its largest unit that divides it: 64M. */
    static String size(long bytes) {
        for (int unit = UNITS.length(); unit > 0; unit--) {
            if (bytes != 0 && bytes % (1L << (10 * unit)) == 0) {
                return (bytes >> (10 * unit)) + UNITS.substring(unit - 1, unit);
            }
        }
        return Long.toString(bytes);
    }

    private static @Nullable Long whole(String text) {
        Matcher number = WHOLE.matcher(text.strip());
        if (!number.matches()) {
            return null;
        }
        boolean hexadecimal = number.group(2) != null;
        try {
            BigInteger value = new BigInteger(number.group(3), hexadecimal ? 16 : 10);
            return fit(number.group(1).isEmpty() ? value : value.negate());
        } catch (NumberFormatException hexDigitsInDecimal) {
            return null;
        }
    }

    private static @Nullable Long whole(Number number) {
        try {
            BigDecimal decimal = new BigDecimal(number.toString());
            boolean small = (long) decimal.precision() - decimal.scale() <= MOST_DIGITS;
            return small && decimal.stripTrailingZeros().scale() <= 0 ? fit(decimal.toBigIntegerExact()) : null;
        } catch (NumberFormatException noNumber) {
            return null;
        }
    }

    private static @Nullable Long fit(BigInteger value) {
        boolean fits = value.signum() < 0 ? value.bitLength() < Long.SIZE : value.bitLength() <= Long.SIZE;
        return fits ? value.longValue() : null;
    }
}
