package dev.kvmdap.symbols;

import dev.kvmdap.symbols.dwarf.Expression;
import dev.kvmdap.symbols.dwarf.UnwindRow;
import java.util.OptionalLong;

/** What the DWARF expressions of call frame information may ask of one frame of the guest. */
final class FrameContext implements Expression.Context {

    private final FrameRegisters frame;
    private final MemoryReader memory;
    private final long offset;
    private final UnwindRow row;

    /**
     * @param offset what to add to addresses that the file names
     * @param row the frame's row of call frame information
     */
    FrameContext(FrameRegisters frame, MemoryReader memory, long offset, UnwindRow row) {
        this.frame = frame;
        this.memory = memory;
        this.offset = offset;
        this.row = row;
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
    public OptionalLong callFrameAddress() {
        UnwindRow.Rule rule = row.cfa();
        return switch (rule.kind()) {
            case REGISTER -> {
                OptionalLong base = register((int) rule.operand());
                yield base.isPresent() ? OptionalLong.of(frame.wrap(base.getAsLong() + rule.addend())) : base;
            }
            case EXPRESSION -> OptionalLong.of(Expression.evaluate(rule.expression(), frame.wordSize(), this));
            default -> OptionalLong.empty();
        };
    }

    @Override
    public long linear(long fileAddress) {
        return fileAddress + offset;
    }
}
