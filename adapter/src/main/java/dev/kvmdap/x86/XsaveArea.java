package dev.kvmdap.x86;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where the XSAVE area keeps registers, in its standard format (SDM vol. 1, 13.4): the x87 and SSE state lie where FXSAVE puts
 * them, the other state components where CPUID says.
 */
public final class XsaveArea {

    /** Number of the x87 state component. */
    public static final int X87 = 0;
    /** Number of the SSE state component: XMM registers and MXCSR. */
    public static final int SSE = 1;
    /** Number of the AVX state component: the upper halves of YMM registers. */
    public static final int AVX = 2;
    /** Number of the component of the AVX-512 mask registers. */
    public static final int OPMASK = 5;
    /** Number of the component of the upper halves of ZMM0 to ZMM15. */
    public static final int ZMM_HIGH = 6;
    /** Number of the component of ZMM16 to ZMM31. */
    public static final int HIGH_ZMM = 7;
    /** Number of the component of PKRU. */
    public static final int PKRU = 9;

    /** Offset of the x87 control word, two bytes. */
    public static final int FCW = 0;
    /** Offset of the x87 status word, two bytes. */
    public static final int FSW = 2;
    /** Offset of the abridged tag word, one byte: a bit for each physical register that is not empty. */
    public static final int FTW = 4;
    /** Offset of the last x87 opcode, two bytes. */
    public static final int FOP = 6;
    /** Offset of the last x87 instruction's address, eight bytes. */
    public static final int FIP = 8;
    /** Offset of the last x87 operand's address, eight bytes. */
    public static final int FDP = 16;
    /** Offset of MXCSR, four bytes. */
    public static final int MXCSR = 24;
    /** Offset of ST0; each further one 16 bytes behind. */
    public static final int ST = 32;
    /** Offset of XMM0; each further one 16 bytes behind. */
    public static final int XMM = 160;
    /** Offset of XSTATE_BV: a bit for each component that is not in its initial state. */
    public static final int XSTATE_BV = 512;

    private static final int LEAF = 0xd;
    private static final int FIRST_EXTENDED = 2;
    private static final int LAST = 62;

    private final Map<Integer, Integer> offsets = new HashMap<>();

    /** Answers CPUID of the processor whose area it is. */
    public interface Cpuid {

        /** A register of an answer; 0 where there is no such leaf. */
        int answer(int leaf, int subleaf, CpuidRegister register);
    }

    /** The area of a processor. */
    public XsaveArea(Cpuid cpuid) {
        if ((cpuid.answer(1, 0, CpuidRegister.EDX) & 1) != 0) {
            offsets.put(X87, 0);
        }
        if ((cpuid.answer(1, 0, CpuidRegister.EDX) & 1 << 25) != 0) {
            offsets.put(SSE, XMM);
        }
        for (int component = FIRST_EXTENDED; component <= LAST; component++) {
            CpuidRegister half = component < Integer.SIZE ? CpuidRegister.EAX : CpuidRegister.EDX;
            boolean offered = (cpuid.answer(LEAF, 0, half) >>> (component % Integer.SIZE) & 1) != 0;
            int offset = cpuid.answer(LEAF, component, CpuidRegister.EBX);
            if (offered && offset > 0) {
                offsets.put(component, offset);
            }
        }
    }

    /** The offset of a state component; empty where the processor has none. */
    public Optional<Integer> offset(int component) {
        return Optional.ofNullable(offsets.get(component));
    }

    /** Whether the processor has a state component. */
    public boolean has(int component) {
        return offsets.containsKey(component);
    }
}
