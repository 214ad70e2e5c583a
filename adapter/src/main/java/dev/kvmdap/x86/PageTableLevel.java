package dev.kvmdap.x86;

/** The levels of the paging structures by the SDM's names (vol. 3, 4.2), lowest first. */
public enum PageTableLevel {
    /** Page table. */
    PT("page table", "PTE", 0),
    /** Page directory. */
    PD("page directory", "PDE", 1),
    /** Page-directory-pointer table. */
    PDPT("page-directory-pointer table", "PDPTE", 2),
    /** Page map level 4. */
    PML4("page map level 4", "PML4E", 3),
    /** Page map level 5. */
    PML5("page map level 5", "PML5E", 4);

    private final String term;
    private final String entryTerm;
    private final int levelsBelow;

    PageTableLevel(String term, String entryTerm, int levelsBelow) {
        this.term = term;
        this.entryTerm = entryTerm;
        this.levelsBelow = levelsBelow;
    }

    /** The table's full name. */
    public String term() {
        return term;
    }

    /** What an entry of the table is called, such as PDE. */
    public String entryTerm() {
        return entryTerm;
    }

    /** How many levels of tables lie between this one and a 4 KiB page. */
    int levelsBelow() {
        return levelsBelow;
    }

    /** The level that a table's entries lead to; a page table leads to itself no further. */
    PageTableLevel below() {
        return switch (this) {
            case PML5 -> PML4;
            case PML4 -> PDPT;
            case PDPT -> PD;
            case PD, PT -> PT;
        };
    }
}
