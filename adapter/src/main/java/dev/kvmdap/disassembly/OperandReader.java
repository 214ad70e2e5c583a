package dev.kvmdap.disassembly;

import dev.kvmdap.disassembly.Operand.FarPointer;
import dev.kvmdap.disassembly.Operand.Immediate;
import dev.kvmdap.disassembly.Operand.Memory;
import dev.kvmdap.disassembly.Operand.RegisterOperand;
import dev.kvmdap.disassembly.Operand.Target;
import java.util.ArrayList;
import java.util.List;

/** Reads the operands of an instruction whose form is known. */
final class OperandReader {

    private static final String[] BASE_16 = {"bx", "bx", "bp", "bp", "si", "di", "bp", "bx"};
    private static final String[] INDEX_16 = {"si", "di", "si", "di", "", "", "", ""};

    private final Encoding encoding;
    private long address;
    private CodeSegment segment = new CodeSegment(0, 64);
    private int operandBytes;
    private String override = "";
    private boolean overrideUsed;

    // What ModR/M says of memory; its size follows from the operand.
    private String base = "";
    private String index = "";
    private int scale;
    private long displacement;
    private boolean shown;
    private long branch;

    OperandReader(Encoding encoding) {
        this.encoding = encoding;
    }

    /** Reads past all operands, so that the encoding's length is the instruction's. */
    void skip(OpcodeForm form) {
        operandBytes = encoding.operandBytes(form);
        if (form.hasModRm() && encoding.isMemory() && !isRegisterOnly(form)) {
            memory();
        }
        for (OperandCode code : form.operands()) {
            encoding.signed(immediateBytes(code));
            if (code.method() == 'A') {
                encoding.signed(2);
            }
        }
    }

    /** MOV to and from control and debug registers takes any mod for a register (SDM vol. 2, MOV). */
    private static boolean isRegisterOnly(OpcodeForm form) {
        for (OperandCode code : form.operands()) {
            if (code.method() == 'C' || code.method() == 'D') {
                return true;
            }
        }
        return false;
    }

    private int immediateBytes(OperandCode code) {
        return switch (code.method()) {
            case 'A' -> operandBytes;
            case 'I', 'J' -> code.size() == 's' ? 1 : code.size() == 'z' ? Math.min(4, operandBytes) : bytes(code);
            case 'L' -> 1;
            case 'O' -> encoding.addressBytes();
            default -> 0;
        };
    }

    /**
     * Reads the operands.
     *
     * @param linear the linear address of the instruction
     */
    List<Operand> read(OpcodeForm form, long linear, CodeSegment codeSegment) {
        address = linear;
        segment = codeSegment;
        operandBytes = encoding.operandBytes(form);
        override = RegisterNumbers.override(encoding.segment());
        overrideUsed = false;
        if (form.hasModRm() && encoding.isMemory() && !isRegisterOnly(form)) {
            memory();
        }
        OperandCode[] codes = form.operands();
        List<Operand> operands = new ArrayList<>(codes.length);
        for (OperandCode code : codes) {
            operands.add(operand(code));
        }
        return operands;
    }

    /** Whether an operand shows the segment override. */
    boolean isOverrideUsed() {
        return overrideUsed;
    }

    private Operand operand(OperandCode code) {
        return switch (code.method()) {
            case 'A' -> far();
            case 'B' -> general(encoding.vexRegister(), code);
            case 'C' -> register("cr" + encoding.reg());
            case 'D' -> register("dr" + encoding.reg());
            case 'E' -> encoding.isMemory() ? memory(code) : general(encoding.rm(), code);
            case 'G' -> general(encoding.reg(), code);
            case 'H' -> vector(encoding.vexRegister(), code);
            case 'I' -> immediate(code);
            case 'J' -> target(code);
            case 'K' -> mask(code);
            case 'L' -> vector(encoding.next() >> 4 & (encoding.bits() == 64 ? 15 : 7), code);
            case 'M' -> memory(code);
            case 'N' -> register("mm" + (encoding.rm() & 7));
            case 'O' -> offset(code);
            case 'P' -> register("mm" + (encoding.reg() & 7));
            case 'Q' -> encoding.isMemory() ? memory(code) : register("mm" + (encoding.rm() & 7));
            case 'R' -> general(encoding.rm(), code);
            case 'S' -> register(RegisterNumbers.segment(encoding.reg()));
            case 'T' -> string("bx", code, true);
            case 'U' -> vector(encoding.rm(), code);
            case 'V' -> vector(encoding.reg(), code);
            case 'W' -> encoding.isMemory() ? memory(code) : vector(encoding.rm(), code);
            case 'X' -> string("si", code, true);
            case 'Y' -> string("di", code, false);
            case 'Z' -> general(encoding.opcodeRegister(), code);
            default -> named(code.name());
        };
    }

    private Operand named(String name) {
        return switch (name) {
            case "1" -> new Immediate(1, 0);
            case "rAX" -> general(0, operandBytes);
            case "eAX" -> general(0, Math.min(4, operandBytes));
            case "aAX" -> general(0, encoding.addressBytes());
            case "st(i)" -> register("st(" + (encoding.modRm() & 7) + ")");
            default -> register(name);
        };
    }

    private static Operand register(String name) {
        return new RegisterOperand(name);
    }

    private Operand general(int number, OperandCode code) {
        return general(number, bytes(code));
    }

