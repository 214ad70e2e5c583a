package dev.kvmdap.x86;

import static dev.kvmdap.x86.X86Exception.BOUND_RANGE;
import static dev.kvmdap.x86.X86Exception.DEVICE_NOT_AVAILABLE;
import static dev.kvmdap.x86.X86Exception.DIVIDE_ERROR;
import static dev.kvmdap.x86.X86Exception.FLOATING_POINT;
import static dev.kvmdap.x86.X86Exception.GENERAL_PROTECTION;
import static dev.kvmdap.x86.X86Exception.INVALID_OPCODE;
import static dev.kvmdap.x86.X86Exception.INVALID_TSS;
import static dev.kvmdap.x86.X86Exception.PAGE_FAULT;
import static dev.kvmdap.x86.X86Exception.SEGMENT_NOT_PRESENT;
import static dev.kvmdap.x86.X86Exception.SIMD_FLOATING_POINT;
import static dev.kvmdap.x86.X86Exception.STACK_FAULT;

import java.util.List;

/**
 * Which faults an instruction can raise, by its opcode (SDM vol. 2, the exceptions of each instruction, and appendix A). Where there
 * is room for some of them only, the first ones count most.
 *
 * @param faults in the order of their weight
 */
public record PossibleFaults(List<X86Exception> faults) {

    /** Any instruction: its code or its data is not there or not allowed, or it is no instruction at all. */
    static final PossibleFaults ANY =
            new PossibleFaults(List.of(PAGE_FAULT, GENERAL_PROTECTION, INVALID_OPCODE, STACK_FAULT));

    /** DIV, IDIV and AAM. */
    static final PossibleFaults DIVISION =
            new PossibleFaults(List.of(DIVIDE_ERROR, PAGE_FAULT, GENERAL_PROTECTION, STACK_FAULT));

    /** BOUND. */
    static final PossibleFaults BOUND =
            new PossibleFaults(List.of(BOUND_RANGE, PAGE_FAULT, GENERAL_PROTECTION, STACK_FAULT));

    /** What loads a segment register, the task register or the LDT's; interrupts and far transfers among it. */
    static final PossibleFaults SEGMENT = new PossibleFaults(
            List.of(GENERAL_PROTECTION, SEGMENT_NOT_PRESENT, PAGE_FAULT, STACK_FAULT, INVALID_TSS, INVALID_OPCODE));

    /** x87. */
    static final PossibleFaults X87 = new PossibleFaults(
            List.of(DEVICE_NOT_AVAILABLE, PAGE_FAULT, FLOATING_POINT, GENERAL_PROTECTION, STACK_FAULT));

    /** MMX, SSE, AVX and the rest of the two- and three-byte maps. */
    static final PossibleFaults EXTENDED = new PossibleFaults(List.of(
            INVALID_OPCODE, PAGE_FAULT, GENERAL_PROTECTION, DEVICE_NOT_AVAILABLE, SIMD_FLOATING_POINT, STACK_FAULT));

    public PossibleFaults {
        faults = List.copyOf(faults);
    }

    /**
     * Those of an instruction.
     *
     * @param opcode its first opcode byte, behind the prefixes
     * @param next the byte behind that: a second opcode byte, or ModR/M
     * @param codeWidth 16, 32 or 64
     */
    static PossibleFaults of(int opcode, int next, int codeWidth) {
        boolean wide = codeWidth == 64;
        boolean inRegister = next >= 0xc0;
        int reg = next >> 3 & 7;
        return switch (opcode) {
            case 0x0f -> ofTwoByteOpcode(next);
            case 0x62 -> wide || inRegister ? EXTENDED : BOUND;
            case 0xc4, 0xc5 -> wide || inRegister ? EXTENDED : SEGMENT;
            case 0xd4 -> DIVISION;
            case 0xf6, 0xf7 -> reg >= 6 ? DIVISION : ANY;
            case 0x9b, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf -> X87;
            case 0x07, 0x17, 0x1f, 0x8e, 0x9a, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xea, 0xf1 -> SEGMENT;
            case 0xff -> reg == 3 || reg == 5 ? SEGMENT : ANY;
            default -> ANY;
        };
    }

    private static PossibleFaults ofTwoByteOpcode(int opcode) {
        return switch (opcode) {
            case 0x00, 0xa1, 0xa9, 0xb2, 0xb4, 0xb5 -> SEGMENT;
            case 0x01, 0x02, 0x03, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0b, 0x20, 0x21, 0x22, 0x23, 0x30, 0x31, 0x32, 0x33 ->
                ANY;
            default -> (opcode >= 0x80 && opcode < 0xc2) || (opcode >= 0xc8 && opcode < 0xd0) ? ANY : EXTENDED;
        };
    }
}
