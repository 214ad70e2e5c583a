package dev.kvmdap.x86;

/**
 * A gate of the interrupt descriptor table: 8 bytes in protected mode (SDM vol. 3, 6.11), 16 in IA-32e mode (6.14.1).
 *
 * @param offset where the handler begins, in the segment of {@code selector}
 * @param selector code segment of the handler, or the TSS of a task gate
 * @param type the four type bits, which {@link SegmentType} names
 * @param dpl the highest CPL that may raise the vector by INT n, 0 to 3
 * @param present the P bit
 * @param interruptStack entry of the interrupt stack table in the TSS, 1 to 7; 0 for none, and outside IA-32e mode
 */
public record Gate(long offset, int selector, int type, int dpl, boolean present, int interruptStack) {

    /** A gate that masks interrupts on its way. */
    public static final int INTERRUPT_GATE = 0xe;
    /** A gate that leaves RFLAGS.IF alone. */
    public static final int TRAP_GATE = 0xf;
    /** The task gate of protected mode. */
    public static final int TASK_GATE = 0x5;

    /** Reads an 8-byte gate; the 16-bit kinds (types 6 and 7) have the lower 16 bits of the offset only. */
    public static Gate decode(long gate) {
        boolean wide = (gate >>> 43 & 1) != 0;
        long offset = (gate & 0xffff) | (wide ? gate >>> 48 << 16 : 0);
        return decode(gate, offset, 0);
    }

    /** Reads a 16-byte gate of IA-32e mode. */
    public static Gate decode(long low, long high) {
        long offset = (low & 0xffff) | low >>> 48 << 16 | high << 32;
        return decode(low, offset, (int) (low >>> 32) & 7);
    }

    private static Gate decode(long low, long offset, int interruptStack) {
        return new Gate(
                offset,
                (int) (low >>> 16) & 0xffff,
                (int) (low >>> 40) & 0xf,
                (int) (low >>> 45) & 3,
                (low >>> 47 & 1) != 0,
                interruptStack);
    }

    /** The 8-byte gate, or the lower half of the 16-byte one. */
    public long encode() {
        return (offset & 0xffffL)
                | (long) (selector & 0xffff) << 16
                | (long) (interruptStack & 7) << 32
                | (long) (type & 0xf) << 40
                | (long) (dpl & 3) << 45
                | (present ? 1L << 47 : 0)
                | (offset & 0xffff_0000L) << 32;
    }

    /** The upper half of a 16-byte gate. */
    public long encodeUpper() {
        return offset >>> 32;
    }
}
