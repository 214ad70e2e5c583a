package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.types.ArrayType;
import dev.kvmdap.types.DataModel;
import dev.kvmdap.types.EnumType;
import dev.kvmdap.types.Enumerator;
import dev.kvmdap.types.FloatType;
import dev.kvmdap.types.FunctionType;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.IntegerType.Rank;
import dev.kvmdap.types.OpaqueType;
import dev.kvmdap.types.PointerType;
import dev.kvmdap.types.QualifiedType;
import dev.kvmdap.types.StructType;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.Typedef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads types (DWARF 5, chapter 5). Each entry is read once; what is in a structure, when somebody looks into it. */
final class TypeReader {

    /** How many types may modify each other; recursive types always have a structure in between. */
    private static final int NESTED_AT_MOST = 64;

    private static final Pattern OF_C = Pattern.compile("(?:(?:long|short|int|unsigned|signed|char)(?: |$))+");

    private final DwarfFile file;
    private final Function<StructType, @Nullable StructType> definitions;
    private final Map<Long, Type> read = new HashMap<>();

    /**
     * Reads the types of a file.
     *
     * @param definitions finds the definition of a structure that is only declared; null where there is none
     */
    TypeReader(DwarfFile file, Function<StructType, @Nullable StructType> definitions) {
        this.file = file;
        this.definitions = definitions;
    }

    /** The type of a variable, member or function's result, told by its entry or by the one that it completes. */
    Type typeOf(EntryReader object) {
        EntryReader entry = file.withAttribute(Attribute.TYPE, object.offset());
        return entry == null ? OpaqueType.UNKNOWN : typeOf(entry, 0);
    }

    /** The type of an array's elements. */
    Type elementOf(EntryReader array) {
        return typeOf(array, 0);
    }

    /** The type that an entry at an offset of .debug_info describes. */
    Type typeAt(long offset) {
        return read(offset, 0);
    }

    private Type typeOf(EntryReader entry, int nesting) {
        OptionalLong type = entry.reference(Attribute.TYPE);
        if (type.isEmpty()) {
            return entry.has(Attribute.TYPE) ? OpaqueType.UNKNOWN : OpaqueType.VOID;
        }
        return read(type.getAsLong(), nesting);
    }

    private Type read(long offset, int nesting) {
        Type known = read.get(offset);
        if (known != null) {
            return known;
        }
        EntryReader entry = nesting < NESTED_AT_MOST ? file.entryAt(offset) : null;
        if (entry == null) {
            return OpaqueType.UNKNOWN;
        }
        Type type = read(entry, nesting + 1);
        read.put(offset, type);
        return type;
    }

    private Type read(EntryReader entry, int nesting) {
        return switch (entry.tag()) {
            case Tag.BASE_TYPE -> base(entry);
            case Tag.POINTER_TYPE -> pointer(entry, "*", nesting);
            case Tag.REFERENCE_TYPE -> pointer(entry, "&", nesting);
            case Tag.RVALUE_REFERENCE_TYPE -> pointer(entry, "&&", nesting);
            case Tag.CONST_TYPE -> new QualifiedType("const", typeOf(entry, nesting));
            case Tag.VOLATILE_TYPE -> new QualifiedType("volatile", typeOf(entry, nesting));
            case Tag.RESTRICT_TYPE -> new QualifiedType("restrict", typeOf(entry, nesting));
            case Tag.ATOMIC_TYPE -> new QualifiedType("_Atomic", typeOf(entry, nesting));
            case Tag.TYPEDEF -> new Typedef(entry.string(Attribute.NAME, "?"), typeOf(entry, nesting));
            case Tag.STRUCTURE_TYPE -> structure(StructType.Kind.STRUCT, entry);
            case Tag.CLASS_TYPE -> structure(StructType.Kind.CLASS, entry);
            case Tag.UNION_TYPE -> structure(StructType.Kind.UNION, entry);
            case Tag.ENUMERATION_TYPE -> enumeration(entry, nesting);
            case Tag.ARRAY_TYPE -> array(entry, nesting);
            case Tag.SUBROUTINE_TYPE, Tag.SUBPROGRAM -> function(entry, nesting);
            case Tag.UNSPECIFIED_TYPE -> new OpaqueType(entry.string(Attribute.NAME, "?"), 0);
            default -> OpaqueType.UNKNOWN;
        };
    }

    private static Type base(EntryReader entry) {
        String name = entry.string(Attribute.NAME, "?");
        long bytes = entry.constant(Attribute.BYTE_SIZE, 0);
        int encoding = (int) entry.constant(Attribute.ENCODING, 0);
        boolean isInteger = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8 || bytes == 16;
        boolean isFloat = (bytes == 4 || bytes == 8 || (bytes >= FloatType.EXTENDED_BYTES && bytes <= 16))
                && !name.contains("128");
        return switch (encoding) {
            case BaseEncoding.FLOAT -> isFloat ? new FloatType(name, (int) bytes) : new OpaqueType(name, bytes);
            case BaseEncoding.BOOLEAN,
                    BaseEncoding.SIGNED,
                    BaseEncoding.UNSIGNED,
                    BaseEncoding.SIGNED_CHAR,
                    BaseEncoding.UNSIGNED_CHAR,
                    BaseEncoding.UTF,
                    BaseEncoding.ADDRESS ->
                isInteger
                        ? integer(name, rank(name, encoding, (int) bytes), (int) bytes, BaseEncoding.isSigned(encoding))
                        : new OpaqueType(name, bytes);
            default -> new OpaqueType(name, bytes);
        };
    }

