package dev.kvmdap.symbols.dwarf;

/**
 * Where an object is, as a DWARF expression has found it (DWARF 5, 2.6.1.1).
 *
 * @param number the address, the register's DWARF number, or the value itself
 */
public record Location(Kind kind, long number) {

    /** What the number means. */
    public enum Kind {
        /** The object is in memory at an address. */
        MEMORY,
        /** The object is in a register. */
        REGISTER,
        /** The object is nowhere, but this is its value. */
        VALUE,
        /** The object has been optimised away. */
        NOWHERE
    }
}
