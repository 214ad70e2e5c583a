package dev.kvmdap.console;

import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.x86.PageMapping;
import dev.kvmdap.x86.PageMappings;
import dev.kvmdap.x86.PageTable;
import dev.kvmdap.x86.PageTableEntry;
import dev.kvmdap.x86.Translation;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Show what page tables map, as {@code info mem} and {@code info tlb} of QEMU's monitor do, and the walk to one address. */
final class PagingVerbs {

    private static final int MOST_LINES = 500;
    private static final int MOST_MAPPINGS = 50_000;

    private PagingVerbs() {}

    static List<Verb> all() {
        return List.of(
                verb(
                        "i(nfo) mem",
                        "info mem [ADDRESS]",
                        "show which linear addresses are mapped, and what is allowed there",
                        """
                        info mem            adjacent pages with the same permissions are one line
                        info mem 0xc0000000 from an address on
                        r w x tell what is allowed; user, that user mode may; global, that a load of CR3 leaves it in the TLB.
                        Page tables are read as they are in memory, and no Accessed bit is set by that.""",
                        PagingVerbs::permissions),
                verb(
                        "i(nfo) tlb",
                        "info tlb [ADDRESS]",
                        "show what linear addresses are mapped to",
                        """
                        info tlb            with the physical address and the size of pages; adjacent pages are one line
                        info tlb 0xc0000000 from an address on""",
                        PagingVerbs::mappings),
                verb(
                        "i(nfo) pg",
                        "info pg [ADDRESS]",
                        "show the page-table entries that lead to an address",
                        """
                        info pg $rip     the entry of each level, and what becomes of the address
                        Without ADDRESS the entries of the highest table.""",
                        PagingVerbs::walk));
    }

    private static Verb verb(String name, String usage, String summary, String help, PlainVerb.Deed deed) {
        return new PlainVerb(List.of(name), usage, summary, help, ArgumentKind.EXPRESSION, deed);
    }

    private static long address(String argument, ConsoleTarget target) {
        return argument.isEmpty()
                ? 0
                : MemoryPlace.of(argument, AddressSpace.LINEAR, target).address();
    }

    private static PageTable table(ConsoleTarget target) {
        return target.pageTable()
                .orElseThrow(() -> new ConsoleException("there is no paging: linear addresses are physical ones"));
    }

    private static String permissions(String argument, Debuggee debuggee) {
        ConsoleTarget target = debuggee.frame();
        PageMappings.Listing listing = PageMappings.list(table(target), address(argument, target), MOST_MAPPINGS);
        List<PageMapping> merged = new ArrayList<>();
        for (PageMapping mapping : listing.mappings()) {
            PageMapping last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (last != null && last.isFollowedBy(mapping)) {
                merged.set(merged.size() - 1, last.with(mapping));
            } else {
                merged.add(mapping);
            }
        }
        List<String> lines = merged.stream()
                .map(mapping -> "%s %10s  %s"
                        .formatted(range(mapping), PageMapping.size(mapping.bytes()), mapping.permissions()))
                .toList();
        OptionalLong next = lines.size() > MOST_LINES
                ? OptionalLong.of(merged.get(MOST_LINES).linear())
                : listing.next();
        return told(lines, next, "info mem");
    }

    private static String mappings(String argument, Debuggee debuggee) {
        ConsoleTarget target = debuggee.frame();
        PageMappings.Listing listing = PageMappings.list(table(target), address(argument, target), MOST_LINES);
        List<String> lines = listing.mappings().stream()
                .map(mapping -> "%s  p:0x%x  %s, in pages of %s"
                        .formatted(
                                range(mapping),
                                mapping.physical(),
                                mapping.permissions(),
                                PageMapping.size(mapping.pageBytes())))
                .toList();
        return told(lines, listing.next(), "info tlb");
    }

    private static String told(List<String> lines, OptionalLong next, String verb) {
        if (lines.isEmpty() && next.isEmpty()) {
            return "Nothing is mapped.";
        }
        String text = String.join("\n", lines.subList(0, Math.min(MOST_LINES, lines.size())));
        return next.isEmpty() ? text : "%s\nIt goes on: %s 0x%x".formatted(text, verb, next.getAsLong());
    }

    private static String range(PageMapping mapping) {
        return "0x%016x-0x%016x".formatted(mapping.linear(), mapping.last());
    }

    private static String walk(String argument, Debuggee debuggee) {
        ConsoleTarget target = debuggee.frame();
        PageTable top = table(target);
        List<String> lines = new ArrayList<>();
        if (argument.isEmpty()) {
            top.entries()
                    .forEach(entry -> lines.add(
                            "[%d] 0x%x: %s".formatted(entry.index(), entry.linear(), text(top, entry.entry()))));
            return lines.isEmpty() ? "The highest table is empty." : String.join("\n", lines);
        }
        Translation translation = target.translation(address(argument, target));
        PageTable table = top;
        for (PageTableEntry entry : translation.entries()) {
            lines.add(text(table, entry));
            table = table.next(entry);
        }
        lines.add(translation.explanation());
        return String.join("\n", lines);
    }

    private static String text(PageTable table, PageTableEntry entry) {
        return "%-5s 0x%016x at %s [ %s ]"
                .formatted(
                        entry.level().entryTerm(),
                        entry.value(),
                        entry.address(),
                        table.bits(entry.value()).decode(entry.value()));
    }
}
