package dev.kvmdap.view.system;

import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.view.Node;
import dev.kvmdap.view.Row;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.PageMapping;
import dev.kvmdap.x86.PageMappings;
import dev.kvmdap.x86.PageTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the page tables map where, with what permissions; adjacent pages are one row. */
final class MappingsNode implements Node {

    private static final int MOST_ROWS = 2000;

    private final Optional<PageTable> top;

    MappingsNode(SystemState system) {
        this.top = PageTableNode.topTable(system);
    }

    @Override
    public String name() {
        return "Mappings";
    }

    @Override
    public String value(NumberFormat format) {
        return top.isPresent() ? "" : "no paging: linear addresses are physical ones";
    }

    @Override
    public String type() {
        return "linear addresses, what they lead to, and what is allowed there";
    }

    @Override
    public boolean expandable() {
        return top.isPresent();
    }

    @Override
    public List<Node> children() {
        List<Node> rows = new ArrayList<>();
        top.ifPresent(table -> {
            PageMappings.Listing listing = PageMappings.list(table, 0, MOST_ROWS);
            listing.mappings().forEach(mapping -> rows.add(row(mapping)));
            listing.next()
                    .ifPresent(next -> rows.add(new Row(
                            "...",
                            "goes on at 0x%x: 'info tlb 0x%1$x' in the console".formatted(next),
                            "no more are listed at once")));
            if (rows.isEmpty()) {
                rows.add(new Row("none", "nothing is mapped", null));
            }
        });
        return rows;
    }

    private static Node row(PageMapping mapping) {
        return new Row(
                "0x%x-0x%x".formatted(mapping.linear(), mapping.last()),
                "p:0x%x %s, %s in pages of %s"
                        .formatted(
                                mapping.physical(),
                                mapping.permissions(),
                                PageMapping.size(mapping.bytes()),
                                PageMapping.size(mapping.pageBytes())),
                null,
                new GuestVirtual(mapping.linear()).toString());
    }
}
