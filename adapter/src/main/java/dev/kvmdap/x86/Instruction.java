package dev.kvmdap.x86;

/**
 * The instruction at RIP, decoded just far enough to plan a step: what kind it is, and for every kind but
 * {@link InstructionKind#OTHER} how long. Decoded anew in place for each step, so that stepping allocates nothing; one
 * thread uses it at a time. Opcodes are those of SDM vol. 2, appendix A.
 */
public final class Instruction {

    /** The longest instruction there is, in bytes (SDM vol. 2, 2.3.11). */
    public static final int MAX_BYTES = 15;

    private static final int END = -1;
    private static final int REX_W = 0x8;
    private static final int IN_DX = -1;
    private static final int ICEBP = 0xf1;

    private byte[] code = new byte[0];
    private int available;
    private int width;
    private int position;
    private boolean operandOverride;
    private boolean addressOverride;
    private boolean locked;
    private boolean repeated;
    private int rex;

    private InstructionKind kind = InstructionKind.OTHER;
    private int length;
    private int vector;
    private boolean portAccess;
    private int portOpcode;
    private int immediatePort;
    private int segmentPrefix;
    private int opcodeEnd;

    /**
     * Decodes an instruction.
     *
     * @param code bytes from RIP on, read during the call only
     * @param available how many of them there are; fewer than {@link #MAX_BYTES} where the next page is not mapped
     * @param codeWidth 16, 32 or 64: the default operand and address size that CS selects
     * @return its kind, as {@link #kind} says from now on
     */
    public InstructionKind decode(byte[] code, int available, int codeWidth) {
        this.code = code;
        this.available = Math.min(available, MAX_BYTES);
        width = codeWidth;
        position = 0;
        portAccess = false;
        int opcode = prefixes();
        opcodeEnd = position;
        kind = opcode == END || locked ? InstructionKind.OTHER : oneByteOpcode(opcode);
        if (position > this.available) {
            kind = InstructionKind.OTHER;
        }
        length = kind == InstructionKind.OTHER ? 0 : position;
        return kind;
    }

    /** The kind of the instruction decoded last. */
    public InstructionKind kind() {
        return kind;
    }

    /** Its length in bytes: the next instruction begins at RIP + length. 0 for {@link InstructionKind#OTHER}. */
    public int length() {
        return length;
    }

    /** The vector that an {@link InstructionKind#INT} raises; -1 for other kinds. */
    public int vector() {
        return kind == InstructionKind.INT ? vector : -1;
    }

    /** Whether an {@link InstructionKind#INT} is INT1, also named ICEBP, which raises #DB as an exception. */
    public boolean isIcebp() {
        return kind == InstructionKind.INT && byteAt(opcodeEnd - 1) == ICEBP;
    }

    /** Whether it reads or writes an I/O port, once or under REP. */
    public boolean accessesPort() {
        return portAccess && kind != InstructionKind.OTHER;
    }

    /** Whether {@link #accessesPort the port} is written: OUT or OUTS. */
    public boolean writesPort() {
        return (portOpcode & 2) != 0;
    }

    /** The bytes in each access to {@link #accessesPort the port}: 1, 2 or 4 (64-bit operands do not exist). */
    public int portBytes() {
        if ((portOpcode & 1) == 0) {
            return 1;
        }
        return (width == 16) == operandOverride ? 4 : 2;
    }

    /** The port that the instruction names itself; -1 where it is in DX. */
    public int immediatePort() {
        return immediatePort;
    }

    /** Whether the port's data is in memory: INS or OUTS. */
    public boolean isStringOnPort() {
        return accessesPort() && portOpcode < 0x70;
    }

    /** Whether a string instruction goes on until its count is 0. */
    public boolean isRepeated() {
        return repeated;
    }

    /** The address size in bits: how wide SI, DI and CX are to a string instruction. */
    public int addressBits() {
        return switch (width) {
            case 16 -> addressOverride ? 32 : 16;
            case 32 -> addressOverride ? 16 : 32;
            default -> addressOverride ? 32 : 64;
        };
    }

