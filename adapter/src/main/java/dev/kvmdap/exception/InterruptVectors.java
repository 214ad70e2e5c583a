package dev.kvmdap.exception;

import dev.kvmdap.exception.AddressSpace.Access;
import dev.kvmdap.exception.VectorEntry.Handler;
import dev.kvmdap.exception.VectorEntry.Nowhere;
import dev.kvmdap.exception.VectorEntry.Task;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.Gate;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.SegmentDescriptor;
import dev.kvmdap.x86.SegmentType;
import dev.kvmdap.x86.X86Exception;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The way from a vector to its handler: through the interrupt vector table in real mode, else through the interrupt
 * descriptor table, with the checks that the processor makes (SDM vol. 3, 6.12 to 6.14; vol. 2, INT n).
 */
public final class InterruptVectors {

    private static final int IN_IDT = 2;
    private static final int CODE = 8;
    private static final int CONFORMING = 4;
    private static final int WIDE = 8;
    private static final int INTERRUPT_GATE_16 = 0x6;
    private static final int TRAP_GATE_16 = 0x7;

    private final ProcessorState state;
    private final AddressSpace memory;
    private final DescriptorTables segments;

    /** The vectors of a processor in a certain state. */
    public InterruptVectors(ProcessorState state, AddressSpace memory) {
        this.state = state;
        this.memory = memory;
        this.segments = new DescriptorTables(state, memory);
    }

    /** A vector's name: {@code #PF}, or {@code vector 0x20}. */
    public static String name(int vector) {
        return X86Exception.of(vector)
                .map(X86Exception::mnemonic)
                .orElseGet(() -> "vector 0x" + Integer.toHexString(vector));
    }

    /** Where an exception or an interrupt of that vector leads, 0 to 255. */
    public VectorEntry entry(int vector) {
        return entry(vector, 1);
    }

    /**
     * Where a vector leads.
     *
     * @param external the EXT bit of error codes: 0 for INT n only
     */
    VectorEntry entry(int vector, int external) {
        return state.mode() == CpuMode.REAL ? realMode(vector) : gate(vector, external);
    }

    private VectorEntry realMode(int vector) {
        long at = state.get(Register.IDTR) + 4L * vector;
        long limit = state.get(Register.IDTR_LIMIT);
        if (4L * vector + 3 > limit) {
            return nowhere(Fault.of(
                    X86Exception.GENERAL_PROTECTION,
                    "vector %d of %s is beyond the interrupt vector table's limit of 0x%x"
                            .formatted(vector, name(vector), limit)));
        }
        OptionalLong pointer = memory.number(at, Integer.BYTES);
        if (pointer.isEmpty()) {
            return nowhere(Fault.of(
                    X86Exception.GENERAL_PROTECTION,
                    "the interrupt vector table lies outside of memory at 0x" + Long.toHexString(at)));
        }
        int selector = (int) (pointer.getAsLong() >>> 16 & 0xffff);
        long offset = pointer.getAsLong() & 0xffff;
        return new Handler(((long) selector << 4) + offset, selector, offset, 0, Short.BYTES, 0);
    }

    private VectorEntry gate(int vector, int external) {
        int size = state.isIa32e() ? 2 * Long.BYTES : Long.BYTES;
        int code = vector << 3 | IN_IDT | external;
        long at = state.get(Register.IDTR) + (long) vector * size;
        long limit = state.get(Register.IDTR_LIMIT);
        if ((long) (vector + 1) * size - 1 > limit) {
            return nowhere(Fault.of(
                    X86Exception.GENERAL_PROTECTION,
                    code,
                    "%s lies beyond the IDT's limit of 0x%x".formatted(named(vector), limit)));
        }
        Optional<Fault> unreadable = memory.fault(at, size, Access.READ, false);
        if (unreadable.isPresent()) {
            Fault fault = unreadable.get();
            return nowhere(Fault.page(
                    at,
                    fault.errorCode().orElse(0),
                    "the IDT cannot be read for %s: %s".formatted(name(vector), fault.cause())));
        }
        OptionalLong low = memory.number(at, Long.BYTES);
        OptionalLong high = state.isIa32e() ? memory.number(at + Long.BYTES, Long.BYTES) : OptionalLong.of(0);
        if (low.isEmpty() || high.isEmpty()) {
            return nowhere(Fault.of(
                    X86Exception.GENERAL_PROTECTION,
                    code,
                    "the IDT lies outside of memory at 0x" + Long.toHexString(at)));
        }
        Gate gate = state.isIa32e() ? Gate.decode(low.getAsLong(), high.getAsLong()) : Gate.decode(low.getAsLong());
        boolean system = SegmentDescriptor.decode(low.getAsLong()).system();
        return followed(vector, gate, system, low.getAsLong() == 0, code, external);
    }

