package dev.kvmdap.x86;

import dev.kvmdap.x86.Translation.Reason;
import java.util.ArrayList;
import java.util.List;

/**
 * Translates linear addresses by reading the guest's page tables (SDM vol. 3, chapter 4). Unlike the processor and
 * KVM_TRANSLATE it sets no Accessed bit, knows every page size, and refuses addresses that are not canonical. Physical
 * addresses are taken to be 52 bits wide, the architecture's maximum; PSE-36 is taken to be present. The tables are
 * read as they are in memory: what the guest's TLB or PAE's PDPTE registers still remember does not show.
 */
public final class PageWalk {

    /** {@link #translate}'s answer for an address that is not mapped. */
    public static final long NOT_MAPPED = -1;

    private static final long PAGE_BYTES = 4096;

    private static final long CR4_PSE = 1L << 4;
    private static final long EFER_NXE = 1L << 11;
    private static final long TABLE_ADDRESS = bits(51, 12);
    private static final Witness NOBODY = new Witness() {
        @Override
        public void read(PageTableLevel level, long address, long entry) {}

        @Override
        public void stopped(Reason reason, long reservedBits) {}
    };

    private PageWalk() {}

    /**
     * Translates without allocating, for hot paths.
     *
     * @param linear a linear address
     * @param memory where the tables lie
     * @return the physical address, at most 52 bits wide, or {@link #NOT_MAPPED}
     */
    public static long translate(long cr0, long cr3, long cr4, long efer, long linear, PhysicalMemory memory) {
        return walk(PagingMode.of(cr0, cr4, efer), cr3, cr4, efer, linear, memory, NOBODY);
    }

    /** Translates and keeps every entry met on the way, for views and messages. */
    public static Translation explain(long cr0, long cr3, long cr4, long efer, long linear, PhysicalMemory memory) {
        PagingMode mode = PagingMode.of(cr0, cr4, efer);
        Trace trace = new Trace();
        long physical = walk(mode, cr3, cr4, efer, linear, memory, trace);
        GuestVirtual address = new GuestVirtual(linear);
        List<PageTableEntry> entries = List.copyOf(trace.entries);
        return physical == NOT_MAPPED
                ? new Translation.NotMapped(address, mode, entries, trace.reason, trace.reservedBits)
                : new Translation.Mapped(address, mode, entries, new GuestPhysical(physical));
    }

    /**
     * Whether a page holds one of the tables that CR3 leads to. Reads all of them.
     *
     * @param page physical address of a 4 KiB page
     */
    public static boolean isTable(long cr0, long cr3, long cr4, long efer, long page, PhysicalMemory memory) {
        PagingMode mode = PagingMode.of(cr0, cr4, efer);
        return mode != PagingMode.NONE && leadsTo(mode, mode.top(), topTable(mode, cr3), cr4, page, memory);
    }

    private static boolean leadsTo(
            PagingMode mode, PageTableLevel level, long table, long cr4, long page, PhysicalMemory memory) {
        if ((table & -PAGE_BYTES) == page) {
            return true;
        }
        if (level == PageTableLevel.PT || !memory.holds(table, (int) mode.tableBytes(level))) {
            return false;
        }
        for (long offset = 0; offset < mode.tableBytes(level); offset += mode.entryBytes()) {
            long entry = mode.entryBytes() == 4
                    ? Integer.toUnsignedLong(memory.readInt(table + offset))
                    : memory.readLong(table + offset);
            boolean toTable = (entry & PageTableEntry.PRESENT) != 0 && !isLargePage(mode, level, entry, cr4);
            if (toTable && leadsTo(mode, level.below(), table(entry), cr4, page, memory)) {
                return true;
            }
        }
        return false;
    }

