package dev.kvmdap.symbols;

import dev.kvmdap.elf.ElfException;
import dev.kvmdap.symbols.dwarf.Expression;
import dev.kvmdap.symbols.dwarf.UnwindRow;
import java.util.Optional;
import java.util.OptionalLong;

/** Applies a row of call frame information to a frame (DWARF 5, 6.4.3 and 6.4.4). */
final class Unwinder {

    private final UnwindRow row;
    private final FrameRegisters frame;
    private final FrameContext context;
    private final long cfa;

    private Unwinder(UnwindRow row, FrameRegisters frame, FrameContext context, long cfa) {
        this.row = row;
        this.frame = frame;
        this.context = context;
        this.cfa = cfa;
    }

    /**
     * The caller's frame; empty where the canonical frame address cannot be found.
     *
     * @param offset what to add to addresses that the file names
     */
    static Optional<CallerFrame> unwind(UnwindRow row, FrameRegisters frame, MemoryReader memory, long offset) {
        FrameContext context = new FrameContext(frame, memory, offset, row);
        OptionalLong cfa = context.callFrameAddress();
        return cfa.isEmpty()
                ? Optional.empty()
                : Optional.of(new Unwinder(row, frame, context, cfa.getAsLong()).caller());
    }

    private CallerFrame caller() {
        FrameRegisters caller = frame.copy();
        for (int register = 0; register < UnwindRow.COLUMNS; register++) {
            OptionalLong value = value(register);
            if (value.isPresent()) {
                caller.set(register, value.getAsLong());
            } else if (row.rule(register).kind() == UnwindRow.Kind.UNSPECIFIED) {
                caller.doubt(register);
            } else {
                caller.forget(register);
            }
        }
        int returnRegister = row.returnRegister();
        boolean outermost = !caller.has(returnRegister);
        caller.set(caller.pcRegister(), caller.get(returnRegister));
        caller.afterCall(!row.isSignalFrame());
        return new CallerFrame(caller, cfa, row.isSignalFrame(), outermost);
    }

    private OptionalLong value(int register) {
        try {
            return apply(row.rule(register), register);
        } catch (ElfException e) {
            return OptionalLong.empty();
        }
    }

    private OptionalLong apply(UnwindRow.Rule rule, int register) {
        return switch (rule.kind()) {
            case UNDEFINED, UNSPECIFIED -> OptionalLong.empty();
            case SAME_VALUE -> context.register(register);
            case OFFSET -> saved(cfa + rule.operand());
            case VALUE_OFFSET -> OptionalLong.of(cfa + rule.operand());
            case REGISTER -> context.register((int) rule.operand());
            case EXPRESSION -> saved(evaluate(rule));
            case VALUE_EXPRESSION -> OptionalLong.of(evaluate(rule));
        };
    }

    private OptionalLong saved(long address) {
        return context.memory(frame.wrap(address), row.wordSize());
    }

    private long evaluate(UnwindRow.Rule rule) {
        return rule.expression() == null ? 0 : Expression.evaluate(rule.expression(), row.addressSize(), context, cfa);
    }
}
