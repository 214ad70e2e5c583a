package dev.kvmdap.x86;

/**
 * The tag word of the x87 (SDM vol. 1, 8.1.7): two bits for each physical register. The XSAVE area keeps one bit of them; the
 * other is found in the register's content, as FXRSTOR and FNSTENV do (SDM vol. 1, 10.5.1.1).
 */
public final class X87Tags {

    private static final int VALID = 0;
    private static final int ZERO = 1;
    private static final int SPECIAL = 2;
    private static final int EMPTY = 3;
    private static final int REGISTERS = 8;
    private static final int SPACING = 16;
    private static final int EXPONENT = 0x7fff;

    private X87Tags() {}

    /** The tag word of an XSAVE area, R0 lowest. */
    public static int word(byte[] area) {
        int word = 0;
        for (int physical = 0; physical < REGISTERS; physical++) {
            word |= tag(area, physical) << (2 * physical);
        }
        return word;
    }

    /** Whether ST{@code number} is empty. */
    public static boolean isEmpty(byte[] area, int number) {
        return (area[XsaveArea.FTW] >>> ((top(area) + number) % REGISTERS) & 1) == 0;
    }

    /** The abridged tag word: a bit for each physical register that is not empty. */
    public static byte abridged(long word) {
        int bits = 0;
        for (int physical = 0; physical < REGISTERS; physical++) {
            bits |= (word >>> (2 * physical) & 3) == EMPTY ? 0 : 1 << physical;
        }
        return (byte) bits;
    }

    private static int top(byte[] area) {
        return area[XsaveArea.FSW + 1] >>> 3 & 7;
    }

    private static int tag(byte[] area, int physical) {
        if ((area[XsaveArea.FTW] >>> physical & 1) == 0) {
            return EMPTY;
        }
        int at = XsaveArea.ST + SPACING * ((physical - top(area) + REGISTERS) % REGISTERS);
        long significand = 0;
        for (int i = Long.BYTES - 1; i >= 0; i--) {
            significand = significand << Byte.SIZE | (area[at + i] & 0xff);
        }
        int exponent = ((area[at + 8] & 0xff) | ((area[at + 9] & 0xff) << 8)) & EXPONENT;
        if (exponent == 0 && significand == 0) {
            return ZERO;
        }
        return exponent == 0 || exponent == EXPONENT || significand >= 0 ? SPECIAL : VALID;
    }
}
