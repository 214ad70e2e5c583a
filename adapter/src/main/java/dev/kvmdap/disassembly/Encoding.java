package dev.kvmdap.disassembly;

import org.jspecify.annotations.Nullable;

/**
 * The bytes of one instruction taken apart: prefixes, opcode, ModR/M, SIB, displacement (SDM vol. 2, 2.1 to 2.3). Filled
 * anew in place for each instruction.
 */
final class Encoding {

    /** The longest instruction there is, in bytes (SDM vol. 2, 2.3.11). */
    static final int MOST_BYTES = 15;

    private static final int[] MANDATORY = {
        OpcodeForm.condition("np"),
        OpcodeForm.condition("p66"),
        OpcodeForm.condition("pf3"),
        OpcodeForm.condition("pf2")
    };
    private static final int W0 = OpcodeForm.condition("w0");
    private static final int W1 = OpcodeForm.condition("w1");
    private static final int L0 = OpcodeForm.condition("l0");
    private static final int L1 = OpcodeForm.condition("l1");
    private static final int M32 = OpcodeForm.condition("m32");
    private static final int M64 = OpcodeForm.condition("m64");
    private static final int O16 = OpcodeForm.condition("o16");
    private static final int O32 = OpcodeForm.condition("o32");
    private static final int O64 = OpcodeForm.condition("o64");
    private static final int A16 = OpcodeForm.condition("a16");
    private static final int A32 = OpcodeForm.condition("a32");
    private static final int A64 = OpcodeForm.condition("a64");
    private static final int NOP = OpcodeForm.condition("nop");

    private byte[] code = new byte[0];
    private int start;
    private int end;
    private int position;
    private boolean truncated;
    private int bits;

    private int prefixCount;
    private int segment;
    private int repeat;
    private boolean operandOverride;
    private boolean addressOverride;
    private int rex;
    private boolean evex;
    private int vexPrefix;
    private int vexRegister;
    private int vectorBytes;
    private int map;
    private int opcode;
    private int modRm;

    /**
     * Reads prefixes and opcode.
     *
     * @return whether there is an opcode
     */
    boolean begin(byte[] bytes, int from, int length, int codeBits) {
        code = bytes;
        start = from;
        end = from + Math.min(length, MOST_BYTES);
        position = from;
        bits = codeBits;
        truncated = false;
        prefixes();
        map = 0;
        evex = false;
        vexPrefix = 0;
        vexRegister = 0;
        vectorBytes = 16;
        opcode = next();
        if ((opcode == 0xc4 || opcode == 0xc5) && (bits == 64 || (peek() & 0xc0) == 0xc0)) {
            return vex(opcode == 0xc4);
        }
        if (opcode == 0x62 && (bits == 64 || (peek() & 0xc0) == 0xc0)) {
            return evex();
        }
        if (opcode == 0x0f) {
            map = 1;
            opcode = next();
            if (opcode == 0x38 || opcode == 0x3a) {
                map = opcode == 0x38 ? 2 : 3;
                opcode = next();
            }
        }
        return !truncated;
    }

    private void prefixes() {
        segment = 0;
        repeat = 0;
        operandOverride = false;
        addressOverride = false;
        rex = 0;
        while (position < end) {
            int next = code[position] & 0xff;
            switch (next) {
                case 0x66 -> operandOverride = true;
                case 0x67 -> addressOverride = true;
                case 0xf2, 0xf3 -> repeat = next;
                case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65 -> segment = next;
                case 0xf0 -> {}
                default -> {
                    if (bits != 64 || (next & ~0xf) != 0x40) {
                        prefixCount = position - start;
                        return;
                    }
                    rex = next;
                    position++;
                    continue;
                }
            }
            rex = 0;
            position++;
        }
        prefixCount = position - start;
    }

    /** SDM vol. 2, 2.3.5: the two-byte and the three-byte prefix with R, X, B and vvvv inverted. */
    private boolean vex(boolean three) {
        int first = next();
        int last = three ? next() : first;
        map = three ? first & 0x1f : 1;
        rex = (~first >> 5 & (three ? 7 : 4)) | (three ? last >> 4 & 8 : 0);
        vexRegister = ~last >> 3 & 0xf;
        vexPrefix = last & 3;
        vectorBytes = (last & 4) != 0 ? 32 : 16;
        opcode = next();
        if (map < 1 || map > 3 || truncated) {
            return false;
        }
        if (bits != 64) {
            rex &= 8;
            vexRegister &= 7;
        }
        map += OpcodeTable.VEX;
        return true;
    }

    /** SDM vol. 2, 2.7.1: three bytes behind 62, then opcode and ModR/M, and an immediate where VEX has one too. */
    private boolean evex() {
        map = next() & 7;
        next();
        next();
        opcode = next();
        evex = true;
        return !truncated && map != 0 && map != 4 && map != 7;
    }

