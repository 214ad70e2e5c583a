package dev.kvmdap.view.system;

import dev.kvmdap.exception.AddressSpace;
import dev.kvmdap.exception.InterruptVectors;
import dev.kvmdap.exception.ProcessorState;
import dev.kvmdap.exception.VectorEntry;
import dev.kvmdap.exception.VectorEntry.Handler;
import dev.kvmdap.exception.VectorEntry.Task;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.view.Node;
import dev.kvmdap.view.Row;
import dev.kvmdap.view.WordNode;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.DescriptorBits;
import dev.kvmdap.x86.Gate;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.SegmentType;
import dev.kvmdap.x86.X86Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The interrupt descriptor table, or in real mode the interrupt vector table: for each vector its handler with symbol, or why the
 * processor would not get there. Runs of empty entries are one row.
 */
final class InterruptTableNode implements Node {

    private static final int VECTORS = 256;
    private static final int FAR_POINTER = 4;

    private final SystemState system;
    private final ProcessorState state;
    private final AddressSpace memory;
    private final InterruptVectors vectors;

    InterruptTableNode(SystemState system) {
        this.system = system;
        this.state = system.processor();
        this.memory = new AddressSpace(state, system.memory());
        this.vectors = new InterruptVectors(state, memory);
    }

    private boolean isReal() {
        return state.mode() == CpuMode.REAL;
    }

    @Override
    public String name() {
        return isReal() ? "IVT" : "IDT";
    }

    @Override
    public String value(NumberFormat format) {
        return "base=0x%x limit=0x%x, %d vectors"
                .formatted(state.get(Register.IDTR), state.get(Register.IDTR_LIMIT), count());
    }

    private int entryBytes() {
        return isReal() ? FAR_POINTER : state.isIa32e() ? 2 * Long.BYTES : Long.BYTES;
    }

    private int count() {
        return (int) Math.min(VECTORS, (state.get(Register.IDTR_LIMIT) + 1) / entryBytes());
    }

    private long address(int vector) {
        return state.get(Register.IDTR) + (long) vector * entryBytes();
    }

    @Override
    public String type() {
        return isReal() ? "interrupt vector table" : "interrupt descriptor table";
    }

    @Override
    public String memoryReference() {
        return new GuestVirtual(state.get(Register.IDTR)).toString();
    }

    @Override
    public boolean expandable() {
        return count() > 0;
    }

    @Override
    public List<Node> children() {
        List<Node> rows = new ArrayList<>();
        int vector = 0;
        while (vector < count()) {
            int end = vector;
            while (end < count() && isEmpty(end)) {
                end++;
            }
            if (end > vector) {
                rows.add(emptyRows(vector, end));
                vector = end;
            } else {
                rows.add(new VectorNode(vector));
                vector++;
            }
        }
        return rows;
    }

    private boolean isEmpty(int vector) {
        int low = Math.min(entryBytes(), Long.BYTES);
        OptionalLong content = memory.number(address(vector), low);
        return content.isPresent() && content.getAsLong() == 0;
    }

    private static Node emptyRows(int start, int end) {
        return end == start + 1
                ? new Row(title(start), "empty", meaning(start))
                : new Row("%d-%d".formatted(start, end - 1), "empty", end - start + " vectors");
    }

    /** {@code 14 #PF}, or {@code 32}. */
    private static String title(int vector) {
        return X86Exception.of(vector)
                .map(exception -> vector + " " + exception.mnemonic())
                .orElseGet(() -> Integer.toString(vector));
    }

    private static String meaning(int vector) {
        return X86Exception.of(vector).map(X86Exception::term).orElse("interrupt");
    }

    private final class VectorNode implements Node {

        private final int vector;
        private final VectorEntry entry;

        VectorNode(int vector) {
            this.vector = vector;
            this.entry = vectors.entry(vector);
        }

        @Override
        public String name() {
            return title(vector);
        }

        @Override
        public String type() {
            return meaning(vector);
        }

        @Override
        public String value(NumberFormat format) {
            if (entry instanceof Handler handler) {
                String place = isReal()
                        ? "%04x:%04x".formatted(handler.selector(), handler.offset())
                        : "0x%x".formatted(handler.linear());
                String symbol = system.symbol(handler.linear())
                        .map(name -> " <" + name + ">")
                        .orElse("");
                return place + symbol + (isReal() ? "" : ", " + gateText(handler));
            }
            if (entry instanceof Task task) {
                return "task gate to TSS 0x%x".formatted(task.selector());
            }
            return "invalid: " + ((VectorEntry.Nowhere) entry).fault().cause();
        }

        private String gateText(Handler handler) {
            OptionalLong low = memory.number(address(vector), Long.BYTES);
            long bits = low.orElse(0);
            Gate gate = Gate.decode(bits);
            String stack = handler.interruptStack() == 0 ? "" : ", IST " + handler.interruptStack();
            return "%s, selector 0x%x, DPL %d%s"
                    .formatted(
                            SegmentType.term(true, gate.type(), state.isIa32e()), gate.selector(), gate.dpl(), stack);
        }

        @Override
        public @Nullable String memoryReference() {
            return entry instanceof Handler handler ? new GuestVirtual(handler.linear()).toString() : null;
        }

        @Override
        public boolean expandable() {
            return true;
        }

        @Override
        public List<Node> children() {
            List<Node> rows = new ArrayList<>();
            if (isReal()) {
                rows.add(word("offset", 0, 2, "of the handler in its segment"));
                rows.add(word("segment", 2, 2, "of the handler"));
                return rows;
            }
            rows.add(new WordNode(
                    "gate",
                    MemoryWords.linear(address(vector), Long.BYTES, system.values()),
                    Long.SIZE,
                    DescriptorBits.GATE,
                    "the first eight bytes"));
            if (state.isIa32e()) {
                rows.add(word("upper half", Long.BYTES, Long.BYTES, "bits 63:32 of the handler's address"));
            }
            return rows;
        }

        private Node word(String name, int offset, int bytes, String meaning) {
            return new WordNode(
                    name,
                    MemoryWords.linear(address(vector) + offset, bytes, system.values()),
                    bytes * Byte.SIZE,
                    null,
                    meaning);
        }
    }
}
