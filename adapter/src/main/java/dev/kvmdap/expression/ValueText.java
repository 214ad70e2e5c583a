package dev.kvmdap.expression;

import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.types.ArrayType;
import dev.kvmdap.types.EnumType;
import dev.kvmdap.types.FloatType;
import dev.kvmdap.types.FunctionType;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.Member;
import dev.kvmdap.types.PointerType;
import dev.kvmdap.types.StructType;
import dev.kvmdap.types.Type;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Writes values in gdb's way: {@code {x = 1, y = 2}}, {@code {0 <repeats 20 times>}}, {@code 0x2000 "text"}. Throws
 * {@link UnreadableException} where a value cannot be read; parts of it that cannot are told in their places.
 */
public final class ValueText {

    /** Elements of arrays and characters of strings that are written at most, all in all. */
    private static final int MOST_ELEMENTS = 200;

    private static final int LEAST_REPEATS = 11;
    private static final int NESTED_AT_MOST = 8;

    /** Knows no names for addresses; for any thread. */
    public static final ValueText WITHOUT_SYMBOLS = new ValueText(address -> Optional.empty());

    private final LongFunction<Optional<String>> symbols;
    private final NumberFormat integers;

    /**
     * Writes values.
     *
     * @param symbols the symbol that a linear address of code or data belongs to, with an offset
     */
    public ValueText(LongFunction<Optional<String>> symbols) {
        this(symbols, NumberFormat.NATURAL);
    }

    private ValueText(LongFunction<Optional<String>> symbols, NumberFormat integers) {
        this.symbols = symbols;
        this.integers = integers;
    }

    /** Writes integers in a format, where they have none of their own. */
    public ValueText in(NumberFormat other) {
        return new ValueText(symbols, other);
    }

    /** A value as text, in its own format. */
    public String of(Value value) {
        StringBuilder text = new StringBuilder();
        new Writer(text).write(value, 0);
        return text.toString();
    }

    private final class Writer {
        private final StringBuilder text;
        private int elements;

        Writer(StringBuilder text) {
            this.text = text;
        }

        private void write(Value value, int depth) {
            String absence = value.storage() == null ? null : value.storage().absence();
            if (absence != null) {
                throw new UnreadableException(absence);
            }
            Type type = value.type().stripped();
            if (type instanceof StructType struct) {
                structure(value, struct, depth);
            } else if (type instanceof ArrayType array) {
                array(value, array, depth);
            } else if (type instanceof FunctionType) {
                text.append(address(value.bits()));
            } else if (type instanceof PointerType pointer) {
                pointer(value, pointer);
            } else if (type instanceof FloatType real) {
                text.append(floating(value, real));
            } else if (type instanceof IntegerType integer && !integer.isComputable()) {
                text.append(wide(value, integer));
            } else if (value.isNumber()) {
                text.append(number(value, type));
            } else {
                text.append("<a ").append(type).append(", of which nothing is told>");
            }
        }

        private void part(Value value, int depth) {
            try {
                write(value, depth);
            } catch (UnreadableException e) {
                text.append('<').append(e.getMessage()).append('>');
            }
        }

        private void structure(Value value, StructType struct, int depth) {
            if (struct.bytes() == 0 && struct.members().isEmpty()) {
                text.append("<a ").append(struct).append(" whose members are not told>");
                return;
            }
            if (depth == NESTED_AT_MOST) {
                text.append("{...}");
                return;
            }
            text.append('{');
            String separator = "";
            for (Member member : struct.ownMembers()) {
                text.append(separator).append(member.name().isEmpty() ? "" : member.name() + " = ");
                if (elements > MOST_ELEMENTS) {
                    text.append("...");
                    break;
                }
                part(value.member(member), depth + 1);
                separator = ", ";
            }
            text.append('}');
        }

        private void array(Value value, ArrayType array, int depth) {
            boolean asText = array.element().stripped() instanceof IntegerType element
                    && element.isCharacter()
                    && (value.format() == Format.NATURAL || value.format() == Format.STRING);
            if (array.count() == ArrayType.OPEN || array.element().bytes() <= 0) {
                text.append(address(value.bits()));
                if (asText && value.storage() != null) {
                    string(value.element(0));
                }
            } else if (asText) {
                characters(value, array.count());
            } else if (depth == NESTED_AT_MOST) {
                text.append("{...}");
            } else {
                elements(value, array, depth);
            }
        }

        private void elements(Value value, ArrayType array, int depth) {
            text.append('{');
            long index = 0;
            while (index < array.count()) {
                if (elements >= MOST_ELEMENTS) {
                    text.append("...");
                    break;
                }
                int start = text.length();
                part(value.element(index), depth + 1);
                String element = text.substring(start);
                long repeats = repeats(value, index, array.count());
                if (repeats >= LEAST_REPEATS) {
                    text.append(" <repeats ").append(repeats).append(" times>");
                    elements += LEAST_REPEATS;
                } else {
                    for (long again = 1; again < repeats; again++) {
                        text.append(", ").append(element);
                    }
                    elements += (int) repeats;
                }
                index += repeats;
                text.append(index < array.count() ? ", " : "");
            }
            text.append('}');
        }

        /** How many elements from one on are the same, byte by byte. */
        private long repeats(Value value, long index, long count) {
            byte[] first = bytes(value.element(index));
            long next = index + 1;
            long limit = Math.min(count, index + (1 << 16));
            while (first.length > 0 && next < limit && Arrays.equals(first, bytes(value.element(next)))) {
                next++;
            }
            return next - index;
        }

