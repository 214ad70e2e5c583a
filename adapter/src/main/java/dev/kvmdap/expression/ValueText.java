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
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes values in gdb's way: {@code {x = 1, y = 2}}, {@code {0 <repeats 20 times>}}, {@code 0x2000 "text"}. Throws
 * {@link UnreadableException} where a value cannot be read; parts of it that cannot are told in their places.
 */
public final class ValueText {

    /** Elements of arrays and characters of strings that are written at most, all in all. */
    private static final int MOST_ELEMENTS = 200;

    /** Bytes that are compared at most to find equal elements. */
    private static final long MOST_COMPARED = 2 << 20;

    private static final int LEAST_REPEATS = 11;
    private static final int NESTED_AT_MOST = 8;

    /** Knows no names for addresses; for any thread. */
    public static final ValueText WITHOUT_SYMBOLS = new ValueText(address -> Optional.empty());

    private final LongFunction<Optional<String>> symbols;
    private final LongFunction<String> instructions;
    private final NumberFormat integers;

    /** Writes values where instructions cannot be read, so that only their addresses are told. */
    public ValueText(LongFunction<Optional<String>> symbols) {
        this(symbols, address -> "0x" + Long.toHexString(address));
    }

    /**
     * Writes values.
     *
     * @param symbols the symbol that a linear address of code or data belongs to, with an offset
     * @param instructions the instruction at a linear address
     */
    public ValueText(LongFunction<Optional<String>> symbols, LongFunction<String> instructions) {
        this(symbols, instructions, NumberFormat.NATURAL);
    }

    private ValueText(
            LongFunction<Optional<String>> symbols, LongFunction<String> instructions, NumberFormat integers) {
        this.symbols = symbols;
        this.instructions = instructions;
        this.integers = integers;
    }

