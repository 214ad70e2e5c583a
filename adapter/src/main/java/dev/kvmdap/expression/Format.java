package dev.kvmdap.expression;

import dev.kvmdap.types.FloatType;
import dev.kvmdap.types.IntegerType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How a value is written, by gdb's format letters. What begins with {@code 0x}, {@code 0} or {@code 0b} can be read back. */
public enum Format {
    /** As the value's type is usually written; has no letter. */
    NATURAL('\0'),
    /** {@code 0x2a}. */
    HEXADECIMAL('x'),
    /** {@code 0x0000002a}: hexadecimal at full width. */
    PADDED('z'),
    /** {@code -42}: the bits taken as a signed number of the type's width. */
    DECIMAL('d'),
    /** {@code 4294967254}: the bits taken as an unsigned number of the type's width. */
    UNSIGNED('u'),
    /** {@code 052}. */
    OCTAL('o'),
    /** {@code 0b101010}. */
    BINARY('t'),
    /** {@code 42 '*'}: the lowest byte, and its ASCII character where it has one to show. */
    CHARACTER('c'),
    /** {@code 0x100040 <main+4>}: an address, with the symbol that it belongs to. */
    ADDRESS('a'),
    /** {@code 0.5}: the bits taken as a floating-point number, where there is one of that width. */
    FLOATING('f'),
    /** {@code "text"}: characters up to the first zero, of an array or where a pointer points to. */
    STRING('s'),
    /** The instruction at an address. */
    INSTRUCTION('i');

    private final char letter;

    Format(char letter) {
        this.letter = letter;
    }

    /** gdb's letter for the format. */
    public char letter() {
        return letter;
    }

    /** The format of a letter. */
    public static Optional<Format> of(char letter) {
        return Arrays.stream(values())
                .filter(format -> format != NATURAL && format.letter == letter)
                .findFirst();
    }

    /** All letters, for messages: {@code x z d u o t c a f s i}. */
    public static String letters() {
        return Arrays.stream(values())
                .filter(format -> format != NATURAL)
                .map(format -> String.valueOf(format.letter))
                .collect(Collectors.joining(" "));
    }

    /** Writes a number of a type. */
    public String text(long value, IntegerType type) {
        long bits = type.unsigned().extend(value);
        return switch (this) {
            case NATURAL, STRING -> natural(value, type);
            case HEXADECIMAL, ADDRESS, INSTRUCTION -> "0x" + Long.toHexString(bits);
            case PADDED -> String.format(Locale.ROOT, "0x%0" + type.width() * 2 + "x", bits);
            case DECIMAL -> Long.toString(IntegerType.of(type.width(), true).extend(value));
            case UNSIGNED -> Long.toUnsignedString(bits);
            case OCTAL -> bits == 0 ? "0" : "0" + Long.toOctalString(bits);
            case BINARY -> "0b" + Long.toBinaryString(bits);
            case CHARACTER -> character((byte) bits, type);
            case FLOATING -> floating(bits, type);
        };
    }

    private static String natural(long value, IntegerType type) {
        return switch (type.rank()) {
            case BOOL -> value == 0 ? "false" : value == 1 ? "true" : Long.toString(value);
            case CHAR -> character((byte) value, type);
            default -> (type.signed() ? DECIMAL : UNSIGNED).text(value, type);
        };
    }

    private static String floating(long bits, IntegerType type) {
        return switch (type.width()) {
            case Float.BYTES -> RealText.of(Float.intBitsToFloat((int) bits), FloatType.FLOAT);
            case Double.BYTES -> RealText.of(Double.longBitsToDouble(bits), FloatType.DOUBLE);
            default -> natural(bits, type);
        };
    }

    private static String character(byte code, IntegerType type) {
        boolean unsigned = type.rank() == IntegerType.Rank.CHAR && !type.signed();
        return (unsigned ? code & 0xff : code) + " '" + escaped(code, '\'') + "'";
    }

    /**
     * A byte as it stands in a character constant or a string of C; what has no character, in octal as gdb has it.
     *
     * @param quote what surrounds it: {@code '} or {@code "}
     */
    public static String escaped(byte code, char quote) {
        return switch (code) {
            case 7 -> "\\a";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case 11 -> "\\v";
            case '\\' -> "\\\\";
            default -> {
                if (code < ' ' || code == 0x7f) {
                    yield String.format(Locale.ROOT, "\\%03o", code & 0xff);
                }
                yield (code == quote ? "\\" : "") + (char) code;
            }
        };
    }
}