    private static String named(int vector) {
        return "the gate of %s (IDT entry %d)".formatted(name(vector), vector);
    }

    private VectorEntry followed(int vector, Gate gate, boolean system, boolean empty, int code, int external) {
        if (empty) {
            return nowhere(Fault.of(X86Exception.GENERAL_PROTECTION, code, named(vector) + " is empty"));
        }
        if (!system || !isGate(gate.type())) {
            return nowhere(Fault.of(
                    X86Exception.GENERAL_PROTECTION,
                    code,
                    "%s is no gate: %s"
                            .formatted(named(vector), SegmentType.term(!system, gate.type(), state.isIa32e()))));
        }
        if (external == 0 && gate.dpl() < state.cpl()) {
            return nowhere(Fault.of(
                    X86Exception.GENERAL_PROTECTION,
                    code,
                    "%s has DPL %d, INT from CPL %d must not use it"
                            .formatted(named(vector), gate.dpl(), state.cpl())));
        }
        if (!gate.present()) {
            return nowhere(Fault.of(X86Exception.SEGMENT_NOT_PRESENT, code, named(vector) + " is not present (P = 0)"));
        }
        return gate.type() == Gate.TASK_GATE ? new Task(gate.selector()) : inSegment(vector, gate, external);
    }

    private boolean isGate(int type) {
        return switch (type) {
            case Gate.INTERRUPT_GATE, Gate.TRAP_GATE -> true;
            case Gate.TASK_GATE, INTERRUPT_GATE_16, TRAP_GATE_16 -> !state.isIa32e();
            default -> false;
        };
    }

    private VectorEntry inSegment(int vector, Gate gate, int external) {
        int selector = gate.selector();
        int code = DescriptorTables.index(selector) | external;
        if (DescriptorTables.isNull(selector)) {
            return nowhere(Fault.of(
                    X86Exception.GENERAL_PROTECTION,
                    external,
                    named(vector) + " names the null selector as code segment"));
        }
        Optional<SegmentDescriptor> found = segments.descriptor(selector);
        String problem = found.isEmpty() ? "cannot be read" : segmentProblem(found.get());
        if (!problem.isEmpty() || found.isEmpty()) {
            return nowhere(Fault.of(
                    X86Exception.GENERAL_PROTECTION,
                    code,
                    "%s names selector 0x%x as code segment, which %s: %s"
                            .formatted(named(vector), selector, problem, segments.describe(selector))));
        }
        SegmentDescriptor descriptor = found.get();
        if (!descriptor.present()) {
            return nowhere(Fault.of(
                    X86Exception.SEGMENT_NOT_PRESENT,
                    code,
                    "%s names a code segment that is not present: %s"
                            .formatted(named(vector), segments.describe(selector))));
        }
        boolean conforming = (descriptor.type() & CONFORMING) != 0;
        int dpl = conforming ? state.cpl() : descriptor.dpl();
        if (state.isIa32e()) {
            return new Handler(gate.offset(), selector, gate.offset(), dpl, Long.BYTES, gate.interruptStack());
        }
        long linear = (descriptor.base() + gate.offset()) & 0xffff_ffffL;
        int word = (gate.type() & WIDE) != 0 ? Integer.BYTES : Short.BYTES;
        return gate.offset() > descriptor.lastOffset()
                ? nowhere(Fault.of(
                        X86Exception.GENERAL_PROTECTION,
                        external,
                        "%s leads to offset 0x%x, beyond its code segment's limit of 0x%x"
                                .formatted(named(vector), gate.offset(), descriptor.lastOffset())))
                : new Handler(linear, selector, gate.offset(), dpl, word, 0);
    }

    private String segmentProblem(SegmentDescriptor descriptor) {
        if (descriptor.system() || (descriptor.type() & CODE) == 0) {
            return "is no code segment";
        }
        if (descriptor.dpl() > state.cpl()) {
            return "is less privileged than CPL " + state.cpl();
        }
        boolean sixtyFour = descriptor.longMode() && !descriptor.big();
        return state.isIa32e() && !sixtyFour ? "is no 64-bit code segment" : "";
    }

    private static Nowhere nowhere(Fault fault) {
        return new Nowhere(fault);
    }
}
