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

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Page tables looked at as a whole: entry by entry, and as a list of mappings. */
class PageMappingsTest {

    private final PageTables memory = new PageTables(512);
    private final long top = memory.newTable();

    private PageTable longMode() {
        return PageTable.top(CR0_PAGING, top, CR4_PAE, EFER_LONG_MODE | EFER_NXE, memory)
                .orElseThrow();
    }

    private static List<String> lines(PageMappings.Listing listing) {
        return listing.mappings().stream()
                .map(mapping -> "%x-%x %x %s %s"
                        .formatted(
                                mapping.linear(),
                                mapping.last(),
                                mapping.physical(),
                                mapping.permissions(),
                                PageMapping.size(mapping.pageBytes())))
                .toList();
    }

    @Test
    void withoutPagingThereIsNoTable() {
        assertThat(PageTable.top(1, top, CR4_PAE, 0, memory)).isEmpty();
    }

    @Test
    void adjacentPagesWithTheSamePermissionsAreOneMapping() {
        memory.map(top, 4, 0, 2, 0x0 | LARGE | PRESENT_WRITABLE);
        memory.map(top, 4, 0x20_0000, 2, 0x20_0000 | LARGE | PRESENT_WRITABLE);
        memory.map(top, 4, 0x40_0000, 2, 0x60_0000 | LARGE | PRESENT_WRITABLE);
        memory.map(top, 4, 0x7fff_f000_0000L, 1, 0x5000 | NX | PRESENT_WRITABLE_USER);
        memory.map(top, 4, 0x7fff_f000_1000L, 1, 0x6000 | NX | PRESENT_WRITABLE_USER);
        memory.map(top, 4, 0xffff_8000_0000_0000L, 3, LARGE | 0x101);

        assertThat(lines(PageMappings.list(longMode(), 0, 100)))
                .containsExactly(
                        "0-3fffff 0 rwx supervisor 2 MiB",
                        "400000-5fffff 600000 rwx supervisor 2 MiB",
                        "7ffff0000000-7ffff0001fff 5000 rw- user 4 KiB",
                        "ffff800000000000-ffff80003fffffff 0 r-x supervisor global 1 GiB");
    }

    @Test
    void everyLevelTakesPermissionsAway() {
        memory.map(top, 4, 0, 1, 0x5000 | PRESENT_WRITABLE_USER);
        long directory = memory.readLong(top) & ~0xfffL;
        memory.putLong(directory, (memory.readLong(directory) & ~4) | NX);
        assertThat(lines(PageMappings.list(longMode(), 0, 9))).containsExactly("0-fff 5000 rw- supervisor 4 KiB");
    }

    @Test
    void listGoesOnWhereItEnded() {
        for (int page = 0; page < 100; page++) {
            memory.map(top, 4, page * 0x2000L, 1, 0x5000 | PRESENT_WRITABLE);
        }
        PageMappings.Listing first = PageMappings.list(longMode(), 0, 60);
        assertThat(first.mappings()).hasSize(60);
        assertThat(first.next()).hasValue(60 * 0x2000);
        PageMappings.Listing rest = PageMappings.list(longMode(), first.next().orElseThrow(), 60);
        assertThat(rest.mappings()).hasSize(40);
        assertThat(rest.next()).isEmpty();
    }

    @Test
    void tablesThatLeadToThemselvesAreNotFollowedForEver() {
        for (int entry = 0; entry < 512; entry++) {
            memory.putLong(top + entry * 8L, top | PRESENT_WRITABLE);
        }
        PageMappings.Listing listing = PageMappings.list(longMode(), 0, Integer.MAX_VALUE);
        assertThat(listing.next()).isPresent();
        assertThat(listing.mappings()).hasSizeLessThan(1 << 20);
    }

    @Test
    void nothingIsMappedByTablesOutsideOfMemoryOrWithReservedBits() {
        memory.putLong(top, 0x7fff_f000L | PRESENT_WRITABLE);
        memory.putLong(top + 8, 0x80 | PRESENT_WRITABLE);
        assertThat(PageMappings.list(longMode(), 0, 9).mappings()).isEmpty();
        assertThat(longMode().entries())
                .extracting(PageTable.Entry::kind)
                .containsExactly(PageTable.Kind.TABLE, PageTable.Kind.RESERVED);
        assertThat(PageTable.top(CR0_PAGING, 0x7fff_f000L, CR4_PAE, EFER_LONG_MODE, memory)
                        .orElseThrow()
                        .entries())
                .isEmpty();
    }

