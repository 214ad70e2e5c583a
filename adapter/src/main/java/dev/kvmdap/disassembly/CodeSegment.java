package dev.kvmdap.disassembly;

/**
 * What CS says about the code in it (SDM vol. 3, 3.4.5): where its offsets start and how wide its operands and addresses are.
 *
 * @param base the linear address of offset 0; 0 in 64-bit code
 * @param bits 16, 32 or 64
 */
public record CodeSegment(long base, int bits) {

    /** Checks the width. */
    public CodeSegment {
        if (bits != 16 && bits != 32 && bits != 64) {
            throw new IllegalArgumentException("code is 16, 32 or 64 bits wide, not " + bits);
        }
    }

    /**
     * The linear address that is {@code distance} bytes from another one. Linear addresses have 32 bits where code is not
     * 64-bit.
     */
    public long plus(long linear, long distance) {
        long sum = linear + distance;
        return bits == 64 ? sum : sum & 0xffff_ffffL;
    }

    /**
     * Where a relative branch leads. The instruction pointer wraps at its own width, not at that of linear addresses.
     *
     * @param next the linear address behind the branch
     * @param distance what the branch adds to the instruction pointer
     * @param operandBytes 2 where it is cut to 16 bits
     */
    long target(long next, long distance, int operandBytes) {
        if (bits == 64) {
            return next + distance;
        }
        long offset = next - base + distance;
        return (base + (operandBytes == 2 ? offset & 0xffff : offset)) & 0xffff_ffffL;
    }
}
