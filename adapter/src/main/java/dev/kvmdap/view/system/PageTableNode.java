package dev.kvmdap.view.system;

import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.view.Node;
import dev.kvmdap.view.Row;
import dev.kvmdap.view.WordNode;
import dev.kvmdap.x86.BitLayout;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.PageMapping;
import dev.kvmdap.x86.PageTable;
import dev.kvmdap.x86.PageTable.Entry;
import dev.kvmdap.x86.PageTable.Kind;
import dev.kvmdap.x86.Register;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The page tables that CR3 leads to, table by table as they are opened. Entries that are 0 have no row. */
final class PageTableNode implements Node {

    private final SystemState system;
    private final Optional<PageTable> top;

    PageTableNode(SystemState system) {
        this.system = system;
        this.top = topTable(system);
    }

    /** The table that CR3 points to; empty without paging. */
    static Optional<PageTable> topTable(SystemState system) {
        return PageTable.top(
                system.processor().get(Register.CR0),
                system.processor().get(Register.CR3),
                system.processor().get(Register.CR4),
                system.processor().get(Register.EFER),
                system.memory());
    }

    @Override
    public String name() {
        return "Page tables";
    }

    @Override
    public String value(NumberFormat format) {
        return top.map(table -> "%s, %s at p:0x%x%s"
                        .formatted(
                                table.paging().mode().term(),
                                table.level().term(),
                                table.address(),
                                table.isReadable() ? "" : ", where there is no memory"))
                .orElse("no paging: linear addresses are physical ones");
    }

    @Override
    public @Nullable String memoryReference() {
        return top.map(table -> new GuestPhysical(table.address()).toString()).orElse(null);
    }

    @Override
    public boolean expandable() {
        return top.filter(PageTable::isReadable).isPresent();
    }

    @Override
    public List<Node> children() {
        return top.map(this::rows).orElse(List.of());
    }

    private List<Node> rows(PageTable table) {
        if (!table.isReadable()) {
            return List.of(new Row("table", "there is no memory at p:0x%x".formatted(table.address()), null));
        }
        List<Node> rows = new ArrayList<>();
        table.entries().forEach(entry -> rows.add(new EntryNode(table, entry)));
        if (rows.isEmpty()) {
            rows.add(new Row("table", "all entries are 0", null));
        }
        return rows;
    }

    /** An entry: where it leads and what it allows; opened, its bits, and below it the table that it leads to. */
    private final class EntryNode extends WordNode {

        private final PageTable table;
        private final int index;

        EntryNode(PageTable table, Entry entry) {
            super(
                    "[%d] 0x%x".formatted(entry.index(), entry.linear()),
                    MemoryWords.physical(entry.entry().address(), table.entryBytes(), system.values()),
                    table.entryBytes() * Byte.SIZE,
                    null,
                    "%s at %s"
                            .formatted(table.level().entryTerm(), entry.entry().address()));
            this.table = table;
            this.index = entry.index();
        }

        private Entry entry() {
            return table.entry(index);
        }

        @Override
        protected BitLayout bits() {
            return table.bits(entry().entry().value());
        }

        @Override
        protected String decoded(long value) {
            Entry entry = entry();
            String where = switch (entry.kind()) {
                case PAGE -> " to %s, %s".formatted(table.page(value), PageMapping.size(table.bytesMapped()));
                case TABLE ->
                    " to %s, %s"
                            .formatted(
                                    new GuestPhysical(table.below(entry).address()),
                                    table.below(entry).level().term());
                case RESERVED -> " reserved bits are set: any use faults";
                case NOT_PRESENT -> " not present";
            };
            return super.decoded(value) + where;
        }

        @Override
        public @Nullable String memoryReference() {
            Entry entry = entry();
            return switch (entry.kind()) {
                case PAGE -> new GuestVirtual(entry.linear()).toString();
                case TABLE -> new GuestPhysical(table.below(entry).address()).toString();
                case RESERVED, NOT_PRESENT -> null;
            };
        }

        @Override
        public List<Node> children() {
            List<Node> rows = new ArrayList<>(super.children());
            Entry entry = entry();
            if (entry.kind() == Kind.TABLE) {
                rows.addAll(PageTableNode.this.rows(table.below(entry)));
            }
            return rows;
        }
    }
}