    /** Writes integers in a format, where they have none of their own. */
    public ValueText in(NumberFormat other) {
        return new ValueText(symbols, instructions, other);
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
        private long compared;

        Writer(StringBuilder text) {
            this.text = text;
        }

        private void write(Value value, int depth) {
            String absence = value.storage() == null ? null : value.storage().absence();
            if (absence != null) {
                throw new UnreadableException(absence);
            }
            Type type = value.type().stripped();
            if (value.format() == Format.INSTRUCTION && !(type instanceof StructType)) {
                text.append(instructions.apply(value.bits()));
            } else if (type instanceof StructType struct) {
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
            CharacterText characters = asText(array.element(), value.format());
            if (array.count() == ArrayType.OPEN || array.element().bytes() <= 0) {
                text.append(address(value.bits()));
                if (characters != null && value.storage() != null) {
                    string(value.element(0), characters);
                }
            } else if (characters != null) {
                characters(value, array.count(), characters);
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
                if (elements >= MOST_ELEMENTS || compared >= MOST_COMPARED) {
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

        /** How many elements from one on are the same, byte by byte; as far as there is time to look. */
        private long repeats(Value value, long index, long count) {
            Storage first = value.element(index).storage();
            long size = value.element(index).type().bytes();
            long next = index + 1;
            while (next < count
                    && compared < MOST_COMPARED
                    && isSame(first, value.element(next).storage(), size)) {
                next++;
            }
            return next - index;
        }

        private boolean isSame(@Nullable Storage one, @Nullable Storage other, long size) {
            try {
                for (long offset = 0; offset < size; offset += Long.BYTES) {
                    int bytes = (int) Math.min(Long.BYTES, size - offset);
                    compared += bytes;
                    if (one == null || other == null || one.read(offset, bytes) != other.read(offset, bytes)) {
                        return false;
                    }
                }
                return true;
            } catch (UnreadableException e) {
                return false;
            }
        }

        private void characters(Value value, long count, CharacterText characters) {
            int length = (int) Math.min(count, MOST_ELEMENTS) * characters.width();
            byte[] bytes = read(value, length);
            byte[] shown = characters.withoutPadding(bytes);
            elements += shown.length / characters.width();
            boolean cut = count > MOST_ELEMENTS && shown.length == length;
            text.append(characters.quoted(shown)).append(cut ? "..." : "");
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
            CharacterText characters = asText(pointer.target(), format);
            if (characters != null && bits != 0) {
                string(value.target(), characters);
            }
        }

        private void string(Value first, CharacterText characters) {
            byte[] bytes = read(first, MOST_ELEMENTS * characters.width());
            int end = characters.lengthOfString(bytes);
            if (bytes.length == 0) {
                text.append(" <").append(whyNot(first, 0)).append('>');
                return;
            }
            elements += end / characters.width();
            text.append(' ')
                    .append(characters.quoted(Arrays.copyOf(bytes, end)))
                    .append(end == bytes.length ? "..." : "");
        }
    }

    /** How elements are written as characters; null where they are not. */
    private static @Nullable CharacterText asText(Type element, Format format) {
        return switch (format) {
            case NATURAL -> CharacterText.of(element);
            case STRING -> CharacterText.wanted(element);
            default -> null;
        };
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
        if (format != Format.NATURAL) {
            return format.text(inField(value, bits), (IntegerType) type);
        }
        String number = integers.text(integers.isSigned() ? bits : inField(value, bits), (IntegerType) type);
        CharacterText wide = CharacterText.of(value.type());
        return wide != null && wide.width() > 1 ? number + " " + wide.character(bits) : number;
    }

    /** The bits of a bit field alone, where its sign is not wanted. */
    private static long inField(Value value, long bits) {
        boolean plain = value.fieldBits() == 0 || value.format() == Format.DECIMAL;
        return plain ? bits : bits & -1L >>> (Long.SIZE - value.fieldBits());
    }

    /** A number, or its bits as they are in memory where an integer's format is asked for. */
    private static String floating(Value value, FloatType type) {
        Storage storage = value.storage();
        boolean asNumber = value.format() == Format.NATURAL
                || value.format() == Format.FLOATING
                || value.format() == Format.STRING;
        if (!type.isExtended() || storage == null) {
            double number = Double.longBitsToDouble(value.bits());
            return asNumber || type.isExtended()
                    ? RealText.of(number, type)
                    : value.format().text(type.encode(number), IntegerType.unsigned(type.width()));
        }
        return asNumber
                ? RealText.ofExtended(storage.read(0, Long.BYTES), (int) storage.read(Long.BYTES, Short.BYTES))
                : text(number(storage, FloatType.EXTENDED_BYTES), value.format());
    }

    private String wide(Value value, IntegerType type) {
        Storage storage = value.storage();
        if (storage == null) {
            return "<" + type.width() + " bytes>";
        }
        BigInteger number = number(storage, type.width());
        boolean natural = value.format() == Format.NATURAL;
        Format format = natural ? integers.format() : value.format();
        boolean signed = format == Format.DECIMAL || (type.signed() && format == Format.NATURAL);
        return text(
                signed && number.testBit(type.bits() - 1)
                        ? number.subtract(BigInteger.ONE.shiftLeft(type.bits()))
                        : number,
                format);
    }

    /** What bytes are as an unsigned number. */
    private static BigInteger number(Storage storage, int bytes) {
        BigInteger low = new BigInteger(Long.toUnsignedString(storage.read(0, Long.BYTES)));
        long high = storage.read(Long.BYTES, bytes - Long.BYTES);
        return new BigInteger(Long.toUnsignedString(high)).shiftLeft(Long.SIZE).or(low);
    }

    private static String text(BigInteger number, Format format) {
        return switch (format) {
            case HEXADECIMAL, PADDED, ADDRESS, INSTRUCTION -> "0x" + number.toString(16);
            case OCTAL -> "0" + number.toString(8);
            case BINARY -> "0b" + number.toString(2);
            default -> number.toString();
        };
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
}
