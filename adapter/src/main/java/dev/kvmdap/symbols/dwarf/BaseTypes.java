package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.symbols.dwarf.StackType.Kind;
import dev.kvmdap.types.FloatType;

/** The base types that the operations of an expression name (DWARF 5, 2.5.1), by their offsets in its unit. */
final class BaseTypes {

    private static final int LARGEST_FLOAT = 16;

    private final ExpressionScope scope;

    BaseTypes(ExpressionScope scope) {
        this.scope = scope;
    }

    /** The type at an offset; the generic one at 0. */
    StackType atOrGeneric(long offset) {
        return offset == 0 ? StackType.generic(scope.addressSize()) : at(offset);
    }

    StackType at(long offset) {
        EntryReader entry = scope.requireUnit().entries().seek(offset);
        if (entry.tag() != Tag.BASE_TYPE) {
            throw new DwarfException(
                    "an operation names the entry at offset 0x%x, which is no base type".formatted(entry.offset()));
        }
        long bytes = entry.constant(Attribute.BYTE_SIZE, 0);
        boolean isReal = entry.constant(Attribute.ENCODING, 0) == BaseEncoding.FLOAT;
        boolean isRead = isReal
                ? bytes == Float.BYTES
                        || bytes == Double.BYTES
                        || (bytes >= FloatType.EXTENDED_BYTES && bytes <= LARGEST_FLOAT)
                : bytes >= 1 && bytes <= Long.BYTES;
        if (!isRead) {
            throw new MissingException("is told by a number of %d bytes, which is not computed with".formatted(bytes));
        }
        Kind integer = BaseEncoding.isSigned((int) entry.constant(Attribute.ENCODING, 0)) ? Kind.SIGNED : Kind.UNSIGNED;
        return new StackType(isReal ? Kind.FLOAT : integer, (int) bytes);
    }
}