        private void characters(Value value, long count) {
            int length = (int) Math.min(count, MOST_ELEMENTS);
            byte[] bytes = read(value, length);
            int end = bytes.length;
            while (end > 0 && bytes[end - 1] == 0) {
                end--;
            }
            elements += end;
            boolean cut = count > length && end == length;
            text.append(quoted(Arrays.copyOf(bytes, end))).append(cut ? "..." : "");
            if (bytes.length < length) {
                text.append(" <").append(whyNot(value, bytes.length)).append('>');
            }
        }

        private void pointer(Value value, PointerType pointer) {
            long bits = value.bits();
            Format format = value.format();
            if (pointer.space() == AddressSpace.PHYSICAL) {
                text.append("phys(0x").append(Long.toHexString(bits)).append(')');
            } else if (format == Format.NATURAL || format == Format.STRING || format == Format.ADDRESS) {
                text.append(address(bits));
            } else {
                text.append(format.text(bits, pointer.integer()));
                return;
            }
            if (isCharacter(pointer.target()) && bits != 0) {
                string(value.target());
            }
        }

        private boolean isCharacter(Type type) {
            return type.stripped() instanceof IntegerType integer && integer.isCharacter();
        }

        private void string(Value first) {
            byte[] bytes = read(first, MOST_ELEMENTS);
            int end = 0;
            while (end < bytes.length && bytes[end] != 0) {
                end++;
            }
            if (end == 0 && bytes.length == 0) {
                text.append(" <").append(whyNot(first, 0)).append('>');
                return;
            }
            elements += end;
            text.append(' ').append(quoted(Arrays.copyOf(bytes, end))).append(end == bytes.length ? "..." : "");
        }
    }

    private String address(long address) {
        String number = "0x" + Long.toHexString(address);
        return symbols.apply(address)
                .map(symbol -> number + " <" + symbol + ">")
                .orElse(number);
    }

    private String number(Value value, Type type) {
        long bits = value.bits();
        Format format = value.format();
        if (type instanceof EnumType enumeration) {
            return format == Format.NATURAL
                    ? enumeration.text(bits)
                    : format.text(inField(value, bits), enumeration.integer());
        }
        if (format == Format.ADDRESS) {
            return address(bits);
        }
        if (format == Format.NATURAL) {
            return integers.text(integers.isSigned() ? bits : inField(value, bits), (IntegerType) type);
        }
        return format.text(inField(value, bits), (IntegerType) type);
    }

    /** The bits of a bit field alone, where its sign is not wanted. */
    private static long inField(Value value, long bits) {
        boolean plain = value.fieldBits() == 0 || value.format() == Format.DECIMAL;
        return plain ? bits : bits & -1L >>> (Long.SIZE - value.fieldBits());
    }

    /** A number, or its bits as they are in memory where an integer's format is asked for. */
    private static String floating(Value value, FloatType type) {
        double number = Double.longBitsToDouble(value.bits());
        boolean asNumber = value.format() == Format.NATURAL
                || value.format() == Format.FLOATING
                || value.format() == Format.STRING;
        return asNumber || type.isExtended()
                ? Format.text(number, type)
                : value.format().text(type.encode(number), IntegerType.unsigned(type.width()));
    }

    private String wide(Value value, IntegerType type) {
        Storage storage = value.storage();
        if (storage == null) {
            return "<" + type.width() + " bytes>";
        }
        BigInteger low = new BigInteger(Long.toUnsignedString(storage.read(0, Long.BYTES)));
        long highBits = storage.read(Long.BYTES, Long.BYTES);
        boolean natural = value.format() == Format.NATURAL;
        boolean hexadecimal = natural && integers == NumberFormat.HEXADECIMAL;
        boolean decimal = (natural && !hexadecimal) || value.format() == Format.DECIMAL;
        BigInteger high = type.signed() && decimal
                ? BigInteger.valueOf(highBits)
                : new BigInteger(Long.toUnsignedString(highBits));
        BigInteger whole = high.shiftLeft(Long.SIZE).add(low);
        return decimal || value.format() == Format.UNSIGNED ? whole.toString() : "0x" + whole.toString(16);
    }

    private static byte[] bytes(Value value) {
        int size = (int) Math.min(value.type().bytes(), MOST_ELEMENTS);
        byte[] bytes = read(value, size);
        return bytes.length == size ? bytes : new byte[0];
    }

    /** The first bytes of an object, fewer where they cannot be read. */
    private static byte[] read(Value value, int length) {
        byte[] bytes = new byte[length];
        Storage storage = value.storage();
        int done = 0;
        try {
            while (storage != null && done < length) {
                bytes[done] = (byte) storage.read(done, 1);
                done++;
            }
        } catch (UnreadableException e) {
            return Arrays.copyOf(bytes, done);
        }
        return bytes;
    }

    private static String whyNot(Value value, int offset) {
        try {
            Storage storage = value.storage();
            return storage == null ? "" : Long.toString(storage.read(offset, 1));
        } catch (UnreadableException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Characters in double quotes: UTF-8 as it is, all else as C writes it. */
    private static String quoted(byte[] bytes) {
        StringBuilder text = new StringBuilder("\"");
        int at = 0;
        while (at < bytes.length) {
            int length = lengthOfCharacter(bytes, at);
            if (length > 1) {
                text.append(new String(bytes, at, length, StandardCharsets.UTF_8));
            } else {
                text.append(Format.escaped(bytes[at], '"'));
            }
            at += Math.max(1, length);
        }
        return text.append('"').toString();
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
