package dev.kvmdap.symbols.dwarf;

import java.util.OptionalLong;

/** Describes the type of a variable from its type entries (DWARF 5, chapter 5). */
final class TypeReader {

    /** How many types may modify each other; recursive types always have a name in between. */
    private static final int NESTED_AT_MOST = 32;

    private final DwarfFile file;

    TypeReader(DwarfFile file) {
        this.file = file;
    }

    /** The type of a variable, told by its entry or by the one that it completes. */
    TypeDescription typeOf(EntryReader variable) {
        EntryReader entry = file.withAttribute(Attribute.TYPE, variable.offset());
        return entry == null ? TypeDescription.UNKNOWN : typeOf(entry, 0);
    }

    private TypeDescription typeOf(EntryReader entry, int nesting) {
        OptionalLong type = entry.reference(Attribute.TYPE);
        return type.isEmpty() ? TypeDescription.VOID : read(type.getAsLong(), nesting);
    }

    private TypeDescription read(long offset, int nesting) {
        EntryReader entry = nesting < NESTED_AT_MOST ? file.entryAt(offset) : null;
        if (entry == null) {
            return TypeDescription.UNKNOWN;
        }
        int wordSize = entry.unit().encoding().addressSize();
        return switch (entry.tag()) {
            case Tag.BASE_TYPE ->
                new TypeDescription(entry.string(Attribute.NAME, "?"), entry.constant(Attribute.BYTE_SIZE, 0), (int)
                        entry.constant(Attribute.ENCODING, 0));
            case Tag.POINTER_TYPE -> pointer(typeOf(entry, nesting + 1), "*", wordSize);
            case Tag.REFERENCE_TYPE -> pointer(typeOf(entry, nesting + 1), "&", wordSize);
            case Tag.RVALUE_REFERENCE_TYPE -> pointer(typeOf(entry, nesting + 1), "&&", wordSize);
            case Tag.CONST_TYPE -> qualified("const", typeOf(entry, nesting + 1));
            case Tag.VOLATILE_TYPE -> qualified("volatile", typeOf(entry, nesting + 1));
            case Tag.RESTRICT_TYPE -> qualified("restrict", typeOf(entry, nesting + 1));
            case Tag.ATOMIC_TYPE -> qualified("_Atomic", typeOf(entry, nesting + 1));
            case Tag.TYPEDEF -> typeOf(entry, nesting + 1).named(entry.string(Attribute.NAME, "?"));
            case Tag.STRUCTURE_TYPE -> aggregate("struct", entry);
            case Tag.CLASS_TYPE -> aggregate("class", entry);
            case Tag.UNION_TYPE -> aggregate("union", entry);
            case Tag.ENUMERATION_TYPE -> enumeration(entry, nesting);
            case Tag.ARRAY_TYPE -> array(entry, nesting);
            case Tag.SUBROUTINE_TYPE ->
                new TypeDescription(typeOf(entry, nesting + 1).name() + " ()", 0, 0);
            default -> TypeDescription.UNKNOWN;
        };
    }

    private static TypeDescription pointer(TypeDescription target, String mark, int size) {
        String name = target.name();
        boolean toFunction = name.endsWith(" ()");
        String text = toFunction
                ? name.substring(0, name.length() - 2) + "(" + mark + ")()"
                : name + (name.endsWith("*") ? "" : " ") + mark;
        return new TypeDescription(text, size, TypeDescription.ADDRESS);
    }

    private static TypeDescription qualified(String qualifier, TypeDescription type) {
        boolean ofPointer = type.name().endsWith("*");
        return type.named(ofPointer ? type.name() + " " + qualifier : qualifier + " " + type.name());
    }

    private static TypeDescription aggregate(String keyword, EntryReader entry) {
        String name = entry.string(Attribute.NAME, "{…}");
        return new TypeDescription(keyword + " " + name, entry.constant(Attribute.BYTE_SIZE, 0), 0);
    }

    private TypeDescription enumeration(EntryReader entry, int nesting) {
        int encoding = entry.has(Attribute.TYPE) ? typeOf(entry, nesting + 1).encoding() : TypeDescription.UNSIGNED;
        return new TypeDescription(
                "enum " + entry.string(Attribute.NAME, "{…}"), entry.constant(Attribute.BYTE_SIZE, 0), encoding);
    }

    private TypeDescription array(EntryReader entry, int nesting) {
        TypeDescription element = typeOf(entry, nesting + 1);
        StringBuilder name = new StringBuilder(element.name());
        long size = element.byteSize();
        int depth = entry.depth();
        while (entry.next() && entry.depth() > depth) {
            if (entry.tag() == Tag.SUBRANGE_TYPE) {
                long count = count(entry);
                name.append('[')
                        .append(count == 0 ? "" : Long.toUnsignedString(count))
                        .append(']');
                size = Math.multiplyHigh(size, count) == 0 ? Math.max(0, size * count) : 0;
            }
        }
        return new TypeDescription(name.toString(), size, 0);
    }

    /** The number of elements along one dimension; 0 where it is open. */
    private static long count(EntryReader subrange) {
        return subrange.has(Attribute.COUNT)
                ? subrange.constant(Attribute.COUNT, 0)
                : subrange.constant(Attribute.UPPER_BOUND, -1) + 1;
    }
}
