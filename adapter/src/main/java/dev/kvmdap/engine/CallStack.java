package dev.kvmdap.engine;

import dev.kvmdap.disassembly.CodeSegment;
import dev.kvmdap.exception.InterruptFrame;
import dev.kvmdap.symbols.CallerFrame;
import dev.kvmdap.symbols.FrameRegisters;
import dev.kvmdap.symbols.Function;
import dev.kvmdap.symbols.MemoryReader;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.x86.GuestVirtual;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The activations that a vCPU is in, innermost first, found one by one as they are asked for: by call-frame information
 * where the code has some, else by the frame pointer; before a handler's first instruction by what the processor has
 * pushed. In 16-bit code there are no frame pointers to follow, so where it has no call-frame information the stack ends. While
 * the guest stands still.
 */
final class CallStack {

    /** How far from the top an activation is looked for. */
    private static final int DEEPEST = 256;

    /** What 64-bit code may use below its stack pointer (System V psABI for x86-64, 3.2.2). */
    private static final int RED_ZONE = 128;

    private static final int RBP_64 = 6;
    private static final int EBP_32 = 5;
    private static final int RSP_64 = 7;
    private static final int ESP_32 = 4;
    private static final int RIP_64 = 16;
    private static final int EIP_32 = 8;

    private final Cpu cpu;
    private final Symbols symbols;
    private final DebuggerMemory memory;
    private final MemoryReader reader;
    private boolean keepsFramePointers;
    private final List<Frame> frames = new ArrayList<>();
    private final List<Long> ends = new ArrayList<>();
    private boolean complete;

    private record Caller(FrameRegisters registers, long frameEnd, Frame.FoundBy foundBy) {}

    CallStack(Cpu cpu, Symbols symbols) {
        this.cpu = cpu;
        this.symbols = symbols;
        this.memory = cpu.memory();
        this.reader = (linear, into) -> memory.read(linear, into, 0, into.length) == into.length;
        this.keepsFramePointers = cpu.codeBits() != 16;
        frames.add(frame(0, cpu.frameRegisters(cpu.codeBits()), Frame.FoundBy.REGISTERS));
    }

    private Frame frame(int index, FrameRegisters registers, Frame.FoundBy foundBy) {
        long lookup = registers.lookupAddress();
        return new Frame(
                index,
                new GuestVirtual(registers.pc()),
                symbols.functionAt(lookup),
                symbols.lineAt(lookup),
                foundBy,
                registers);
    }

    /** At most {@code count} frames from {@code start} on, fewer where the stack ends. */
    List<Frame> frames(int start, int count) {
        int end = (int) Math.min((long) start + count, Integer.MAX_VALUE);
        while (frames.size() < end && findNext()) {
            // each round finds one frame
        }
        return List.copyOf(frames.subList(Math.min(start, frames.size()), Math.min(end, frames.size())));
    }

    /** The stack pointer that the innermost frame's return leaves behind. */
    OptionalLong frameEnd() {
        frames(0, 2);
        return ends.isEmpty() ? OptionalLong.empty() : OptionalLong.of(ends.get(0));
    }

    /** The activation whose frame an address lies in; empty where there is none whose caller is known. */
    Optional<FrameScope> activationAt(long address) {
        long low = frames.get(0).registers().stackPointer() - RED_ZONE;
        for (int level = 0; level < DEEPEST && hasCaller(level); level++) {
            if (Long.compareUnsigned(address - low, ends.get(level) - low) < 0) {
                return Optional.of(scope(level));
            }
            low = ends.get(level);
        }
        return Optional.empty();
    }

    /** The frame of an activation. */
    Optional<Frame> frameOf(FrameScope scope) {
        for (int level = 0; level < DEEPEST && hasCaller(level); level++) {
            if (scope(level).equals(scope)) {
                return Optional.of(frames.get(level));
            }
        }
        return Optional.empty();
    }

    /** Whether an activation has ended though its caller's has not. */
    boolean hasLeft(FrameScope scope) {
        boolean caller = false;
        for (int level = 0; level < DEEPEST && hasCaller(level); level++) {
            if (scope(level).equals(scope)) {
                return false;
            }
            caller |= ends.get(level) == scope.callerEnd();
        }
        return caller;
    }

    private boolean hasCaller(int level) {
        frames(0, level + 2);
        return ends.size() > level;
    }