    /** The segment prefix, an opcode byte such as 0x26 for ES; 0 where there is none. */
    public int segmentPrefix() {
        return segmentPrefix;
    }

    /** Which faults it can raise. */
    public PossibleFaults possibleFaults() {
        return PossibleFaults.of(byteAt(opcodeEnd - 1), byteAt(opcodeEnd), width);
    }

    /**
     * The operand size in bytes of a near or far transfer, a PUSHF, POPF or IRET: how wide the return address, the
     * pushed CS and the flags image on the stack are. In 64-bit mode near transfers have 8 bytes, whatever prefix they
     * carry, as on Intel processors; the flags have 8, with an operand-size prefix 2.
     */
    public int operandBytes() {
        if (width != 64) {
            return (width == 16) == operandOverride ? 4 : 2;
        }
        return switch (kind) {
            case CALL, RET -> 8;
            case PUSHF, POPF -> operandOverride ? 2 : 8;
            default -> (rex & REX_W) != 0 ? 8 : operandOverride ? 2 : 4;
        };
    }

    /** How many bytes a CALL of either kind leaves on the stack for its return; 0 for other kinds. */
    public int returnAddressBytes() {
        return switch (kind) {
            case CALL -> operandBytes();
            case CALL_FAR -> 2 * operandBytes();
            default -> 0;
        };
    }

    /** Skips the prefixes (SDM vol. 2, 2.1.1 and 2.2.1): the first opcode byte, or END. */
    private int prefixes() {
        operandOverride = false;
        addressOverride = false;
        locked = false;
        repeated = false;
        segmentPrefix = 0;
        rex = 0;
        while (true) {
            int next = next();
            switch (next) {
                case 0x66 -> operandOverride = true;
                case 0x67 -> addressOverride = true;
                case 0xf0 -> locked = true;
                case 0xf2, 0xf3 -> repeated = true;
                case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65 -> segmentPrefix = next;
                default -> {
                    if (width != 64 || (next & ~0xf) != 0x40) {
                        return next;
                    }
                    rex = next;
                    continue;
                }
            }
            rex = 0;
        }
    }

    private InstructionKind oneByteOpcode(int opcode) {
        return switch (opcode) {
            case 0x0f -> twoByteOpcode(next());
            case 0x17 -> inLegacyModes(InstructionKind.LOAD_SS);
            case 0x6c, 0x6d -> stringOnPort(opcode, InstructionKind.PORT_IN);
            case 0x6e, 0x6f -> stringOnPort(opcode, InstructionKind.PORT_OUT);
            case 0x8e -> moveToSegment();
            case 0x9a -> inLegacyModes(farPointer(InstructionKind.CALL_FAR));
            case 0x9c -> InstructionKind.PUSHF;
            case 0x9d -> InstructionKind.POPF;
            case 0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf ->
                repeated ? InstructionKind.REP_STRING : InstructionKind.OTHER;
            case 0xc2 -> skip(2, InstructionKind.RET);
            case 0xc3 -> InstructionKind.RET;
            case 0xca -> skip(2, InstructionKind.RET_FAR);
            case 0xcb -> InstructionKind.RET_FAR;
            case 0xcc -> interrupt(3);
            case 0xcd -> interrupt(next());
            case 0xce -> inLegacyModes(interrupt(4));
            case 0xcf -> InstructionKind.IRET;
            case 0xe4, 0xe5 -> port(opcode, next(), InstructionKind.PORT_IN);
            case 0xe6, 0xe7 -> port(opcode, next(), InstructionKind.PORT_OUT);
            case 0xe8 -> skip(nearDisplacementBytes(), InstructionKind.CALL);
            case 0xea -> inLegacyModes(farPointer(InstructionKind.JMP_FAR));
            case 0xec, 0xed -> port(opcode, IN_DX, InstructionKind.PORT_IN);
            case 0xee, 0xef -> port(opcode, IN_DX, InstructionKind.PORT_OUT);
            case ICEBP -> interrupt(1);
            case 0xf4 -> InstructionKind.HLT;
            case 0xfb -> InstructionKind.STI;
            case 0xff -> group5();
            default -> InstructionKind.OTHER;
        };
    }