    /** An integer type; one of C's own, which has many names, by its shortest: {@code unsigned long}. */
    private static IntegerType integer(String name, Rank rank, int bytes, boolean signed) {
        boolean isOfC = OF_C.matcher(name).matches() && !name.equals("char");
        return isOfC ? IntegerType.of(rank, bytes, signed) : new IntegerType(name, rank, bytes, signed);
    }

    private static Rank rank(String name, int encoding, int bytes) {
        if (encoding == BaseEncoding.BOOLEAN) {
            return Rank.BOOL;
        }
        return switch (bytes) {
            case 1 -> Rank.CHAR;
            case 2 -> Rank.SHORT;
            case 4 -> name.contains("long") ? Rank.LONG : Rank.INT;
            case 8 -> name.contains("long long") ? Rank.LONG_LONG : Rank.LONG;
            default -> Rank.INT_128;
        };
    }

    private Type pointer(EntryReader entry, String mark, int nesting) {
        int width = (int)
                entry.constant(Attribute.BYTE_SIZE, entry.unit().encoding().addressSize());
        PointerType pointer = PointerType.to(typeOf(entry, nesting), width == 2 || width == 4 ? width : Long.BYTES);
        return new PointerType(pointer.target(), pointer.width(), mark, pointer.space());
    }

    private Type structure(StructType.Kind kind, EntryReader entry) {
        String tag = entry.string(Attribute.NAME, "");
        if (entry.flag(Attribute.DECLARATION)) {
            return StructType.declared(kind, tag, definitions);
        }
        long offset = entry.offset();
        return new StructType(
                kind, tag, entry.constant(Attribute.BYTE_SIZE, 0), () -> new MemberReader(file, this).members(offset));
    }

    private Type enumeration(EntryReader entry, int nesting) {
        String tag = entry.string(Attribute.NAME, "");
        Type stated = entry.has(Attribute.TYPE) ? typeOf(entry, nesting).stripped() : OpaqueType.UNKNOWN;
        int bytes = (int) entry.constant(Attribute.BYTE_SIZE, 0);
        List<Enumerator> enumerators = new ArrayList<>();
        Children children = new Children(entry);
        while (children.next()) {
            if (entry.tag() == Tag.ENUMERATOR) {
                long value = entry.constant(Attribute.CONST_VALUE, 0);
                enumerators.add(new Enumerator(entry.string(Attribute.NAME, "?"), value));
            }
        }
        boolean negative = enumerators.stream().anyMatch(known -> known.value() < 0);
        boolean fits = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
        IntegerType integer =
                stated instanceof IntegerType known ? known : IntegerType.of(fits ? bytes : Integer.BYTES, negative);
        return new EnumType(
                tag,
                integer,
                enumerators.stream()
                        .map(known -> new Enumerator(known.name(), integer.extend(known.value())))
                        .toList());
    }

    private Type array(EntryReader entry, int nesting) {
        Type type = typeOf(entry, nesting);
        List<Long> counts = new ArrayList<>();
        Children children = new Children(entry);
        while (children.next()) {
            if (entry.tag() == Tag.SUBRANGE_TYPE) {
                counts.add(count(entry));
            }
        }
        for (int i = counts.size() - 1; i >= 0; i--) {
            type = new ArrayType(type, counts.get(i));
        }
        return counts.isEmpty() ? new ArrayType(type, ArrayType.OPEN) : type;
    }

    /** The number of elements along one dimension. */
    static long count(EntryReader subrange) {
        OptionalLong count = subrange.plainConstant(Attribute.COUNT);
        OptionalLong last = subrange.plainConstant(Attribute.UPPER_BOUND);
        long first = subrange.constant(Attribute.LOWER_BOUND, 0);
        long elements = count.orElse(last.isPresent() ? last.getAsLong() - first + 1 : ArrayType.OPEN);
        return elements < 0 ? ArrayType.OPEN : elements;
    }

    private Type function(EntryReader entry, int nesting) {
        EntryReader told = file.withAttribute(Attribute.TYPE, entry.offset());
        Type result = told == null ? OpaqueType.VOID : typeOf(told, nesting);
        boolean prototyped = entry.flag(Attribute.PROTOTYPED) || !isC(entry);
        List<Type> parameters = new ArrayList<>();
        Children children = new Children(entry);
        while (children.next()) {
            if (entry.tag() == Tag.FORMAL_PARAMETER) {
                EntryReader parameter = file.withAttribute(Attribute.TYPE, entry.offset());
                parameters.add(parameter == null ? OpaqueType.UNKNOWN : typeOf(parameter, nesting));
            }
        }
        return new FunctionType(result, List.copyOf(parameters), prototyped || !parameters.isEmpty());
    }

    private static boolean isC(EntryReader entry) {
        return entry.unit().isC();
    }

    /** The widths of C's types in a unit. */
    static DataModel model(Unit unit) {
        return DataModel.ofAddresses(unit.encoding().addressSize());
    }
}
