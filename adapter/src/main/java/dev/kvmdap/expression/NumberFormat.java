package dev.kvmdap.expression;

import dev.kvmdap.types.IntegerType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How integers are written whose format nobody has chosen one by one. */
public enum NumberFormat {
    /** Each as its kind is usually written: counters in decimal, registers in hexadecimal. */
    NATURAL(Format.NATURAL),
    DECIMAL(Format.NATURAL),
    HEXADECIMAL(Format.HEXADECIMAL),
    BINARY(Format.BINARY);

    private final Format format;

    NumberFormat(Format format) {
        this.format = format;
    }

    /** The format that it is, where a number has none of its own. */
    Format format() {
        return format;
    }

    /** Whether negative numbers have a sign. */
    boolean isSigned() {
        return format == Format.NATURAL;
    }

    /** The word for it, in lower case. */
    public String term() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The format of a word: its term or the beginning of it. */
    public static Optional<NumberFormat> of(String word) {
        return Arrays.stream(values())
                .filter(format -> !word.isEmpty() && format.term().startsWith(word.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    /** A number of a program; truth values stay words, and characters have their character behind them. */
    public String text(long value, IntegerType type) {
        if (format == Format.NATURAL || type.rank() == IntegerType.Rank.BOOL) {
            return Format.NATURAL.text(value, type);
        }
        String number = format.text(value, type);
        String character = type.isCharacter() ? Format.NATURAL.text(value, type) : "";
        return character.isEmpty() ? number : number + character.substring(character.indexOf(' '));
    }

    /** A number of the machine, such as a register: in hexadecimal at full width unless something else is chosen. */
    public String machine(long value, IntegerType type) {
        return switch (this) {
            case NATURAL, HEXADECIMAL -> Format.PADDED.text(value, type);
            case DECIMAL -> Format.UNSIGNED.text(value, type);
            case BINARY -> Format.BINARY.text(value, type);
        };
    }

    /** A small number of the machine, such as a few bits: a digit where one is enough, else in hexadecimal, unless something is chosen. */
    public String small(long value) {
        return switch (this) {
            case NATURAL -> value >= 0 && value < 10 ? Long.toString(value) : "0x" + Long.toHexString(value);
            case DECIMAL -> Long.toUnsignedString(value);
            case HEXADECIMAL -> "0x" + Long.toHexString(value);
            case BINARY -> "0b" + Long.toBinaryString(value);
        };
    }
}
