package dev.kvmdap.view.system;

import dev.kvmdap.exception.AddressSpace;
import dev.kvmdap.exception.ProcessorState;
import dev.kvmdap.exception.SegmentRegister;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.view.Node;
import dev.kvmdap.view.Row;
import dev.kvmdap.view.Word;
import dev.kvmdap.view.WordNode;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.TaskStateSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The task-state segment that TR points to: stacks for interrupts, the I/O permission bitmap, a task's registers. */
final class TaskStateNode implements Node {

    private static final int PORTS = 0x10000;
    private static final int MOST_RANGES = 64;

    private final SystemState system;
    private final ProcessorState state;
    private final SegmentRegister tr;
    private final TaskStateSegment kind;

    TaskStateNode(SystemState system) {
        this.system = system;
        this.state = system.processor();
        this.tr = state.segment(Register.TR);
        this.kind = TaskStateSegment.of(tr.type(), state.isIa32e());
    }

    private boolean isThere() {
        return tr.present() && tr.selector() != 0;
    }

    @Override
    public String name() {
        return "TSS";
    }

    @Override
    public String value(NumberFormat format) {
        return isThere()
                ? "%d-bit, selector 0x%x, base=0x%x limit=0x%x"
                        .formatted(kind.bits(), tr.selector(), tr.base(), tr.limit())
                : "none is loaded";
    }

    @Override
    public String type() {
        return "task-state segment";
    }

    @Override
    public String memoryReference() {
        return new GuestVirtual(tr.base()).toString();
    }

    @Override
    public boolean expandable() {
        return isThere();
    }

    @Override
    public List<Node> children() {
        List<Node> rows = new ArrayList<>();
        for (TaskStateSegment.Field field : kind.fields()) {
            rows.add(
                    field.offset() + field.bytes() - 1 <= tr.limit()
                            ? new FieldNode(field)
                            : new Row(field.name(), "beyond the limit", field.meaning()));
        }
        if (kind != TaskStateSegment.BITS_16) {
            rows.add(new Row("open ports", openPorts(), "I/O ports that the bitmap opens to user mode"));
        }
        return rows;
    }

    private Word memory(TaskStateSegment.Field field) {
        return MemoryWords.linear(tr.base() + field.offset(), field.bytes(), system.values());
    }

    /** A field; a stack pointer or an address of code leads to the memory it points to. */
    private final class FieldNode extends WordNode {

        private final TaskStateSegment.Field field;

        FieldNode(TaskStateSegment.Field field) {
            super(field.name(), memory(field), field.bytes() * Byte.SIZE, null, field.meaning());
            this.field = field;
        }

        @Override
        public @Nullable String memoryReference() {
            OptionalLong value =
                    new AddressSpace(state, system.memory()).number(tr.base() + field.offset(), field.bytes());
            return field.bytes() == Long.BYTES && value.isPresent()
                    ? new GuestVirtual(value.getAsLong()).toString()
                    : null;
        }
    }

    /** The ports whose bits are 0 (SDM vol. 1, 19.5.2); those beyond the segment's limit are closed. */
    private String openPorts() {
        AddressSpace memory = new AddressSpace(state, system.memory());
        OptionalLong offset = memory.number(tr.base() + TaskStateSegment.IO_MAP_BASE, Short.BYTES);
        if (offset.isEmpty()) {
            return "the bitmap's offset cannot be read";
        }
        List<String> ranges = new ArrayList<>();
        int start = -1;
        for (int port = 0; port <= PORTS && ranges.size() < MOST_RANGES; port++) {
            boolean open = port < PORTS && isOpen(port, offset.getAsLong(), memory);
            if (open && start < 0) {
                start = port;
            } else if (!open && start >= 0) {
                ranges.add(start == port - 1 ? "0x%x".formatted(start) : "0x%x-0x%x".formatted(start, port - 1));
                start = -1;
            }
        }
        return ranges.isEmpty() ? "none" : String.join(" ", ranges) + (ranges.size() == MOST_RANGES ? " ..." : "");
    }

    private boolean isOpen(int port, long bitmap, AddressSpace memory) {
        long at = bitmap + port / Byte.SIZE;
        if (at + 1 > tr.limit()) {
            return false;
        }
        OptionalLong bits = memory.number(tr.base() + at, 1);
        return bits.isPresent() && (bits.getAsLong() >>> (port % Byte.SIZE) & 1) == 0;
    }
}
