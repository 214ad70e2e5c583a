package dev.kvmdap.engine;

import dev.kvmdap.x86.CpuMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * RFLAGS in the frame that an exception has pushed (SDM vol. 3, 6.12.1). A step that faults leaves the debugger's trap flag
 * there; the handler's IRET would give it to the guest, as a debug exception that nobody expects.
 */
final class SavedFlags {

    private static final int TRAP_FLAG = 1 << 8;
    private static final int WORDS_SEARCHED = 256;

    private SavedFlags() {}

    /**
     * Clears the trap flag in the frame of the instruction that faulted, if that lies near the top of the stack.
     *
     * @param rip the instruction's offset in its code segment
     * @param codeSegment its selector
     */
    static void clearTrapFlag(Cpu cpu, long rip, int codeSegment) {
        int width = cpu.mode() == CpuMode.REAL ? 2 : cpu.mode() == CpuMode.PROTECTED ? 4 : 8;
        long mask = width == 8 ? -1 : (1L << (Byte.SIZE * width)) - 1;
        long top = cpu.stackPointer();
        byte[] stack = new byte[WORDS_SEARCHED * width];
        int words = cpu.memory().read(top, stack, 0, stack.length) / width;
        ByteBuffer bytes = ByteBuffer.wrap(stack).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i + 2 < words; i++) {
            boolean framed = word(bytes, i, width) == (rip & mask)
                    && (bytes.getShort((i + 1) * width) & 0xffff) == codeSegment
                    && (bytes.getShort((i + 2) * width) & TRAP_FLAG) != 0;
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