    private InstructionKind twoByteOpcode(int opcode) {
        return switch (opcode) {
            case 0x01 -> group7();
            case 0x05 -> InstructionKind.SYSCALL;
            case 0x07 -> InstructionKind.SYSRET;
            case 0x21, 0x23 -> skip(1, InstructionKind.MOV_DR);
            case 0x22 -> skip(1, InstructionKind.MOV_TO_CR);
            case 0x34 -> InstructionKind.SYSENTER;
            case 0x35 -> InstructionKind.SYSEXIT;
            default -> InstructionKind.OTHER;
        };
    }

    private InstructionKind group5() {
        int modRm = modRm();
        if (modRm == END) {
            return InstructionKind.OTHER;
        }
        boolean memory = modRm < 0xc0;
        return switch (reg(modRm)) {
            case 2 -> InstructionKind.CALL;
            case 3 -> memory ? InstructionKind.CALL_FAR : InstructionKind.OTHER;
            case 5 -> memory ? InstructionKind.JMP_FAR : InstructionKind.OTHER;
            default -> InstructionKind.OTHER;
        };
    }

    private InstructionKind group7() {
        int modRm = modRm();
        return switch (modRm) {
            case 0xc1, 0xd9 -> InstructionKind.HYPERCALL;
            case END -> InstructionKind.OTHER;
            default -> reg(modRm) == 6 ? InstructionKind.MOV_TO_CR : InstructionKind.OTHER;
        };
    }

    private InstructionKind moveToSegment() {
        int modRm = modRm();
        return modRm != END && reg(modRm) == 2 ? InstructionKind.LOAD_SS : InstructionKind.OTHER;
    }

    private InstructionKind interrupt(int vector) {
        this.vector = vector;
        return InstructionKind.INT;
    }

    private InstructionKind stringOnPort(int opcode, InstructionKind single) {
        return port(opcode, IN_DX, repeated ? InstructionKind.REP_STRING : single);
    }

    private InstructionKind port(int opcode, int port, InstructionKind kind) {
        portAccess = true;
        portOpcode = opcode;
        immediatePort = port;
        return kind;
    }

    private InstructionKind inLegacyModes(InstructionKind kind) {
        return width == 64 ? InstructionKind.OTHER : kind;
    }

    private InstructionKind farPointer(InstructionKind kind) {
        return skip(2 + nearDisplacementBytes(), kind);
    }

    private InstructionKind skip(int bytes, InstructionKind kind) {
        position += bytes;
        return kind;
    }

    private int nearDisplacementBytes() {
        return width == 64 || (width == 16) == operandOverride ? 4 : 2;
    }

    private static int reg(int modRm) {
        return modRm >> 3 & 7;
    }

    /**
     * Reads a ModR/M byte and skips the SIB byte and the displacement that follow it (SDM vol. 2, 2.1.5): the byte, or
     * END.
     */
    private int modRm() {
        int modRm = next();
        if (modRm == END) {
            return END;
        }
        int mod = modRm >> 6;
        int rm = modRm & 7;
        if (mod == 3) {
            return modRm;
        }
        boolean sixteenBits = width == 16 ? !addressOverride : width == 32 && addressOverride;
        if (sixteenBits) {
            position += mod == 0 ? (rm == 6 ? 2 : 0) : mod;
            return modRm;
        }
        int base = rm;
        if (rm == 4) {
            int sib = next();
            base = sib & 7;
        }
        position += mod == 1 ? 1 : mod == 2 || base == 5 ? 4 : 0;
        return modRm;
    }

    private int next() {
        return byteAt(position++);
    }

    private int byteAt(int index) {
        return index < available ? code[index] & 0xff : END;
    }
}
