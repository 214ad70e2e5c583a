package dev.kvmdap.expression;

import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.QualifiedType;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.Typedef;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes characters and strings as C has them: those of {@code char} in UTF-8 and without prefix, wider ones in UTF-16 and
 * UTF-32 with {@code u}, {@code U} or {@code L} in front (C17 6.4.5).
 *
 * @param prefix what stands in front of the quotes
 * @param width the bytes of a unit: 1, 2 or 4
 */
record CharacterText(String prefix, int width) {

    private static final CharacterText NARROW = new CharacterText("", 1);

    /** How characters of a type are written; null where values of it are numbers. */
    static @Nullable CharacterText of(Type type) {
        if (type.stripped() instanceof IntegerType integer) {
            return integer.isCharacter() ? NARROW : named(type, integer.width());
        }
        return null;
    }

    /** How units of a type are written where text is wanted; null where they cannot be characters. */
    static @Nullable CharacterText wanted(Type type) {
        CharacterText known = of(type);
        if (known != null || !(type.stripped() instanceof IntegerType integer)) {
            return known;
        }
        return integer.width() == Short.BYTES
                ? new CharacterText("u", Short.BYTES)
                : integer.width() == Integer.BYTES ? new CharacterText("U", Integer.BYTES) : null;
    }

    /** The types of wchar.h and uchar.h, which are known by their names. */
    private static @Nullable CharacterText named(Type type, int width) {
        Type plain = type;
        while (true) {
            String name = plain instanceof Typedef typedef
                    ? typedef.simpleName()
                    : plain instanceof IntegerType integer ? integer.simpleName() : "";
            CharacterText known = switch (name) {
                case "wchar_t" -> new CharacterText("L", width);
                case "char16_t" -> new CharacterText("u", Short.BYTES);
                case "char32_t" -> new CharacterText("U", Integer.BYTES);
                default -> null;
            };
            if (known != null) {
                return known;
            }
            if (plain instanceof Typedef typedef) {
                plain = typedef.target();
            } else if (plain instanceof QualifiedType qualified) {
                plain = qualified.target();
            } else {
                return null;
            }
        }
    }

    /** One character, in single quotes. */
    String character(long unit) {
        StringBuilder text = new StringBuilder(prefix).append('\'');
        append(text, unit, '\'');
        return text.append('\'').toString();
    }

    /** Characters in double quotes; what is no character is written in octal. */
    String quoted(byte[] bytes) {
        StringBuilder text = new StringBuilder(prefix).append('"');
        int at = 0;
        while (at + width <= bytes.length) {
            int length = width == 1 ? lengthOfCharacter(bytes, at) : 0;
            if (length > 1) {
                text.append(new String(bytes, at, length, StandardCharsets.UTF_8));
                at += length;
            } else {
                at += append(text, bytes, at);
            }
        }
        return text.append('"').toString();
    }

    /** Writes the unit at a position, or two that are one character: the bytes taken. */
    private int append(StringBuilder text, byte[] bytes, int at) {
        long unit = unit(bytes, at);
        if (width == Short.BYTES && Character.isHighSurrogate((char) unit) && at + 2 * width <= bytes.length) {
            char low = (char) unit(bytes, at + width);
            if (Character.isLowSurrogate(low)) {
                text.append((char) unit).append(low);
                return 2 * width;
            }
        }
        append(text, unit, '"');
        return width;
    }

    private void append(StringBuilder text, long unit, char quote) {
        boolean isPlain = unit > 0x7f
                && width > 1
                && Character.isValidCodePoint((int) unit)
                && Character.isDefined((int) unit)
                && !Character.isISOControl((int) unit)
                && Character.getType((int) unit) != Character.SURROGATE;
        if (isPlain) {
            text.appendCodePoint((int) unit);
        } else if (unit >= 0 && unit <= 0xff) {
            text.append(Format.escaped((byte) unit, quote));
        } else {
            text.append(String.format(Locale.ROOT, width == Short.BYTES ? "\\u%04x" : "\\U%08x", (int) unit));
        }
    }

    private long unit(byte[] bytes, int at) {
        long unit = 0;
        for (int i = width - 1; i >= 0; i--) {
            unit = unit << Byte.SIZE | (bytes[at + i] & 0xff);
        }
        return unit;
    }

    /** The bytes in front of the zero that ends a string; all where none does. */
    int lengthOfString(byte[] bytes) {
        int end = 0;
        while (end + width <= bytes.length && unit(bytes, end) != 0) {
            end += width;
        }
        return Math.min(end, bytes.length);
    }

    /** The bytes without the zeros at the end. */
    byte[] withoutPadding(byte[] bytes) {
        int end = bytes.length / width * width;
        while (end > 0 && unit(bytes, end - width) == 0) {
            end -= width;
        }
        return Arrays.copyOf(bytes, end);
    }

    /** The bytes of the character of UTF-8 that begins at a position; 0 where there is none. */
    private static int lengthOfCharacter(byte[] bytes, int at) {
        int lead = bytes[at] & 0xff;
        int length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
        if (length < 2 || at + length > bytes.length) {
            return length == 1 ? 1 : 0;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, at, length));
            return length;
        } catch (CharacterCodingException e) {
            return 0;
        }
    }
}
