package dev.kvmdap.x86;

/** How linear addresses become physical ones (SDM vol. 3, 4.1.1). */
public enum PagingMode {
    /** CR0.PG = 0: the linear address is the physical address, 32 bits wide. */
    NONE("no paging", 32, PageTableLevel.PT, 0),
    /**
     * CR4.PAE = 0: two levels of 1,024 four-byte entries, pages of 4 KiB and, with CR4.PSE, 4 MiB (SDM vol. 3, 4.3).
     */
    BITS_32("32-bit paging", 32, PageTableLevel.PD, 10),
    /** CR4.PAE = 1, EFER.LMA = 0: eight-byte entries, pages of 4 KiB and 2 MiB (SDM vol. 3, 4.4). */
    PAE("PAE paging", 32, PageTableLevel.PDPT, 9),
    /** EFER.LMA = 1, CR4.LA57 = 0: pages of 4 KiB, 2 MiB and 1 GiB (SDM vol. 3, 4.5). */
    LEVEL_4("4-level paging", 48, PageTableLevel.PML4, 9),
    /** EFER.LMA = 1, CR4.LA57 = 1: as 4-level paging under one more level (SDM vol. 3, 4.5). */
    LEVEL_5("5-level paging", 57, PageTableLevel.PML5, 9);

    private static final int PAGE_SHIFT = 12;

    /** PAE's PDPT has four entries only (SDM vol. 3, 4.4.1). */
    private static final int PAE_POINTERS = 4;

    private static final long CR0_PG = 1L << 31;
    private static final long CR4_PAE = 1L << 5;
    private static final long CR4_LA57 = 1L << 12;
    private static final long EFER_LMA = 1L << 10;

    private final String term;
    private final int linearBits;
    private final PageTableLevel top;
    private final int indexBits;

    PagingMode(String term, int linearBits, PageTableLevel top, int indexBits) {
        this.term = term;
        this.linearBits = linearBits;
        this.top = top;
        this.indexBits = indexBits;
    }

    /** The mode that these control registers and IA32_EFER select. */
    public static PagingMode of(long cr0, long cr4, long efer) {
        if ((cr0 & CR0_PG) == 0) {
            return NONE;
        }
        if ((cr4 & CR4_PAE) == 0) {
            return BITS_32;
        }
        if ((efer & EFER_LMA) == 0) {
            return PAE;
        }
        return (cr4 & CR4_LA57) == 0 ? LEVEL_4 : LEVEL_5;
    }

    /** The SDM's name of the mode, for messages. */
    public String term() {
        return term;
    }

    /** The width of a linear address; in 4- and 5-level paging the bits above repeat its highest one. */
    public int linearBits() {
        return linearBits;
    }

    /** The level of the table that CR3 points to; without paging there is no such table. */
    PageTableLevel top() {
        return top;
    }

    /** The size of a table entry in bytes. */
    int entryBytes() {
        return this == BITS_32 ? 4 : 8;
    }

    /** The size of a table of that level in bytes. */
    long tableBytes(PageTableLevel level) {
        return this == PAE && level == PageTableLevel.PDPT ? PAE_POINTERS * 8L : (1L << indexBits) * entryBytes();
    }

    /** The byte offset, in a table of that level, of the entry for a linear address. */
    long entryOffset(PageTableLevel level, long linear) {
        long index = (linear >>> shiftAt(level)) & ((1L << indexBits) - 1);
        return index * entryBytes();
    }

    /** How many low bits of the linear address an entry leaves to the tables below it, or to the page. */
    int shiftAt(PageTableLevel level) {
        return PAGE_SHIFT + level.levelsBelow() * indexBits;
    }

    /** How many bytes one entry of that level maps, by a large page or by the tables below it. */
    long bytesMappedAt(PageTableLevel level) {
        return 1L << shiftAt(level);
    }

    /** Whether entries of that level carry R/W, U/S and XD; PAE's PDPTEs do not (SDM vol. 3, table 4-8). */
    boolean hasPermissions(PageTableLevel level) {
        return this != PAE || level != PageTableLevel.PDPT;
    }

    /** Whether the mode is part of IA-32e, where linear addresses must be canonical (SDM vol. 1, 3.3.7.1). */
    boolean requiresCanonical() {
        return this == LEVEL_4 || this == LEVEL_5;
    }

    /** Whether the mode can express this linear address at all. */
    boolean covers(long linear) {
        if (requiresCanonical()) {
            int unused = Long.SIZE - linearBits;
            return linear << unused >> unused == linear;
        }
        return linear >>> linearBits == 0;
    }
}