    @Test
    void entriesAreReadWithTheNamesOfTheirLevel() {
        memory.map(top, 4, 0xffff_8000_0000_0000L, 1, 0x5000 | NX | 0x1e3);
        PageTable table = longMode();
        PageTable.Entry entry = table.entries().get(0);
        assertThat(entry.index()).isEqualTo(256);
        assertThat(entry.linear()).isEqualTo(0xffff_8000_0000_0000L);
        while (entry.kind() == PageTable.Kind.TABLE) {
            table = table.below(entry);
            entry = table.entries().get(0);
        }
        assertThat(entry.linear()).isEqualTo(0xffff_8000_0000_0000L);
        assertThat(table.page(entry.entry().value())).isEqualTo(new GuestPhysical(0x5000));
        assertThat(table.bits(entry.entry().value()).decode(entry.entry().value()))
                .isEqualTo("XD PAGE=5 G PAT D A RW P");
    }

    @Test
    void thirtyTwoBitPagingHasItsOwnEntries() {
        long table = memory.newTable();
        memory.putInt(top, (int) table | 7);
        memory.putInt(table + 4, 0x5003);
        memory.putInt(top + 4, 0x0080_0083 | 1 << 13);
        PageTable pages = PageTable.top(CR0_PAGING, top, CR4_PSE, 0, memory).orElseThrow();
        assertThat(lines(PageMappings.list(pages, 0, 9)))
                .containsExactly("1000-1fff 5000 rwx supervisor 4 KiB", "400000-7fffff 100800000 rwx supervisor 4 MiB");
        assertThat(pages.bits(0x0080_2083).decode(0x0080_2083)).isEqualTo("PAGE=2 PAGE_HIGH=1 PS RW P");
    }

    @Test
    void entriesOfPaesHighestTableHaveNoPermissions() {
        memory.map(top, 3, 0xc000_0000L, 2, 0x20_0000 | LARGE | PRESENT_WRITABLE_USER);
        PageTable pages = PageTable.top(CR0_PAGING, top, CR4_PAE, 0, memory).orElseThrow();
        assertThat(pages.size()).isEqualTo(4);
        assertThat(lines(PageMappings.list(pages, 0, 9))).containsExactly("c0000000-c01fffff 200000 rwx user 2 MiB");
    }

    /** The list and the walk of single addresses are two readings of the same tables: they must agree everywhere. */
    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    void listAgreesWithTheWalkOfEachAddress(int levels) {
        Random random = new Random(levels);
        long cr4 = CR4_PAE | (levels == 5 ? CR4_LA57 : 0);
        long efer = levels == 3 ? 0 : EFER_LONG_MODE | EFER_NXE;
        for (int i = 0; i < 60; i++) {
            int level = 1 + random.nextInt(levels == 3 ? 2 : 3);
            long page = 1L << (12 + 9 * (level - 1));
            long linear = random.nextLong(1L << 31) & -page;
            long entry = (random.nextLong(1L << 30) & -page)
                    | ((random.nextInt(8) & 6) | 1)
                    | (level > 1 ? LARGE : 0)
                    | (efer != 0 && random.nextBoolean() ? NX : 0);
            memory.map(top, levels, linear, level, entry);
        }
        PageTable table = PageTable.top(CR0_PAGING, top, cr4, efer, memory).orElseThrow();
        List<PageMapping> mappings =
                PageMappings.list(table, 0, Integer.MAX_VALUE).mappings();
        assertThat(mappings).isNotEmpty();
        for (int i = 0; i < 3000; i++) {
            PageMapping near = mappings.get(random.nextInt(mappings.size()));
            long linear = near.linear() + random.nextLong(-2 * near.pageBytes(), near.bytes() + near.pageBytes());
            Translation walked = PageWalk.explain(CR0_PAGING, top, cr4, efer, linear, memory);
            List<PageMapping> listed = mappings.stream()
                    .filter(mapping -> linear >= mapping.linear() && linear <= mapping.last())
                    .toList();
            if (walked instanceof Translation.Mapped mapped) {
                assertThat(listed).as("0x%x", linear).hasSize(1);
                PageMapping mapping = listed.get(0);
                assertThat(mapping.physical() + linear - mapping.linear())
                        .isEqualTo(mapped.physical().address());
                assertThat(mapping.permissions())
                        .isEqualTo(new PageMapping.Permissions(
                                mapped.writable(), mapped.user(), mapped.executable(), mapped.global()));
                assertThat(mapping.pageBytes()).isEqualTo(mapped.pageBytes());
            } else {
                assertThat(listed).as("0x%x", linear).isEmpty();
            }
        }
    }
}
