package dev.kvmdap.x86;

import java.util.List;
import java.util.stream.Stream;

/** What became of a linear address on its way through the page tables, with every entry it met, highest table first. */
public sealed interface Translation {

    /** The address that was looked up. */
    GuestVirtual linear();

    /** The paging that was in force. */
    PagingMode mode();

    /** The entries read, highest table first; empty without paging. */
    List<PageTableEntry> entries();

    /** One sentence for a message: where the address leads, or why it leads nowhere. */
    String explanation();

    /**
     * The address is mapped.
     *
     * @param physical where it leads
     */
    record Mapped(GuestVirtual linear, PagingMode mode, List<PageTableEntry> entries, GuestPhysical physical)
            implements Translation {

        /** The size of the page around the address; 4 GiB without paging. */
        public long pageBytes() {
            return entries.isEmpty() ? 1L << mode.linearBits() : mode.bytesMappedAt(last().level());
        }

        /** Whether every level allows writes; CR0.WP decides whether that binds the supervisor. */
        public boolean writable() {
            return permissions().allMatch(entry -> entry.has(PageTableEntry.WRITABLE));
        }

        /** Whether every level admits CPL 3. */
        public boolean user() {
            return permissions().allMatch(entry -> entry.has(PageTableEntry.USER));
        }

        /** Whether no level forbids instruction fetches. */
        public boolean executable() {
            return permissions().noneMatch(entry -> entry.has(PageTableEntry.NO_EXECUTE));
        }

        /** Whether the page survives a load of CR3, given CR4.PGE. */
        public boolean global() {
            return pageHas(PageTableEntry.GLOBAL);
        }

        /** Whether the page's Accessed bit is set; the walk itself sets none. */
        public boolean accessed() {
            return pageHas(PageTableEntry.ACCESSED);
        }

        /** Whether the page's Dirty bit is set. */
        public boolean dirty() {
            return pageHas(PageTableEntry.DIRTY);
        }

        @Override
        public String explanation() {
            if (entries.isEmpty()) {
                return "%s is %s: no paging".formatted(linear, physical);
            }
            return "%s is %s: a %s page, %s, %s, %s"
                    .formatted(
                            linear,
                            physical,
                            binarySize(pageBytes()),
                            user() ? "user" : "supervisor",
                            writable() ? "writable" : "read-only",
                            executable() ? "executable" : "no execute");
        }

        private PageTableEntry last() {
            return entries.get(entries.size() - 1);
        }

        private boolean pageHas(long bit) {
            return !entries.isEmpty() && last().has(bit);
        }

        private Stream<PageTableEntry> permissions() {
            return entries.stream().filter(entry -> mode.hasPermissions(entry.level()));
        }

        private static String binarySize(long bytes) {
            int exponent = Long.numberOfTrailingZeros(bytes) / 10;
            return (bytes >> (10 * exponent)) + " " + " KMG".charAt(exponent) + "iB";
        }
    }

    /**
     * The address is not mapped.
     *
     * @param reason what stopped the walk
     * @param reservedBits the bits that had to be 0 in the last entry and are not; 0 for every other reason
     */
    record NotMapped(
            GuestVirtual linear, PagingMode mode, List<PageTableEntry> entries, Reason reason, long reservedBits)
            implements Translation {

        @Override
        public String explanation() {
            return "%s is not mapped: %s".formatted(linear, detail());
        }

        private String detail() {
            return switch (reason) {
                case NOT_PRESENT -> "not present at the " + last().level().term() + ", " + last();
                case RESERVED_BITS -> "reserved bits 0x%x set in %s".formatted(reservedBits, last());
                case NO_MEMORY ->
                    entries.isEmpty()
                            ? "CR3 points outside the guest's memory"
                            : "the table that %s points to lies outside the guest's memory".formatted(last());
                case NOT_CANONICAL ->
                    "not a canonical address, bits 63:%d differ (%s)".formatted(mode.linearBits() - 1, mode.term());
                case TOO_WIDE -> "linear addresses are 32 bits wide with " + mode.term();
            };
        }

        private PageTableEntry last() {
            return entries.get(entries.size() - 1);
        }
    }

    /** Why an address is not mapped. */
    enum Reason {
        /** An entry's P bit is 0. */
        NOT_PRESENT,
        /** An entry has a bit set that the SDM reserves (vol. 3, 4.7, RSVD). */
        RESERVED_BITS,
        /** A table lies where the guest has no memory. */
        NO_MEMORY,
        /** The upper bits do not repeat the highest translated one (SDM vol. 1, 3.3.7.1). */
        NOT_CANONICAL,
        /** The address needs more than the 32 bits that this mode has. */
        TOO_WIDE
    }
}
