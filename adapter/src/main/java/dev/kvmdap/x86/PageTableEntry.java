package dev.kvmdap.x86;

/**
 * One entry that a translation went through. Bits 0 to 2 and 63 have one meaning at every level (SDM vol. 3, 4.5.4),
 * but for the PDPTEs of PAE paging, which carry no permissions.
 *
 * @param level the table that holds the entry
 * @param address where the entry lies in physical memory
 * @param value the entry itself; 32-bit paging leaves the upper half 0
 */
public record PageTableEntry(PageTableLevel level, GuestPhysical address, long value) {

    static final long PRESENT = 1;
    static final long WRITABLE = 1 << 1;
    static final long USER = 1 << 2;
    static final long ACCESSED = 1 << 5;
    static final long DIRTY = 1 << 6;
    static final long PAGE_SIZE = 1 << 7;
    static final long GLOBAL = 1 << 8;
    static final long NO_EXECUTE = 1L << 63;

    boolean has(long bit) {
        return (value & bit) != 0;
    }

    /** Such as {@code PDE 0x2063 at p:0x1000}. */
    @Override
    public String toString() {
        return level.entryTerm() + " 0x" + Long.toHexString(value) + " at " + address;
    }
}
