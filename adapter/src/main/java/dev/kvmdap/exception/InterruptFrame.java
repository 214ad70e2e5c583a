package dev.kvmdap.exception;

import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.X86Exception;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the processor has pushed for the handler of an exception or interrupt (SDM vol. 3, 6.12.1, 6.14.2; in real mode
 * 21.1.4), as it lies there before the handler's first instruction.
 *
 * @param address linear address of its lowest word
 * @param errorCode the error code; empty where none was pushed
 * @param rip offset of the interrupted or faulting instruction
 * @param cs its code segment
 * @param rflags its flags
 * @param stack its stack pointer; empty where it was not pushed because the stack is the same
 * @param ss its stack segment, 0 where it was not pushed
 * @param end linear address behind the frame
 */
public record InterruptFrame(
        long address, OptionalLong errorCode, long rip, int cs, long rflags, OptionalLong stack, int ss, long end) {

    private static final long RFLAGS_ALWAYS_SET = 1 << 1;
    private static final long RFLAGS_VM = 1 << 17;
    private static final long RFLAGS_CLEAR = 0xffff_ffff_ffc0_8028L;

    /** How a frame is read from memory. */
    @FunctionalInterface
    public interface Memory {
        /** A little-endian number at a linear address; empty where it cannot be read. */
        OptionalLong number(long linear, int bytes);
    }

    /**
     * The frame on top of a handler's stack.
     *
     * @param vector of the handler: it says whether there is an error code
     * @param mode the handler's
     * @param wordBytes the size of what was pushed: 2, 4 or 8
     * @param cpl the handler's
     * @param stackPointer linear
     * @return empty where what lies there is none
     */
    public static Optional<InterruptFrame> read(
            int vector, CpuMode mode, int wordBytes, int cpl, long stackPointer, Memory memory) {
        boolean code = mode != CpuMode.REAL
                && X86Exception.of(vector).map(X86Exception::hasErrorCode).orElse(false);
        Reader reader = new Reader(stackPointer, wordBytes, mode, cpl, memory);
        Optional<InterruptFrame> expected = reader.frame(code);
        return expected.isPresent() || !code ? expected : reader.frame(false); // INT n pushes no error code
    }

    private record Reader(long top, int word, CpuMode mode, int cpl, Memory memory) {

        Optional<InterruptFrame> frame(boolean withCode) {
            int skipped = withCode ? 1 : 0;
            OptionalLong code = word(0);
            OptionalLong rip = word(skipped);
            OptionalLong cs = word(skipped + 1);
            OptionalLong flags = word(skipped + 2);
            if (code.isEmpty() || rip.isEmpty() || cs.isEmpty() || flags.isEmpty()) {
                return Optional.empty();
            }
            int selector = (int) cs.getAsLong() & 0xffff;
            if (!isPlausible(selector, flags.getAsLong()) || (withCode && code.getAsLong() >>> 16 != 0 && word == 2)) {
                return Optional.empty();
            }
            boolean stackPushed =
                    word == Long.BYTES || (mode != CpuMode.REAL && isFromOutside(selector, flags.getAsLong()));
            OptionalLong stack = stackPushed ? word(skipped + 3) : OptionalLong.empty();
            OptionalLong ss = stackPushed ? word(skipped + 4) : OptionalLong.of(0);
            if (ss.isEmpty() || (stackPushed && stack.isEmpty())) {
                return Optional.empty();
            }
            int words = skipped + (stackPushed ? 5 : 3);
            return Optional.of(new InterruptFrame(
                    top,
                    withCode ? OptionalLong.of(code.getAsLong() & 0xffff_ffffL) : OptionalLong.empty(),
                    rip.getAsLong(),
                    selector,
                    flags.getAsLong(),
                    stack,
                    (int) ss.getAsLong() & 0xffff,
                    top + (long) words * word));
        }

        private OptionalLong word(int index) {
            return memory.number(top + (long) index * word, word);
        }

        private boolean isFromOutside(int selector, long flags) {
            return (selector & 3) > cpl || (flags & RFLAGS_VM) != 0;
        }

        private boolean isPlausible(int selector, long flags) {
            long clear = word == Short.BYTES ? RFLAGS_CLEAR & 0xffff : RFLAGS_CLEAR;
            boolean selectable = mode == CpuMode.REAL || selector > 3;
            return selectable && (flags & RFLAGS_ALWAYS_SET) != 0 && (flags & clear) == 0;
        }
    }
}
