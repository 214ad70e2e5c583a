package dev.kvmdap.engine;

import dev.kvmdap.symbols.AddressRange;
import dev.kvmdap.symbols.Function;
import dev.kvmdap.symbols.SourceLine;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.InstructionKind;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A step by source line, made of plans: after each plan it looks where the vCPU has come to and says how to go on. It ends
 * at the beginning of a statement, behind the prologue of a function that it enters, or where its function has returned.
 * Code without lines is stepped by instruction, or passed when it is called. Session thread.
 */
final class LineStep {

    /** The end of a frame whose size is not known. */
    static final long UNKNOWN_FRAME_END = -1;

    private final Symbols symbols;
    private final boolean over;
    private final long entered;
    private final Optional<Function> function;
    private final long frameEnd;
    private StepPlan.LeaveRanges leave;
    private final boolean hasLines;
    private boolean arriving;

    /**
     * Begins a step.
     *
     * @param pc linear address of the next instruction
     * @param frameEnd the stack's top once this function has returned, unsigned, or {@link #UNKNOWN_FRAME_END}
     */
    LineStep(Symbols symbols, long pc, StepKind kind, long frameEnd) {
        this(symbols, pc, kind, frameEnd, StepPlan.LeaveRanges.NO_CALL);
    }

    private LineStep(Symbols symbols, long pc, StepKind kind, long frameEnd, long entered) {
        this.symbols = symbols;
        this.over = kind != StepKind.INTO;
        this.entered = entered;
        this.function = symbols.functionAt(pc);
        this.frameEnd = frameEnd;
        List<AddressRange> line = symbols.lineRanges(pc);
        this.hasLines = !line.isEmpty();
        List<AddressRange> ranges = kind == StepKind.FORWARD ? fromTheBeginning(line, pc) : line;
        this.leave = hasLines
                ? new StepPlan.LeaveRanges(ranges, over, entered)
                : new StepPlan.LeaveRanges(List.of(new AddressRange(pc, pc + 1)), true, entered);
    }

    /**
     * A step over the rest of the line but into one of its calls.
     *
     * @param pc linear address of the next instruction
     * @param call linear address of the call
     */
    static LineStep into(Symbols symbols, long pc, long call, long frameEnd) {
        return new LineStep(symbols, pc, StepKind.OVER, frameEnd, call);
    }

    /** The line, and all code of its function in front of it: where a loop jumps back to. */
    private List<AddressRange> fromTheBeginning(List<AddressRange> line, long pc) {
        return line.stream()
                .filter(range -> range.contains(pc))
                .map(range -> new AddressRange(function.map(Function::low).orElse(range.low()), range.high()))
                .toList();
    }

    /** The plan to begin with. */
    StepPlan first() {
        return leave;
    }

    /**
     * The plan to go on with, or null if the step is done.
     *
     * @param cpu where the last plan has led to
     * @param executed the instruction that led there
     */
    @Nullable StepPlan next(Cpu cpu, InstructionKind executed) {
        long pc = cpu.pc();
        if (arriving) {
            return null;
        }
        boolean called = executed == InstructionKind.CALL;
        boolean calledFar = executed == InstructionKind.CALL_FAR;
        if ((called || calledFar) && entered != StepPlan.LeaveRanges.NO_CALL) {
            return toBody(pc);
        }
        if (!hasLines) {
            return null;
        }
        if (leave.contains(pc)) {
            return leave;
        }
        Optional<SourceLine> row = symbols.lineAt(pc);
        if (called) {
            return row.isPresent() ? toBody(pc) : passCall(cpu);
        }
        if (executed == InstructionKind.INT && row.isEmpty()) {
            return passInterrupt(cpu);
        }
        boolean returned = Long.compareUnsigned(cpu.stackPointer(), frameEnd) >= 0;
        if (row.isEmpty() || returned || beginsStatement(row.get(), pc)) {
            return null;
        }
        if (!symbols.functionAt(pc).equals(function)) {
            return null;
        }
        leave = new StepPlan.LeaveRanges(symbols.lineRanges(pc), over, entered);
        return leave;
    }

    private static boolean beginsStatement(SourceLine row, long pc) {
        return row.line() != 0 && row.isStatement() && row.low() == pc;
    }

    /** Behind the prologue, where parameters and locals have their values. */
    private @Nullable StepPlan toBody(long pc) {
        Optional<Function> entered = symbols.functionAt(pc);
        long body = entered.map(symbols::afterPrologue).orElse(pc);
        arriving = true;
        return body == pc ? null : new StepPlan.RunTo(new GuestVirtual(body), 0);
    }

    /** Until a handler without lines, such as the BIOS's, has returned. */
    private @Nullable StepPlan passInterrupt(Cpu cpu) {
        CallStack stack = new CallStack(cpu, symbols);
        List<Frame> frames = stack.frames(0, 2);
        OptionalLong end = stack.frameEnd();
        return frames.size() < 2 || end.isEmpty()
                ? null
                : new StepPlan.RunTo(frames.get(1).pc(), end.getAsLong());
    }

    private static @Nullable StepPlan passCall(Cpu cpu) {
        int width = cpu.codeBits() / Byte.SIZE;
        long stack = cpu.stackPointer();
        OptionalLong pushed = cpu.memory().number(stack, width);
        return pushed.isPresent()
                ? new StepPlan.RunTo(new GuestVirtual(cpu.codeAddress(pushed.getAsLong())), stack + width)
                : null;
    }
}
