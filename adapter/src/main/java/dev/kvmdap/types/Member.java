package dev.kvmdap.types;

/**
 * A member of a structure or union.
 *
 * @param name empty for a structure or union in it whose members count as its own
 * @param offset in bytes from the start of the structure; of a bit field, of the unit that holds it
 * @param bitOffset of a bit field, its lowest bit in the little-endian unit that begins at {@code offset}
 * @param bitSize the bits of a bit field; 0 where it is none
 */
public record Member(String name, Type type, long offset, int bitOffset, int bitSize) {

    /** A member of whole bytes. */
    public static Member of(String name, Type type, long offset) {
        return new Member(name, type, offset, 0, 0);
    }

    /** Whether it is a bit field. */
    public boolean isBitField() {
        return bitSize != 0;
    }

    /** The same member, as seen from a structure that holds its own at an offset. */
    Member within(long outer) {
        return new Member(name, type, outer + offset, bitOffset, bitSize);
    }
}
