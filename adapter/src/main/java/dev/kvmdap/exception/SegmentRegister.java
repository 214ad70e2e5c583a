package dev.kvmdap.exception;

/**
 * A segment register with its hidden part (SDM vol. 3, 3.4.3).
 *
 * @param selector the visible part
 * @param base linear address of the segment
 * @param limit the last offset in bytes, 32 bits
 * @param type the four type bits
 * @param dpl descriptor privilege level, 0 to 3; of SS this is the CPL
 * @param present the P bit; a segment register that holds a null selector has none
 * @param big the D/B bit: 32-bit code or stack
 * @param longMode the L bit: 64-bit code
 */
public record SegmentRegister(
        int selector, long base, long limit, int type, int dpl, boolean present, boolean big, boolean longMode) {

    static final SegmentRegister NONE = new SegmentRegister(0, 0, 0, 0, 0, false, false, false);
}
