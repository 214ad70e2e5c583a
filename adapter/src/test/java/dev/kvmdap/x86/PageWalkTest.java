package dev.kvmdap.x86;

import static dev.kvmdap.x86.PageTables.CR0_PAGING;
import static dev.kvmdap.x86.PageTables.CR4_LA57;
import static dev.kvmdap.x86.PageTables.CR4_PAE;
import static dev.kvmdap.x86.PageTables.CR4_PSE;
import static dev.kvmdap.x86.PageTables.EFER_LONG_MODE;
import static dev.kvmdap.x86.PageTables.EFER_NXE;
import static dev.kvmdap.x86.PageTables.LARGE;
import static dev.kvmdap.x86.PageTables.NX;
import static dev.kvmdap.x86.PageTables.PRESENT_WRITABLE;
import static dev.kvmdap.x86.PageTables.PRESENT_WRITABLE_USER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.x86.Translation.Mapped;
import dev.kvmdap.x86.Translation.NotMapped;
import dev.kvmdap.x86.Translation.Reason;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageWalkTest {

    private final PageTables memory = new PageTables(256);
    private final long top = memory.newTable();

    @Nested
    class WithoutPaging {

        @Test
        void linearAddressIsPhysicalAddress() {
            assertThat(PageWalk.translate(0x10, 0, 0, 0, 0x10ffef, memory)).isEqualTo(0x10ffef);
            Translation translation = PageWalk.explain(1, 0, 0, 0, 0xffff_fff0L, memory);
            assertThat(translation).isInstanceOf(Mapped.class);
            assertThat(translation.explanation()).isEqualTo("0xfffffff0 is p:0xfffffff0: no paging");
            assertThat(((Mapped) translation).pageBytes()).isEqualTo(1L << 32);
        }

        @Test
        void addressBeyond32BitsDoesNotExist() {
            assertThat(PageWalk.translate(1, 0, 0, 0, 1L << 32, memory)).isEqualTo(PageWalk.NOT_MAPPED);
            assertThat(PageWalk.explain(1, 0, 0, 0, -0x1000, memory).explanation())
                    .isEqualTo("0xfffffffffffff000 is not mapped: linear addresses are 32 bits wide with no paging");
        }
    }

    @Nested
    class With32BitPaging {

        private Translation explain(long linear, long cr4) {
            Translation translation = PageWalk.explain(CR0_PAGING, top | 0x18, cr4, 0, linear, memory);
            assertFastPathAgrees(translation, CR0_PAGING, top | 0x18, cr4, 0);
            return translation;
        }

        @Test
        void smallPageTakesTwoTables() {
            long table = memory.newTable();
            memory.putInt(top + 0x301 * 4, (int) (table | PRESENT_WRITABLE_USER));
            memory.putInt(table + 0x45 * 4, (int) (0xabcd_e000L | PRESENT_WRITABLE));

            Mapped mapped = (Mapped) explain(0x301L << 22 | 0x45 << 12 | 0x678, 0);

            assertThat(mapped.physical()).isEqualTo(new GuestPhysical(0xabcd_e678L));
            assertThat(mapped.pageBytes()).isEqualTo(4096);
            assertThat(mapped.writable()).isTrue();
            assertThat(mapped.user()).as("the PTE is the supervisor's").isFalse();
            assertThat(mapped.entries())
                    .extracting(PageTableEntry::level)
                    .containsExactly(PageTableLevel.PD, PageTableLevel.PT);
        }

        @Test
        void largePageTakesPse() {
            memory.putInt(top + 4, (int) (0x0040_0000L | LARGE | PRESENT_WRITABLE));

            assertThat(((Mapped) explain(0x0061_2345, CR4_PSE)).pageBytes()).isEqualTo(4 << 20);
            assertThat(((Mapped) explain(0x0061_2345, CR4_PSE)).physical()).isEqualTo(new GuestPhysical(0x0061_2345));
            assertThat(((NotMapped) explain(0x0061_2345, 0)).reason())
                    .as("without PSE the PS bit means nothing, and the entry points to a table")
                    .isEqualTo(Reason.NO_MEMORY);
        }

        @Test
        void largePageReaches40BitsByPse36() {
            memory.putInt(top, (int) (0x0080_0000L | 0xa5 << 13 | LARGE | PRESENT_WRITABLE));

            assertThat(((Mapped) explain(0x123, CR4_PSE)).physical()).isEqualTo(new GuestPhysical(0xa5_0080_0123L));
        }

        @Test
        void bit21OfLargePageIsReserved() {
            memory.putInt(top, (int) (1 << 21 | LARGE | PRESENT_WRITABLE));

            NotMapped notMapped = (NotMapped) explain(0, CR4_PSE);

            assertThat(notMapped.reason()).isEqualTo(Reason.RESERVED_BITS);
            assertThat(notMapped.explanation())
                    .isEqualTo("0x0 is not mapped: reserved bits 0x200000 set in PDE 0x200083 at p:0x1000");
        }

        @Test
        void addressBeyond32BitsDoesNotExist() {
            assertThat(((NotMapped) explain(0xffff_ffff_8000_0000L, 0)).reason())
                    .isEqualTo(Reason.TOO_WIDE);
        }
    }

    @Nested
    class WithPae {

        private Translation explain(long linear, long efer) {
            long cr3 = top + 0x20;
            Translation translation = PageWalk.explain(CR0_PAGING, cr3, CR4_PAE, efer, linear, memory);
            assertFastPathAgrees(translation, CR0_PAGING, cr3, CR4_PAE, efer);
            return translation;
        }

        @Test
        void topTableIsAlignedTo32Bytes() {
            memory.map(top + 0x20, 3, 0xc000_1000L, 1, 0x7_0000_5000L | PRESENT_WRITABLE_USER);

            Mapped mapped = (Mapped) explain(0xc000_1abcL, 0);

            assertThat(mapped.physical()).isEqualTo(new GuestPhysical(0x7_0000_5abcL));
            assertThat(mapped.writable()).as("PDPTEs have no R/W bit").isTrue();
            assertThat(mapped.user()).as("PDPTEs have no U/S bit").isTrue();
        }

        @Test
        void largePageIs2MiBWithoutPse() {
            memory.map(top + 0x20, 3, 0x4020_0000, 2, 0x60_0000 | LARGE | PRESENT_WRITABLE);

            Mapped mapped = (Mapped) explain(0x402a_bcde, 0);

            assertThat(mapped.physical()).isEqualTo(new GuestPhysical(0x6a_bcde));
            assertThat(mapped.pageBytes()).isEqualTo(2 << 20);
        }

        @ParameterizedTest
        @ValueSource(longs = {1L << 1, 1L << 2, 1L << 5, 1L << 8, 1L << 52, 1L << 63})
        void reservedBitsOfPdpte(long bit) {
            memory.putLong(top + 0x20, memory.newTable() | 1 | bit);

            assertThat(((NotMapped) explain(0, EFER_NXE)).reservedBits()).isEqualTo(bit);
        }

        @ParameterizedTest
        @ValueSource(longs = {1L << 52, 1L << 62})
        void upperBitsOfPteAreReserved(long bit) {
            memory.map(top + 0x20, 3, 0, 1, PRESENT_WRITABLE | bit);

            assertThat(((NotMapped) explain(0, EFER_NXE)).reservedBits()).isEqualTo(bit);
        }
    }

    @Nested
    class InLongMode {

        private Translation explain(long linear, int levels, long efer) {
            long cr4 = levels == 5 ? CR4_PAE | CR4_LA57 : CR4_PAE;
            long cr3 = top | 0x18 | 1L << 62;
            Translation translation = PageWalk.explain(CR0_PAGING, cr3, cr4, efer, linear, memory);
            assertFastPathAgrees(translation, CR0_PAGING, cr3, cr4, efer);
            return translation;
        }

        private Translation explain(long linear) {
            return explain(linear, 4, EFER_LONG_MODE | EFER_NXE);
        }

        @ParameterizedTest
        @CsvSource({
            "4, 1, 4096",
            "4, 2, 0x200000",
            "4, 3, 0x40000000",
            "5, 1, 4096",
            "5, 2, 0x200000",
            "5, 3, 0x40000000"
        })
        void pagesOfEverySize(int levels, int pageLevel, long pageBytes) {
            long linear = levels == 4 ? 0xffff_ffff_c000_0000L : 0xff12_3400_4000_0000L;
            long large = pageLevel == 1 ? 0 : LARGE;
            memory.map(top, levels, linear, pageLevel, 0x5_4000_0000L | large | PRESENT_WRITABLE_USER | NX | 0x160);

            Mapped mapped = (Mapped) explain(linear + 0x987, levels, EFER_LONG_MODE | EFER_NXE);

            assertThat(mapped.physical()).isEqualTo(new GuestPhysical(0x5_4000_0987L));
            assertThat(mapped.pageBytes()).isEqualTo(pageBytes);
            assertThat(mapped.entries()).hasSize(levels - pageLevel + 1);
            assertThat(mapped.executable()).isFalse();
            assertThat(mapped.user()).isTrue();
            assertThat(mapped.global()).isTrue();
            assertThat(mapped.accessed()).isTrue();
            assertThat(mapped.dirty()).isTrue();
        }

        @Test
        void permissionsAreThoseOfEveryLevelTogether() {
            memory.map(top, 4, 0x40_0000, 1, 0x9000 | PRESENT_WRITABLE_USER);
            memory.putLong(top, (memory.readLong(top) & ~6) | NX);

            Mapped mapped = (Mapped) explain(0x40_0123);

            assertThat(mapped.writable()).isFalse();
            assertThat(mapped.user()).isFalse();
            assertThat(mapped.executable()).isFalse();
            assertThat(mapped.explanation())
                    .isEqualTo("0x400123 is p:0x9123: a 4 KiB page, supervisor, read-only, no execute");
        }

        @Test
        void sizesAreNamedInTheExplanation() {
            memory.map(top, 4, 0x4000_0000, 3, LARGE | PRESENT_WRITABLE_USER);
            memory.map(top, 4, 0x8020_0000L, 2, LARGE | PRESENT_WRITABLE_USER);

            assertThat(explain(0x4000_0000).explanation()).contains("a 1 GiB page, user, writable, executable");
            assertThat(explain(0x8020_0000L).explanation()).contains("a 2 MiB page");
        }

        @Test
        void notPresentNamesLevelAndEntry() {
            memory.map(top, 4, 0x40_0000, 1, 0x9000 | PRESENT_WRITABLE);

            assertThat(explain(0x80_0000).explanation())
                    .isEqualTo("0x800000 is not mapped: not present at the page directory, PDE 0x0 at p:0x3020");
        }

        @ParameterizedTest
        @CsvSource({
            "4, 0x0000800000000000",
            "4, 0xffff7fffffffffff",
            "4, 0x8000000000000000",
            "5, 0x0100000000000000",
            "5, 0xfeffffffffffffff"
        })
        void addressesThatAreNotCanonical(int levels, String linear) {
            NotMapped notMapped =
                    (NotMapped) explain(Long.parseUnsignedLong(linear, 2, 18, 16), levels, EFER_LONG_MODE);

            assertThat(notMapped.reason()).isEqualTo(Reason.NOT_CANONICAL);
            assertThat(notMapped.explanation())
                    .isEqualTo("%s is not mapped: not a canonical address, bits 63:%d differ (%d-level paging)"
                            .formatted(notMapped.linear(), levels == 4 ? 47 : 56, levels));
        }

        @Test
        void noExecuteIsReservedWithoutNxe() {
            memory.map(top, 4, 0, 1, PRESENT_WRITABLE | NX);

            assertThat(((NotMapped) explain(0, 4, EFER_LONG_MODE)).reservedBits())
                    .isEqualTo(NX);
        }

        @ParameterizedTest
        @CsvSource({"3, 13", "3, 29", "2, 13", "2, 20"})
        void addressBitsBelowALargePageAreReserved(int pageLevel, int bit) {
            memory.map(top, 4, 0, pageLevel, LARGE | PRESENT_WRITABLE | 1L << bit);

            assertThat(((NotMapped) explain(0)).reservedBits()).isEqualTo(1L << bit);
        }

        @Test
        void patBitOfALargePageIsNotPartOfItsAddress() {
            memory.map(top, 4, 0x20_0000, 2, 0x20_0000 | 1 << 12 | LARGE | PRESENT_WRITABLE);

            assertThat(((Mapped) explain(0x20_0000)).physical()).isEqualTo(new GuestPhysical(0x20_0000));
        }

        @ParameterizedTest
        @ValueSource(ints = {4, 5})
        void pageSizeBitOfTheUpperLevelsIsReserved(int levels) {
            memory.map(top, levels, 0, 1, PRESENT_WRITABLE);
            memory.putLong(top, memory.readLong(top) | LARGE);

            assertThat(((NotMapped) explain(0, levels, EFER_LONG_MODE)).reservedBits())
                    .isEqualTo(LARGE);
        }

        @Test
        void bits62To52AreTheGuestsOwn() {
            memory.map(top, 4, 0, 1, 0x5000 | PRESENT_WRITABLE | 0x7ffL << 52);

            assertThat(((Mapped) explain(0x10)).physical()).isEqualTo(new GuestPhysical(0x5010));
        }

        @Test
        void tableOutsideMemoryIsNamed() {
            memory.putLong(top, 0x7_0000_0000L | PRESENT_WRITABLE);

            assertThat(explain(0).explanation())
                    .isEqualTo("0x0 is not mapped: the table that PML4E 0x700000003 at p:0x1000 points to "
                            + "lies outside the guest's memory");
            assertThat(PageWalk.explain(CR0_PAGING, 0x7_0000_0000L, CR4_PAE, EFER_LONG_MODE, 0, memory)
                            .explanation())
                    .isEqualTo("0x0 is not mapped: CR3 points outside the guest's memory");
        }

        @Test
        void everyPageOfARandomAddressSpaceIsFoundAndNothingElse() {
            Random random = new Random(42);
            Map<Long, Long> pages = new HashMap<>();
            for (int i = 0; i < 40; i++) {
                long linear = random.nextLong() << 16 >> 16 & -0x1000;
                long physical = random.nextLong() & 0x000f_ffff_ffff_f000L;
                if (pages.putIfAbsent(linear, physical) == null) {
                    memory.map(top, 4, linear, 1, physical | PRESENT_WRITABLE);
                }
            }
            pages.forEach((linear, physical) -> {
                long offset = random.nextInt(4096);
                assertThat(((Mapped) explain(linear + offset)).physical().address())
                        .isEqualTo(physical + offset);
                if (!pages.containsKey(linear ^ 0x1000)) {
                    assertThat(explain(linear ^ 0x1000)).isInstanceOf(NotMapped.class);
                }
            });
        }
    }

    @Test
    void randomTablesNeverMakeTheWalkFail() {
        Random random = new Random(7);
        for (int at = 0; at < 256 * 4096; at += 8) {
            memory.putLong(at, random.nextLong() & (random.nextBoolean() ? 0xf_ffffL : -1L));
        }
        long[] cr4s = {0, CR4_PSE, CR4_PAE, CR4_PAE | CR4_LA57};
        for (int i = 0; i < 20_000; i++) {
            long cr4 = cr4s[random.nextInt(cr4s.length)];
            long efer = random.nextBoolean() ? EFER_LONG_MODE : EFER_NXE;
            long linear = random.nextLong() >> random.nextInt(64);
            Translation translation = PageWalk.explain(CR0_PAGING, top, cr4, efer, linear, memory);
            assertThat(translation.explanation()).startsWith(new GuestVirtual(linear).toString());
            assertFastPathAgrees(translation, CR0_PAGING, top, cr4, efer);
        }
    }

    private void assertFastPathAgrees(Translation translation, long cr0, long cr3, long cr4, long efer) {
        long expected = translation instanceof Mapped mapped ? mapped.physical().address() : PageWalk.NOT_MAPPED;
        assertThat(PageWalk.translate(cr0, cr3, cr4, efer, translation.linear().address(), memory))
                .isEqualTo(expected);
    }
}
