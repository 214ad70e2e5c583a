package dev.kvmdap.x86;

import static dev.kvmdap.x86.BitField.flag;

import java.util.ArrayList;
import java.util.List;

/** The named bits of page-table entries (SDM vol. 3, tables 4-4 to 4-20). */
final class PageTableBits {

    private static final BitField P = flag("P", 0, "present");
    private static final BitField RW = flag("RW", 1, "may be written to");
    private static final BitField US = flag("US", 2, "open to user mode");
    private static final BitField PWT = flag("PWT", 3, "chooses the memory type, with PCD and PAT");
    private static final BitField PCD = flag("PCD", 4, "chooses the memory type, with PWT and PAT");
    private static final BitField A = flag("A", 5, "was used");
    private static final BitField D = flag("D", 6, "was written to");
    private static final BitField PS = flag("PS", 7, "maps a page, and leads to no table");
    private static final BitField G = flag("G", 8, "stays in the TLB when CR3 is loaded");
    private static final BitField LARGE_PAT = flag("PAT", 12, "chooses the memory type, with PCD and PWT");
    private static final BitField SMALL_PAT = flag("PAT", 7, "chooses the memory type, with PCD and PWT");
    private static final BitField XD = flag("XD", 63, "forbids execution");
    private static final BitField KEY = new BitField("PK", 59, 62, "protection key");

    private PageTableBits() {}

    /**
     * The fields of an entry.
     *
     * @param page whether it maps a page, and leads to no table
     */
    static BitLayout of(PagingMode mode, PageTableLevel level, boolean page) {
        boolean narrow = mode == PagingMode.BITS_32;
        int top = narrow ? 31 : 51;
        List<BitField> fields = new ArrayList<>(List.of(P));
        if (!mode.hasPermissions(level)) {
            fields.addAll(List.of(PWT, PCD, new BitField("TABLE", 12, top, "physical page number of the table")));
            return new BitLayout(fields);
        }
        fields.addAll(List.of(RW, US, PWT, PCD, A));
        if (!page) {
            fields.add(PS);
            fields.add(new BitField("TABLE", 12, top, "physical page number of the table"));
        } else if (level == PageTableLevel.PT) {
            fields.addAll(List.of(D, SMALL_PAT, G, new BitField("PAGE", 12, top, "physical page number")));
        } else {
            int shift = mode.shiftAt(level);
            fields.addAll(List.of(D, PS, G, LARGE_PAT));
            if (narrow) {
                fields.add(new BitField("PAGE_HIGH", 13, 20, "bits 39:32 of the physical address"));
            }
            fields.add(new BitField("PAGE", shift, top, "physical address of the page, in pages of its size"));
        }
        if (page && mode.requiresCanonical()) {
            fields.add(KEY);
        }
        if (!narrow) {
            fields.add(XD);
        }
        return new BitLayout(fields);
    }
}
