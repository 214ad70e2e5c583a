package dev.kvmdap.x86;

import dev.kvmdap.x86.PageMapping.Permissions;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The mappings of an address space in the order of linear addresses, adjacent ones merged. Page tables can be arranged so that a few
 * of them describe more mappings than anyone could list; so the work has a limit, and the list says where it goes on.
 */
public final class PageMappings {

    /** Entries that are looked at, at most: some milliseconds' work. */
    private static final int MOST_ENTRIES = 1 << 20;

    private final int most;
    private final long from;
    private final List<PageMapping> mappings = new ArrayList<>();
    private long budget = MOST_ENTRIES;
    private OptionalLong next = OptionalLong.empty();

    private PageMappings(long from, int most) {
        this.from = from;
        this.most = most;
    }

    /**
     * Mappings of an address space.
     *
     * @param mappings ascending, as unsigned addresses
     * @param next the linear address from which on nothing was looked at; empty where these are all
     */
    public record Listing(List<PageMapping> mappings, OptionalLong next) {}

    /**
     * Lists mappings.
     *
     * @param top the table that CR3 points to
     * @param from the first linear address of interest
     * @param most mappings to list, at most
     */
    public static Listing list(PageTable top, long from, int most) {
        PageMappings list = new PageMappings(from, most);
        list.add(top, new Permissions(true, true, true, false));
        return new Listing(List.copyOf(list.mappings), list.next);
    }

    private void add(PageTable table, Permissions above) {
        int size = table.isReadable() ? table.size() : 0;
        for (int index = 0; index < size && next.isEmpty(); index++) {
            long linear = table.linear(index);
            if (Long.compareUnsigned(linear + table.bytesMapped() - 1, from) < 0) {
                continue;
            }
            if (--budget < 0) {
                next = OptionalLong.of(linear);
                return;
            }
            long value = table.value(index);
            switch (table.kind(value)) {
                case PAGE -> add(page(table, linear, value, above));
                case TABLE -> add(table.below(linear, value), allowed(table, value, above));
                case NOT_PRESENT, RESERVED -> {}
            }
        }
    }

    private static PageMapping page(PageTable table, long linear, long value, Permissions above) {
        Permissions allowed = allowed(table, value, above);
        boolean global = (value & PageTableEntry.GLOBAL) != 0;
        return new PageMapping(
                linear,
                table.bytesMapped(),
                table.page(value).address(),
                table.bytesMapped(),
                new Permissions(allowed.writable(), allowed.user(), allowed.executable(), global));
    }

    private static Permissions allowed(PageTable table, long value, Permissions above) {
        return table.hasPermissions()
                ? new Permissions(
                        above.writable() && (value & PageTableEntry.WRITABLE) != 0,
                        above.user() && (value & PageTableEntry.USER) != 0,
                        above.executable() && (value & PageTableEntry.NO_EXECUTE) == 0,
                        false)
                : above;
    }

    private void add(PageMapping page) {
        PageMapping last = mappings.isEmpty() ? null : mappings.get(mappings.size() - 1);
        if (last != null && last.isContinuedBy(page)) {
            mappings.set(mappings.size() - 1, last.with(page));
        } else if (mappings.size() < most) {
            mappings.add(page);
        } else {
            next = OptionalLong.of(page.linear());
        }
    }
}
