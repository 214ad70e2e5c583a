package dev.kvmdap.console;

import dev.kvmdap.expression.Format;
import dev.kvmdap.types.IntegerType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code x} is told behind its {@code /}: how many, in which format, of which size.
 *
 * @param count 1 to {@link #MOST}
 * @param format of numbers; null for strings and instructions
 * @param bytes 1, 2, 4 or 8
 * @param instructions whether memory is shown as instructions
 */
record ExamineFormat(int count, @Nullable Format format, int bytes, boolean instructions) {

    static final int MOST = 4096;

    private static final int WORD = 4;

    /**
     * Reads {@code 8xw}: digits, then letters in any order, each kind at most once.
     *
     * @param addressBytes the unit of addresses where none is named
     */
    static ExamineFormat parse(String text, int addressBytes) {
        int letters = 0;
        while (letters < text.length() && text.charAt(letters) >= '0' && text.charAt(letters) <= '9') {
            letters++;
        }
        int count = letters == 0 ? 1 : count(text.substring(0, letters));
        Character format = null;
        Character unit = null;
        for (char letter : text.substring(letters).toCharArray()) {
            boolean isUnit = "bhwg".indexOf(letter) >= 0;
            if (!isUnit && Format.of(letter).isEmpty()) {
                throw new ConsoleException(
                        "'" + letter + "' is neither a format (" + Format.letters() + ") nor a unit (b h w g)");
            }
            if (isUnit ? unit != null : format != null) {
                throw new ConsoleException("'" + text + "' names two " + (isUnit ? "units" : "formats"));
            }
            if (isUnit) {
                unit = letter;
            } else {
                format = letter;
            }
        }
        return of(count, format == null ? 'x' : format, unit, addressBytes);
    }

    private static ExamineFormat of(int count, char format, @Nullable Character unit, int addressBytes) {
        if (format == 'i') {
            if (unit != null) {
                throw new ConsoleException("instructions have no unit: '" + unit + "' does not go with format 'i'");
            }
            return new ExamineFormat(count, null, 1, true);
        }
        int bytes = unit != null ? 1 << "bhwg".indexOf(unit) : usualBytes(format, addressBytes);
        if (format == 's') {
            if (bytes != 1) {
                throw new ConsoleException("strings consist of bytes: unit '" + unit + "' does not go with format 's'");
            }
            return new ExamineFormat(count, null, 1, false);
        }
        Optional<Format> shown = Format.of(format == 'x' ? Format.PADDED.letter() : format);
        return new ExamineFormat(count, shown.orElseThrow(), bytes, false);
    }

    private static int usualBytes(char format, int addressBytes) {
        return switch (format) {
            case 'c', 's' -> 1;
            case 'f' -> Double.BYTES;
            case 'a' -> addressBytes;
            default -> WORD;
        };
    }

    private static int count(String digits) {
        if (digits.length() > 4 || Integer.parseInt(digits) == 0 || Integer.parseInt(digits) > MOST) {
            throw new ConsoleException("the count must be from 1 to " + MOST + ", not " + digits);
        }
        return Integer.parseInt(digits);
    }

    /** The type of a unit. */
    IntegerType type() {
        return IntegerType.unsigned(bytes);
    }

    /** How many units stand in a line: 16 bytes, at most 8 units, and at most 32 binary digits. */
    int perLine() {
        return format == Format.BINARY ? Math.max(1, 4 / bytes) : Math.min(8, 16 / bytes);
    }
}