    private static long walk(
            PagingMode mode, long cr3, long cr4, long efer, long linear, PhysicalMemory memory, Witness witness) {
        if (!mode.covers(linear)) {
            return stop(witness, mode.requiresCanonical() ? Reason.NOT_CANONICAL : Reason.TOO_WIDE, 0);
        }
        if (mode == PagingMode.NONE) {
            return linear;
        }
        long table = topTable(mode, cr3);
        for (PageTableLevel level = mode.top(); ; level = level.below()) {
            long address = table + mode.entryOffset(level, linear);
            if (!memory.holds(address, mode.entryBytes())) {
                return stop(witness, Reason.NO_MEMORY, 0);
            }
            long entry =
                    mode.entryBytes() == 4 ? Integer.toUnsignedLong(memory.readInt(address)) : memory.readLong(address);
            witness.read(level, address, entry);
            if ((entry & PageTableEntry.PRESENT) == 0) {
                return stop(witness, Reason.NOT_PRESENT, 0);
            }
            boolean large = isLargePage(mode, level, entry, cr4);
            long reserved = entry & reservedBits(mode, level, large, efer);
            if (reserved != 0) {
                return stop(witness, Reason.RESERVED_BITS, reserved);
            }
            if (large || level == PageTableLevel.PT) {
                long offset = mode.bytesMappedAt(level) - 1;
                return (frame(mode, large, entry) & ~offset) | (linear & offset);
            }
            table = table(entry);
        }
    }

    private static long stop(Witness witness, Reason reason, long reservedBits) {
        witness.stopped(reason, reservedBits);
        return NOT_MAPPED;
    }

    /** Where the table lies that CR3 points to. */
    static long topTable(PagingMode mode, long cr3) {
        return switch (mode) {
            case BITS_32 -> cr3 & bits(31, 12);
            case PAE -> cr3 & bits(31, 5);
            default -> cr3 & TABLE_ADDRESS;
        };
    }

    /** Whether an entry maps a page though page tables lie below its level. */
    static boolean isLargePage(PagingMode mode, PageTableLevel level, long entry, long cr4) {
        if ((entry & PageTableEntry.PAGE_SIZE) == 0) {
            return false;
        }
        return switch (level) {
            case PD -> mode != PagingMode.BITS_32 || (cr4 & CR4_PSE) != 0;
            case PDPT -> mode.requiresCanonical();
            default -> false;
        };
    }

    /** The bits that must be 0 in a present entry (SDM vol. 3, figures 4-4, 4-7 and 4-11). */
    static long reservedBits(PagingMode mode, PageTableLevel level, boolean large, long efer) {
        if (mode == PagingMode.BITS_32) {
            return large ? bits(21, 21) : 0;
        }
        if (!mode.hasPermissions(level)) {
            return bits(63, 52) | bits(8, 5) | bits(2, 1);
        }
        long reserved = (efer & EFER_NXE) == 0 ? PageTableEntry.NO_EXECUTE : 0;
        if (mode == PagingMode.PAE) {
            reserved |= bits(62, 52);
        }
        if (large) {
            reserved |= bits(mode.shiftAt(level) - 1, 13);
        } else if (level == PageTableLevel.PML4 || level == PageTableLevel.PML5) {
            reserved |= PageTableEntry.PAGE_SIZE;
        }
        return reserved;
    }

    /** Where the table lies that an entry leads to. */
    static long table(long entry) {
        return entry & TABLE_ADDRESS;
    }

    /** Where the page lies that an entry maps; its lowest bits may be other ones. */
    static long frame(PagingMode mode, boolean large, long entry) {
        if (mode == PagingMode.BITS_32 && large) {
            long pse36 = (entry >>> 13) & 0xff;
            return (pse36 << 32) | (entry & bits(31, 22));
        }
        return entry & TABLE_ADDRESS;
    }

    /** A mask of the bits from {@code high} down to {@code low}. */
    private static long bits(int high, int low) {
        return (-1L >>> (63 - high)) & (-1L << low);
    }

    /** Hears how a walk goes. */
    private interface Witness {
        void read(PageTableLevel level, long address, long entry);

        void stopped(Reason reason, long reservedBits);
    }

    private static final class Trace implements Witness {
        private final List<PageTableEntry> entries = new ArrayList<>(5);
        private Reason reason = Reason.NOT_PRESENT;
        private long reservedBits;

        @Override
        public void read(PageTableLevel level, long address, long entry) {
            entries.add(new PageTableEntry(level, new GuestPhysical(address), entry));
        }

        @Override
        public void stopped(Reason reason, long reservedBits) {
            this.reason = reason;
            this.reservedBits = reservedBits;
        }
    }
}
