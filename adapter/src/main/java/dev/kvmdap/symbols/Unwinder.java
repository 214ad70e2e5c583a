package dev.kvmdap.symbols;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;
import dev.kvmdap.symbols.dwarf.Expression;
import dev.kvmdap.symbols.dwarf.UnwindRow;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Applies a row of call frame information to a frame (DWARF 5, 6.4.3 and 6.4.4). */
final class Unwinder implements Expression.Context {

    private final UnwindRow row;
    private final FrameRegisters frame;
    private final MemoryReader memory;

    private Unwinder(UnwindRow row, FrameRegisters frame, MemoryReader memory) {
        this.row = row;
        this.frame = frame;
        this.memory = memory;
    }

    /** The canonical frame address; empty where the frame does not know enough. */
    static OptionalLong callFrameAddress(UnwindRow row, FrameRegisters frame, MemoryReader memory) {
        return new Unwinder(row, frame, memory).callFrameAddress();
    }

    /** The caller's frame; empty where the canonical frame address cannot be found. */
    static Optional<CallerFrame> unwind(UnwindRow row, FrameRegisters frame, MemoryReader memory) {
        return new Unwinder(row, frame, memory).unwind();
    }

    private Optional<CallerFrame> unwind() {
        OptionalLong found = callFrameAddress();
        if (found.isEmpty()) {
            return Optional.empty();
        }
        long cfa = found.getAsLong();
        FrameRegisters caller = frame.copy();
        for (int register = 0; register < UnwindRow.COLUMNS; register++) {
            UnwindRow.Rule rule = row.rule(register);
            OptionalLong value = rule == null ? unspecified(register, cfa) : apply(rule, register, cfa);
            if (value.isPresent()) {
                caller.set(register, value.getAsLong());
            } else {
                caller.forget(register);
            }
        }
        int returnRegister = row.returnRegister();
        boolean outermost = !caller.has(returnRegister);
        caller.set(caller.pcRegister(), caller.get(returnRegister));
        caller.afterCall(!row.isSignalFrame());
        return Optional.of(new CallerFrame(caller, cfa, row.isSignalFrame(), outermost));
    }

    /** What the psABI says of a register that call frame information leaves out. */
    private OptionalLong unspecified(int register, long cfa) {
        if (register == frame.stackPointerRegister()) {
            return OptionalLong.of(cfa);
        }
        return frame.isCalleeSaved(register) ? register(register) : OptionalLong.empty();
    }

    private OptionalLong apply(UnwindRow.Rule rule, int register, long cfa) {
        return switch (rule.kind()) {
            case UNDEFINED -> OptionalLong.empty();
            case SAME_VALUE -> register(register);
            case OFFSET -> memory(wrap(cfa + rule.operand()), row.wordSize());
            case VALUE_OFFSET -> OptionalLong.of(wrap(cfa + rule.operand()));
            case REGISTER -> register((int) rule.operand());
            case EXPRESSION -> {
                OptionalLong address = evaluate(rule.expression(), cfa);
                yield address.isPresent() ? memory(address.getAsLong(), row.wordSize()) : address;
            }
            case VALUE_EXPRESSION -> evaluate(rule.expression(), cfa);
        };
    }

    private OptionalLong evaluate(@Nullable ByteReader expression, long... initial) {
        if (expression == null) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Expression.evaluate(expression, row.addressSize(), this, initial));
        } catch (ElfException e) {
            return OptionalLong.empty();
        }
    }

    private long wrap(long address) {
        return frame.wordSize() == 8 ? address : address & 0xffff_ffffL;
    }

    @Override
    public OptionalLong callFrameAddress() {
        UnwindRow.Rule rule = row.cfa();
        return switch (rule.kind()) {
            case REGISTER -> {
                OptionalLong base = register((int) rule.operand());
                yield base.isPresent() ? OptionalLong.of(wrap(base.getAsLong() + rule.addend())) : base;
            }
            case EXPRESSION -> evaluate(rule.expression());
            default -> OptionalLong.empty();
        };
    }

    @Override
    public OptionalLong register(int number) {
        return frame.has(number) ? OptionalLong.of(frame.get(number)) : OptionalLong.empty();
    }

    @Override
    public OptionalLong memory(long address, int length) {
        byte[] bytes = new byte[length];
        if (!memory.read(address, bytes)) {
            return OptionalLong.empty();
        }
        long value = 0;
        for (int i = length - 1; i >= 0; i--) {
            value = (value << 8) | (bytes[i] & 0xff);
        }
        return OptionalLong.of(value);
    }

    @Override
    public OptionalLong frameBase() {
        return OptionalLong.empty();
    }

    @Override
    public OptionalLong indexedAddress(long index) {
        return OptionalLong.empty();
    }
}
