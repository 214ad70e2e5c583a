package dev.kvmdap.types;

/**
 * An array; of several dimensions, an array of arrays.
 *
 * @param count the number of elements; {@link #OPEN} where it is not told, as of {@code int flexible[]}
 */
public record ArrayType(Type element, long count) implements Type {

    public static final long OPEN = -1;

    /** The bytes of all elements; 0 where they are too many to be counted, or not known. */
    @Override
    public long bytes() {
        long size = element.bytes();
        return count > 0 && size > 0 && Math.multiplyHigh(size, count) == 0 ? Math.max(0, size * count) : 0;
    }

    @Override
    public void readAhead() {
        element.readAhead();
    }

    @Override
    public String declaration(String declarator) {
        return element.declaration(declarator + "[" + (count == OPEN ? "" : Long.toUnsignedString(count)) + "]");
    }

    @Override
    public String toString() {
        return name();
    }
}
