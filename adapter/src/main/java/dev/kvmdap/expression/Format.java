package dev.kvmdap.expression;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How an integer is written, by gdb's format letters. What begins with {@code 0x}, {@code 0} or {@code 0b} can be read back. */
public enum Format {
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
    CHARACTER('c');

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
        return Arrays.stream(values()).filter(format -> format.letter == letter).findFirst();
    }

    /** All letters, for messages: {@code x z d u o t c}. */
    public static String letters() {
        return Arrays.stream(values())
                .map(format -> String.valueOf(format.letter))
                .collect(Collectors.joining(" "));
    }

    /** Writes a value of a type. */
    public String text(long value, IntegerType type) {
        long bits = new IntegerType(type.bytes(), false).extend(value);
        return switch (this) {
            case HEXADECIMAL -> "0x" + Long.toHexString(bits);
            case PADDED -> String.format(Locale.ROOT, "0x%0" + type.bytes() * 2 + "x", bits);
            case DECIMAL -> Long.toString(new IntegerType(type.bytes(), true).extend(value));
            case UNSIGNED -> Long.toUnsignedString(bits);
            case OCTAL -> bits == 0 ? "0" : "0" + Long.toOctalString(bits);
            case BINARY -> "0b" + Long.toBinaryString(bits);
            case CHARACTER -> character((byte) bits);
        };
    }

    private static String character(byte code) {
        return code + " '" + escaped(code, '\'') + "'";
    }

    /**
     * A byte as it stands in a character constant or a string of C.
     *
     * @param quote what surrounds it: {@code '} or {@code "}
     */
    public static String escaped(byte code, char quote) {
        return switch (code) {
            case 0 -> "\\0";
            case '\t' -> "\\t";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\\' -> "\\\\";
            default -> {
                if (code < ' ' || code == 0x7f) {
                    yield String.format(Locale.ROOT, "\\x%02x", code);
                }
                yield (code == quote ? "\\" : "") + (char) code;
            }
        };
    }
}
