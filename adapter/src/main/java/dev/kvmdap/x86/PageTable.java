package dev.kvmdap.x86;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One table of the paging structures, to be looked at as a whole. It is read as it is in memory, and reading sets no Accessed bit.
 *
 * @param paging the control registers that are in force
 * @param level what its entries are
 * @param address physical address of its first entry
 * @param linear the linear address that its first entry is for
 * @param memory where it lies
 */
public record PageTable(Control paging, PageTableLevel level, long address, long linear, PhysicalMemory memory) {

    /**
     * The registers that say how page tables are read.
     *
     * @param cr4 CR4
     * @param efer IA32_EFER
     */
    public record Control(PagingMode mode, long cr4, long efer) {}

    /** What an entry does. */
    public enum Kind {
        /** Nothing: P is 0. */
        NOT_PRESENT,
        /** It leads to a table. */
        TABLE,
        /** It maps a page. */
        PAGE,
        /** A bit is set that must be 0: any use faults. */
        RESERVED
    }

    /**
     * An entry that is not 0.
     *
     * @param index from 0
     * @param linear the first linear address that it is for
     * @param entry where it lies, and its bits
     */
    public record Entry(int index, long linear, PageTableEntry entry, Kind kind) {}

    /** The table that CR3 points to; empty without paging. */
    public static Optional<PageTable> top(long cr0, long cr3, long cr4, long efer, PhysicalMemory memory) {
        PagingMode mode = PagingMode.of(cr0, cr4, efer);
        return mode == PagingMode.NONE
                ? Optional.empty()
                : Optional.of(new PageTable(
                        new Control(mode, cr4, efer), mode.top(), PageWalk.topTable(mode, cr3), 0, memory));
    }

    /** Whether all of it lies in memory. */
    public boolean isReadable() {
        return memory.holds(address, (int) paging.mode.tableBytes(level));
    }

    /** How many entries it has. */
    public int size() {
        return (int) (paging.mode.tableBytes(level) / paging.mode.entryBytes());
    }

    /** The size of an entry in bytes: 4 or 8. */
    public int entryBytes() {
        return paging.mode.entryBytes();
    }

    /** The bits of an entry. */
    long value(int index) {
        long at = address + (long) index * paging.mode.entryBytes();
        return entryBytes() == Integer.BYTES ? Integer.toUnsignedLong(memory.readInt(at)) : memory.readLong(at);
    }

    /** Its entries that are not 0; empty where it does not lie in memory. */
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (int index = 0; isReadable() && index < size(); index++) {
            long value = value(index);
            if (value != 0) {
                entries.add(entry(index, value));
            }
        }
        return entries;
    }

    /** An entry as it is now; all of the table must lie in memory. */
    public Entry entry(int index) {
        return entry(index, value(index));
    }

    private Entry entry(int index, long value) {
        GuestPhysical at = new GuestPhysical(address + (long) index * paging.mode.entryBytes());
        return new Entry(index, linear(index), new PageTableEntry(level, at, value), kind(value));
    }

    Kind kind(long value) {
        if ((value & PageTableEntry.PRESENT) == 0) {
            return Kind.NOT_PRESENT;
        }
        boolean large = isLarge(value);
        if ((value & PageWalk.reservedBits(paging.mode, level, large, paging.efer)) != 0) {
            return Kind.RESERVED;
        }
        return large || level == PageTableLevel.PT ? Kind.PAGE : Kind.TABLE;
    }

    private boolean isLarge(long value) {
        return PageWalk.isLargePage(paging.mode, level, value, paging.cr4);
    }

    /** The first linear address that an entry is for; in 4- and 5-level paging the upper bits repeat the highest one. */
    long linear(int index) {
        long address = linear | (long) index << paging.mode.shiftAt(level);
        int spare = Long.SIZE - paging.mode.linearBits();
        return paging.mode.requiresCanonical() ? address << spare >> spare : address;
    }

    /** How many bytes of the linear address space an entry is for. */
    public long bytesMapped() {
        return paging.mode.bytesMappedAt(level);
    }

    /** Whether its entries carry permissions: those of PAE's highest table do not. */
    boolean hasPermissions() {
        return paging.mode.hasPermissions(level);
    }

    /** The physical address of the page that an entry of kind {@link Kind#PAGE} maps. */
    public GuestPhysical page(long value) {
        return new GuestPhysical(PageWalk.frame(paging.mode, isLarge(value), value) & -bytesMapped());
    }

    /** The table that an entry of kind {@link Kind#TABLE} leads to. */
    public PageTable below(Entry entry) {
        return below(entry.linear, entry.entry.value());
    }

    /** The table that one of its entries leads to; of a page table itself. */
    public PageTable next(PageTableEntry entry) {
        return below(linear, entry.value());
    }

    PageTable below(long first, long value) {
        return new PageTable(paging, level.below(), PageWalk.table(value), first, memory);
    }

    /** The named bits of an entry. */
    public BitLayout bits(long value) {
        return PageTableBits.of(paging.mode, level, level == PageTableLevel.PT || isLarge(value));
    }
}