    private FrameScope scope(int level) {
        long callerEnd = hasCaller(level + 1) ? ends.get(level + 1) : FrameScope.UNKNOWN;
        return new FrameScope(frames.get(level + 1).pc(), ends.get(level), callerEnd);
    }

    private boolean findNext() {
        if (complete) {
            return false;
        }
        Frame callee = frames.get(frames.size() - 1);
        Optional<Caller> found = callee.index() == 0 ? interrupted(callee) : Optional.empty();
        if (found.isEmpty()) {
            found = caller(callee).filter(caller -> liesAbove(callee, caller));
        }
        complete = found.isEmpty();
        found.ifPresent(caller -> {
            ends.add(caller.frameEnd());
            frames.add(frame(frames.size(), caller.registers(), caller.foundBy()));
        });
        return !complete;
    }

    /** The stack grows down: a caller's frame that does not lie above its callee's is none. */
    private static boolean liesAbove(Frame callee, Caller caller) {
        return Long.compareUnsigned(caller.frameEnd(), callee.registers().stackPointer()) > 0;
    }

    private Optional<Caller> caller(Frame callee) {
        Optional<CallerFrame> described = symbols.unwind(callee.registers(), reader);
        if (described.isPresent()) {
            return described
                    .filter(caller -> !caller.outermost())
                    .map(caller -> new Caller(caller.registers(), caller.cfa(), Frame.FoundBy.CALL_FRAME_INFORMATION));
        }
        if (!keepsFramePointers) {
            return Optional.empty();
        }
        Optional<Function> function = callee.function();
        boolean entered = callee.index() == 0
                && function.isPresent()
                && function.get().low() == callee.pc().address();
        return entered ? byStackTop(callee.registers()) : byFramePointer(callee.registers());
    }

    /**
     * Before the first instruction of a handler: the code that an exception or interrupt has left. All its registers are as
     * they were, but for those that the processor has pushed; its stack may be another one.
     */
    private Optional<Caller> interrupted(Frame handler) {
        long pc = handler.pc().address();
        boolean entered =
                handler.function().map(function -> function.low() == pc).orElse(true);
        int vector = entered ? InterruptTable.vectorOf(cpu, pc) : -1;
        return vector < 0
                ? Optional.empty()
                : RaisedException.frame(cpu, vector, InterruptTable.wordBytes(cpu))
                        .map(this::interrupted);
    }

    private Caller interrupted(InterruptFrame pushed) {
        CodeSegment segment = CodeSegments.of(cpu, pushed);
        keepsFramePointers = segment.bits() != 16;
        FrameRegisters registers = cpu.frameRegisters(segment.bits());
        boolean wide = segment.bits() == 64;
        long stack = pushed.stack().orElse(pushed.end());
        registers
                .set(wide ? RIP_64 : EIP_32, segment.plus(segment.base(), pushed.rip()))
                .set(wide ? RSP_64 : ESP_32, stack);
        return new Caller(registers, stack, Frame.FoundBy.EXCEPTION_FRAME);
    }

    /** Before a function's first instruction the return address lies on top of the stack. */
    private Optional<Caller> byStackTop(FrameRegisters callee) {
        int word = callee.wordSize();
        long end = callee.stackPointer() + word;
        return returnAddress(callee.stackPointer(), word)
                .map(pc -> new Caller(callee.caller(pc, end), end, Frame.FoundBy.STACK_TOP));
    }

    /** Above the saved frame pointer, to which the frame pointer points, lies the return address. */
    private Optional<Caller> byFramePointer(FrameRegisters callee) {
        int word = callee.wordSize();
        int number = word == Long.BYTES ? RBP_64 : EBP_32;
        long framePointer = callee.get(number);
        if (framePointer == 0 || !callee.has(number)) {
            return Optional.empty();
        }
        long end = framePointer + 2L * word;
        OptionalLong saved = memory.number(framePointer, word);
        return saved.isEmpty()
                ? Optional.empty()
                : returnAddress(framePointer + word, word)
                        .map(pc -> new Caller(
                                callee.caller(pc, end).set(number, saved.getAsLong()),
                                end,
                                Frame.FoundBy.FRAME_POINTER));
    }

    /** A word that can be a return address: it points into known code. */
    private Optional<Long> returnAddress(long address, int word) {
        OptionalLong value = memory.number(address, word);
        return value.isPresent() && symbols.functionAt(value.getAsLong() - 1).isPresent()
                ? Optional.of(value.getAsLong())
                : Optional.empty();
    }
}
