package dev.kvmdap.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * RFLAGS in the frame that an exception has pushed (SDM vol. 3, 6.12.1). A step that faults leaves the debugger's trap flag
 * there; the handler's IRET would give it to the guest, as a debug exception that nobody expects.
 */
final class SavedFlags {

    /** RFLAGS.TF. */
    static final int TRAP_FLAG = 1 << 8;

    private static final int WORDS_SEARCHED = 256;

    private SavedFlags() {}

    /** Whether the top of the stack is what an exception pushes at an instruction: maybe an error code, then where it lies. */
    static boolean isReturnAddress(Cpu cpu, long rip, int codeSegment) {
        int width = wordBytes(cpu);
        byte[] stack = new byte[3 * width];
        int words = cpu.memory().read(cpu.stackPointer(), stack, 0, stack.length) / width;
        ByteBuffer bytes = ByteBuffer.wrap(stack).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i + 1 < words; i++) {
            if (isAt(bytes, i, width, rip, codeSegment)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAt(ByteBuffer bytes, int index, int width, long rip, int codeSegment) {
        long mask = width == 8 ? -1 : (1L << (Byte.SIZE * width)) - 1;
        return word(bytes, index, width) == (rip & mask)
                && (bytes.getShort((index + 1) * width) & 0xffff) == codeSegment;
    }

    private static int wordBytes(Cpu cpu) {
        return switch (cpu.mode()) {
            case REAL -> 2;
            case PROTECTED -> 4;
            case COMPATIBILITY, LONG -> 8;
        };
    }

    /** Clears the trap flag in the image that PUSHF has left on top of the stack. */
    static void clearTrapFlag(Cpu cpu) {
        byte[] high = new byte[1];
        long at = cpu.stackPointer() + 1;
        cpu.memory().read(at, high, 0, 1);
        high[0] &= ~(TRAP_FLAG >>> Byte.SIZE);
        cpu.memory().write(at, high, 0, 1);
    }

    /**
     * Clears the trap flag in the frame of the instruction that faulted, if that lies near the top of the stack.
     *
     * @param rip the instruction's offset in its code segment
     * @param codeSegment its selector
     */
    static void clearTrapFlag(Cpu cpu, long rip, int codeSegment) {
        int width = wordBytes(cpu);
        long top = cpu.stackPointer();
        byte[] stack = new byte[WORDS_SEARCHED * width];
        int words = cpu.memory().read(top, stack, 0, stack.length) / width;
        ByteBuffer bytes = ByteBuffer.wrap(stack).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i + 2 < words; i++) {
            boolean framed =
                    isAt(bytes, i, width, rip, codeSegment) && (bytes.getShort((i + 2) * width) & TRAP_FLAG) != 0;
            if (framed) {
                int high = (i + 2) * width + 1;
                stack[high] &= ~(TRAP_FLAG >>> Byte.SIZE);
                cpu.memory().write(top + high, stack, high, 1);
                return;
            }
        }
    }

    private static long word(ByteBuffer bytes, int index, int width) {
        int at = index * width;
        return switch (width) {
            case 2 -> bytes.getShort(at) & 0xffff;
            case 4 -> bytes.getInt(at) & 0xffff_ffffL;
            default -> bytes.getLong(at);
        };
    }
}
