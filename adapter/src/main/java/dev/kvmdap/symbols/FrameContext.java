package dev.kvmdap.symbols;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.symbols.dwarf.Expression;
import dev.kvmdap.symbols.dwarf.UnwindRow;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What DWARF expressions may ask of one frame of the guest. */
final class FrameContext implements Expression.Context {

    private final FrameRegisters frame;
    private final MemoryReader memory;
    private final long offset;
    private final @Nullable UnwindRow row;
    private final @Nullable ByteReader frameBase;

    /**
     * @param offset what to add to addresses that the file names
     * @param row the frame's row of call frame information, if there is one
     * @param frameBase the expression of the function's DW_AT_frame_base, if there is one
     */
    FrameContext(
            FrameRegisters frame,
            MemoryReader memory,
            long offset,
            @Nullable UnwindRow row,
            Optional<ByteReader> frameBase) {
        this.frame = frame;
        this.memory = memory;
        this.offset = offset;
        this.row = row;
        this.frameBase = frameBase.orElse(null);
    }

    /** No frame at all: what variables with a fixed address need. */
    static FrameContext none(long offset) {
        return new FrameContext(FrameRegisters.x86_64(), (linear, into) -> false, offset, null, Optional.empty());
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
        return frameBase == null
                ? OptionalLong.empty()
                : OptionalLong.of(Expression.evaluate(frameBase, frame.wordSize(), this));
    }

    @Override
    public OptionalLong callFrameAddress() {
        if (row == null) {
            return OptionalLong.empty();
        }
        UnwindRow.Rule rule = row.cfa();
        return switch (rule.kind()) {
            case REGISTER -> {
                OptionalLong base = register((int) rule.operand());
                yield base.isPresent() ? OptionalLong.of(frame.wrap(base.getAsLong() + rule.addend())) : base;
            }
            case EXPRESSION ->
                rule.expression() == null
                        ? OptionalLong.empty()
                        : OptionalLong.of(Expression.evaluate(rule.expression(), frame.wordSize(), this));
            default -> OptionalLong.empty();
        };
    }

    @Override
    public long linear(long fileAddress) {
        return fileAddress + offset;
    }
}