    private Operand general(int number, int bytes) {
        return register(RegisterNumbers.general(number, bytes, encoding.hasRex()));
    }

    private Operand vector(int number, OperandCode code) {
        return register(RegisterNumbers.vector(number, bytes(code)));
    }

    private Operand mask(OperandCode code) {
        int number = switch (code.size()) {
            case 'g' -> encoding.reg();
            case 'v' -> encoding.vexRegister();
            default -> encoding.rm();
        };
        return register("k" + (number & 7));
    }

    /** The size of an operand in bytes; 0 where it has none. */
    private int bytes(OperandCode code) {
        return switch (code.size()) {
            case 'b' -> 1;
            case 'w' -> 2;
            case 'd' -> 4;
            case 'q' -> 8;
            case 'o' -> 16;
            case 't' -> 10;
            case 'v', 's' -> operandBytes;
            case 'z' -> Math.min(4, operandBytes);
            case 'y' -> encoding.w() ? 8 : 4;
            case 'r' -> encoding.bits() == 64 ? 8 : 4;
            case 'a' -> code.method() == 'M' ? 2 * operandBytes : encoding.addressBytes();
            case 'p' -> 2 + operandBytes;
            case 'x' -> encoding.vectorBytes();
            case 'k' -> encoding.vectorBytes() / 2;
            case 'j' -> encoding.vectorBytes() / 4;
            case 'i' -> encoding.vectorBytes() / 8;
            default -> 0;
        };
    }

    private Operand immediate(OperandCode code) {
        int extended = code.size() == 'z' || code.size() == 's' ? operandBytes : bytes(code);
        long value = encoding.signed(immediateBytes(code));
        return new Immediate(cut(value, extended), extended);
    }

    private Operand target(OperandCode code) {
        branch = encoding.signed(immediateBytes(code));
        return new Target(segment.target(segment.plus(address, encoding.length()), branch, operandBytes));
    }

    private Operand far() {
        long offset = cut(encoding.signed(operandBytes), operandBytes);
        return new FarPointer((int) encoding.signed(2) & 0xffff, offset);
    }

    private Operand offset(OperandCode code) {
        int size = encoding.addressBytes();
        return withSegment("", "", 0, cut(encoding.signed(size), size), true, bytes(code));
    }

    private Operand string(String low, OperandCode code, boolean overridable) {
        String register = switch (encoding.addressBytes()) {
            case 2 -> low;
            case 4 -> "e" + low;
            default -> "r" + low;
        };
        overrideUsed |= overridable && !override.isEmpty();
        String shownSegment = overridable ? override.isEmpty() ? "ds" : override : "es";
        return new Memory(shownSegment, register, "", 0, 0, false, bytes(code));
    }

    private Operand memory(OperandCode code) {
        return withSegment(base, index, scale, displacement, shown, bytes(code));
    }

    private Operand withSegment(
            String baseName, String indexName, int factor, long distance, boolean isShown, int bytes) {
        overrideUsed |= !override.isEmpty();
        return new Memory(override, baseName, indexName, factor, distance, isShown, bytes);
    }

    /** Reads what follows ModR/M: SIB and displacement (SDM vol. 2, 2.1.5). */
    private void memory() {
        int mod = encoding.modRm() >> 6;
        int rm = encoding.modRm() & 7;
        index = "";
        scale = 0;
        int size = encoding.addressBytes();
        if (size == 2) {
            boolean absolute = mod == 0 && rm == 6;
            base = absolute ? "" : BASE_16[rm];
            index = absolute ? "" : INDEX_16[rm];
            displace(absolute ? 2 : mod, mod != 0 || absolute);
        } else if (rm == 4) {
            scaled(mod, size);
        } else {
            boolean relative = mod == 0 && rm == 5;
            base = !relative
                    ? RegisterNumbers.general(encoding.rm(), size, true)
                    : encoding.bits() == 64 ? size == 8 ? "rip" : "eip" : "";
            displace(mod == 1 ? 1 : mod == 2 || relative ? 4 : 0, mod != 0 || relative);
        }
        if (base.isEmpty() && index.isEmpty()) {
            displacement = cut(displacement, size);
        }
    }

    private void scaled(int mod, int size) {
        int sib = encoding.next();
        int indexNumber = (sib >> 3 & 7) | encoding.indexHigh();
        int baseNumber = sib & 7;
        boolean noBase = mod == 0 && baseNumber == 5;
        base = noBase ? "" : RegisterNumbers.general(baseNumber | encoding.baseHigh(), size, true);
        if (indexNumber != 4) {
            index = RegisterNumbers.general(indexNumber, size, true);
            scale = 1 << (sib >> 6);
        } else if (sib >> 6 != 0 || (!noBase && baseNumber != 4) || (noBase && encoding.bits() != 64)) {
            index = size == 8 ? "riz" : "eiz";
            scale = 1 << (sib >> 6);
        }
        displace(mod == 1 ? 1 : mod == 2 || noBase ? 4 : 0, mod != 0 || noBase);
    }

    private void displace(int bytes, boolean isShown) {
        displacement = encoding.signed(bytes);
        shown = isShown;
    }

    private static long cut(long value, int bytes) {
        return bytes >= 8 || bytes == 0 ? value : value & ((1L << (8 * bytes)) - 1);
    }
}