    private boolean hasEvexImmediate() {
        return map == 3
                || (map == 1
                        && ((opcode >= 0x70 && opcode <= 0x73)
                                || opcode == 0xc2
                                || (opcode >= 0xc4 && opcode <= 0xc6)));
    }

    /** Whether it is an AVX-512 encoding, of which only the length is known. */
    boolean isEvex() {
        return evex;
    }

    /** The form of the opcode whose conditions hold; null where there is none. */
    @Nullable OpcodeForm form() {
        if (evex) {
            modRm = next();
            return hasEvexImmediate() ? OpcodeForm.EVEX_WITH_IMMEDIATE : OpcodeForm.EVEX;
        }
        int holding = holding();
        for (OpcodeForm form : OpcodeTable.get().forms(map, opcode)) {
            if (form.allows(holding)) {
                if (!form.hasModRm()) {
                    return form;
                }
                if (position < end && form.allowsModRm(code[position] & 0xff)) {
                    modRm = next();
                    return form;
                }
            }
        }
        return null;
    }

    private int holding() {
        int mandatory = isVex() ? vexPrefix : repeat == 0xf3 ? 2 : repeat == 0xf2 ? 3 : operandOverride ? 1 : 0;
        int size = operandBytes();
        int address = addressBytes();
        return MANDATORY[mandatory]
                | ((rex & 8) != 0 ? W1 : W0)
                | (vectorBytes == 32 ? L1 : L0)
                | (bits == 64 ? M64 : M32)
                | (size == 2 ? O16 : size == 4 ? O32 : O64)
                | (address == 2 ? A16 : address == 4 ? A32 : A64)
                | ((rex & 1) == 0 ? NOP : 0);
    }

    boolean isVex() {
        return map >= OpcodeTable.VEX;
    }

    int bits() {
        return bits;
    }

    /** The operand size without what a form says of it. */
    int operandBytes() {
        if (bits == 64) {
            return (rex & 8) != 0 ? 8 : operandOverride ? 2 : 4;
        }
        return (bits == 16) == operandOverride ? 4 : 2;
    }

    /** The operand size of a form. */
    int operandBytes(OpcodeForm form) {
        if (bits == 64 && (form.isForcedWide() || (form.isWide() && !operandOverride))) {
            return 8;
        }
        boolean mandatory = operandOverride && form.requires(MANDATORY[1]);
        return mandatory && (rex & 8) == 0 && bits != 16 ? 4 : operandBytes();
    }

    int addressBytes() {
        return switch (bits) {
            case 64 -> addressOverride ? 4 : 8;
            case 32 -> addressOverride ? 2 : 4;
            default -> addressOverride ? 4 : 2;
        };
    }

    int vectorBytes() {
        return vectorBytes;
    }

    /** The number of prefix bytes. */
    int prefixCount() {
        return prefixCount;
    }

    /** A prefix byte, from 0. */
    int prefix(int index) {
        return code[start + index] & 0xff;
    }

    /** The segment override that counts, or 0: in 64-bit code only FS and GS do (SDM vol. 1, 3.4.2.1). */
    int segment() {
        return bits == 64 && segment < 0x64 ? 0 : segment;
    }

    /** The last of F2 and F3, or 0. */
    int repeat() {
        return repeat;
    }

    boolean hasRex() {
        return rex != 0;
    }

    boolean w() {
        return (rex & 8) != 0;
    }

    int opcode() {
        return opcode;
    }

    int modRm() {
        return modRm;
    }

    boolean isMemory() {
        return modRm < 0xc0;
    }

    /** The register number in ModR/M.reg. */
    int reg() {
        return (modRm >> 3 & 7) | (rex & 4) << 1;
    }

    /** The register number in ModR/M.rm. */
    int rm() {
        return (modRm & 7) | (rex & 1) << 3;
    }

    /** The register number in the opcode. */
    int opcodeRegister() {
        return (opcode & 7) | (rex & 1) << 3;
    }

    /** The register number in VEX.vvvv. */
    int vexRegister() {
        return vexRegister;
    }

    /** What REX.X adds to the index. */
    int indexHigh() {
        return (rex & 2) << 2;
    }

    /** What REX.B adds to the base. */
    int baseHigh() {
        return (rex & 1) << 3;
    }

    /** The next byte; marks the encoding truncated where there is none. */
    int next() {
        if (position >= end) {
            truncated = true;
            position++;
            return 0;
        }
        return code[position++] & 0xff;
    }

    private int peek() {
        return position < end ? code[position] : 0;
    }

    /** A little-endian number, sign-extended. */
    long signed(int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) next() << (8 * i);
        }
        int unused = 64 - 8 * bytes;
        return value << unused >> unused;
    }

    /** Whether more bytes were asked for than there are. */
    boolean isTruncated() {
        return truncated;
    }

    /** The bytes read so far. */
    int length() {
        return position - start;
    }
}
