package dev.kvmdap.view.system;

import dev.kvmdap.exception.AddressSpace;
import dev.kvmdap.exception.DescriptorTables;
import dev.kvmdap.exception.ProcessorState;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.view.Group;
import dev.kvmdap.view.Node;
import dev.kvmdap.view.Row;
import dev.kvmdap.view.WordNode;
import dev.kvmdap.x86.DescriptorBits;
import dev.kvmdap.x86.Gate;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.SegmentDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The global or the local descriptor table, entry by entry. Runs of empty entries are one row. */
final class DescriptorTableNode implements Node {

    private static final int LOCAL = 1 << 2;
    private static final int CALL_GATE_16 = 0x4;
    private static final int CALL_GATE = 0xc;
    private static final int MOST_ENTRIES = 1 << 13;

    /** LDT, available and busy TSS, call gate. */
    private static final Set<Integer> WIDE_TYPES = Set.of(0x2, 0x9, 0xb, CALL_GATE);

    private final boolean local;
    private final SystemState system;
    private final ProcessorState state;
    private final AddressSpace memory;
    private final DescriptorTables tables;

    DescriptorTableNode(boolean local, SystemState system) {
        this.local = local;
        this.system = system;
        this.state = system.processor();
        this.memory = new AddressSpace(state, system.memory());
        this.tables = new DescriptorTables(state, memory);
    }

    @Override
    public String name() {
        return local ? "LDT" : "GDT";
    }

    private long base() {
        return local ? state.segment(Register.LDTR).base() : state.get(Register.GDTR);
    }

    private long limit() {
        return local ? state.segment(Register.LDTR).limit() : state.get(Register.GDTR_LIMIT);
    }

    private boolean isThere() {
        return !local
                || (state.segment(Register.LDTR).present()
                        && state.segment(Register.LDTR).selector() != 0);
    }

    @Override
    public String value(NumberFormat format) {
        return isThere() ? "base=0x%x limit=0x%x, %d entries".formatted(base(), limit(), entries()) : "none is loaded";
    }

    private int entries() {
        return (int) Math.min(MOST_ENTRIES, (limit() + 1) / Long.BYTES);
    }

    @Override
    public String type() {
        return local ? "local descriptor table" : "global descriptor table";
    }

    @Override
    public String memoryReference() {
        return new GuestVirtual(base()).toString();
    }

    @Override
    public boolean expandable() {
        return isThere() && entries() > 0;
    }

    @Override
    public List<Node> children() {
        List<Node> rows = new ArrayList<>();
        int index = 0;
        while (isThere() && index < entries()) {
            OptionalLong low = memory.number(base() + (long) index * Long.BYTES, Long.BYTES);
            if (low.isEmpty() || low.getAsLong() == 0) {
                int end = endOfRun(index, low);
                rows.add(emptyRows(index, end, low.isPresent()));
                index = end;
            } else {
                SegmentDescriptor descriptor = SegmentDescriptor.decode(low.getAsLong());
                rows.add(row(index, low.getAsLong()));
                index += isWide(descriptor) ? 2 : 1;
            }
        }
        return rows;
    }

    /** Whether a descriptor takes two entries: those of systems segments and call gates in IA-32e mode (SDM vol. 3, 5.8.3.1). */
    private boolean isWide(SegmentDescriptor descriptor) {
        return descriptor.system() && state.isIa32e() && WIDE_TYPES.contains(descriptor.type());
    }

    /** The first entry behind a run of entries that all are empty, or all cannot be read. */
    private int endOfRun(int start, OptionalLong content) {
        int end = start + 1;
        while (end < entries()
                && memory.number(base() + (long) end * Long.BYTES, Long.BYTES).equals(content)) {
            end++;
        }
        return end;
    }

    private static Node emptyRows(int start, int end, boolean readable) {
        String name = end == start + 1
                ? "0x%02x".formatted(start << 3)
                : "0x%02x-0x%02x".formatted(start << 3, (end - 1) << 3);
        String text = !readable ? "not in memory" : start == 0 && end == 1 ? "null" : "empty";
        return new Row(name, text, end == start + 1 ? "entry " + start : end - start + " entries");
    }

    private Node row(int index, long low) {
        int selector = index << 3 | (local ? LOCAL : 0);
        Optional<SegmentDescriptor> descriptor = tables.descriptor(selector);
        String text = descriptor.map(found -> text(found, low)).orElse("not in memory");
        return new Group("0x%02x".formatted(selector), text, "entry " + index, () -> parts(selector, descriptor));
    }

    private String text(SegmentDescriptor descriptor, long low) {
        if (descriptor.system() && (descriptor.type() == CALL_GATE || descriptor.type() == CALL_GATE_16)) {
            Gate gate = Gate.decode(low);
            return "%s, to 0x%x:0x%x".formatted(tables.describe(descriptor), gate.selector(), gate.offset());
        }
        boolean flat64 = state.isIa32e() && !descriptor.system() && descriptor.longMode();
        return flat64
                ? tables.describe(descriptor)
                : "%s, base=0x%x limit=0x%x"
                        .formatted(tables.describe(descriptor), descriptor.base(), descriptor.lastOffset());
    }

    private List<Node> parts(int selector, Optional<SegmentDescriptor> descriptor) {
        List<Node> rows = new ArrayList<>();
        descriptor.ifPresent(found -> {
            rows.add(new Row(
                    "base",
                    "0x%x".formatted(found.base()),
                    "linear address of the segment",
                    new GuestVirtual(found.base()).toString()));
            rows.add(
                    new Row("limit", "0x%x".formatted(found.lastOffset()), "the last offset in the segment, in bytes"));
        });
        long at = tables.address(selector);
        rows.add(new WordNode(
                "descriptor",
                MemoryWords.linear(at, Long.BYTES, system.values()),
                Long.SIZE,
                DescriptorBits.SEGMENT,
                "the first eight bytes"));
        if (descriptor.filter(this::isWide).isPresent()) {
            rows.add(new WordNode(
                    "upper half",
                    MemoryWords.linear(at + Long.BYTES, Long.BYTES, system.values()),
                    Long.SIZE,
                    null,
                    "bits 63:32 of the base"));
        }
        return rows;
    }
}
