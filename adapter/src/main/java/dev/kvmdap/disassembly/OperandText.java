package dev.kvmdap.disassembly;

import dev.kvmdap.disassembly.Operand.FarPointer;
import dev.kvmdap.disassembly.Operand.Immediate;
import dev.kvmdap.disassembly.Operand.Memory;
import dev.kvmdap.disassembly.Operand.RegisterOperand;
import dev.kvmdap.disassembly.Operand.Target;
import java.util.List;
import java.util.Set;

/** Writes operands as the GNU tools do in either syntax. */
final class OperandText {

    /** Those that AT&T's syntax does not turn round. */
    private static final Set<String> IN_INTELS_ORDER = Set.of("enter", "bound");

    private static final Set<String> PORT_ACCESS = Set.of("in", "out", "ins", "outs");

    private OperandText() {}

    /** All operands of an instruction, in the syntax's order. */
    static String of(DecodedInstruction instruction, Syntax syntax) {
        List<Operand> operands = instruction.operands();
        String mnemonic = instruction.names().intel();
        boolean reversed = syntax == Syntax.ATT && !IN_INTELS_ORDER.contains(mnemonic);
        if (syntax == Syntax.ATT && isShiftByOne(operands)) {
            operands = operands.subList(0, 1);
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < operands.size(); i++) {
            Operand operand = operands.get(reversed ? operands.size() - 1 - i : i);
            if (i > 0) {
                text.append(',');
            }
            if (syntax == Syntax.INTEL) {
                intel(operand, text);
            } else {
                text.append(isIndirect(instruction, operand) ? "*" : "");
                att(operand, PORT_ACCESS.contains(mnemonic), text);
            }
        }
        return text.toString();
    }

    /** AT&T's syntax leaves out the count that the opcode implies. */
    private static boolean isShiftByOne(List<Operand> operands) {
        return operands.size() == 2 && operands.get(1) instanceof Immediate count && count.bytes() == 0;
    }

    /** AT&T's syntax marks a jump or call through a register or memory by a star. */
    private static boolean isIndirect(DecodedInstruction instruction, Operand operand) {
        return (instruction.kind() == DecodedInstruction.Kind.JUMP
                        || instruction.kind() == DecodedInstruction.Kind.CALL)
                && (operand instanceof RegisterOperand || operand instanceof Memory);
    }

    private static void intel(Operand operand, StringBuilder text) {
        if (operand instanceof RegisterOperand register) {
            text.append(register.name());
        } else if (operand instanceof Immediate immediate) {
            text.append(number(immediate));
        } else if (operand instanceof Target target) {
            text.append(hex(target.linear()));
        } else if (operand instanceof FarPointer far) {
            text.append(hex(far.selector())).append(':').append(hex(far.offset()));
        } else if (operand instanceof Memory memory) {
            intelMemory(memory, text);
        }
    }

    private static void intelMemory(Memory memory, StringBuilder text) {
        text.append(
                switch (memory.bytes()) {
                    case 1 -> "BYTE PTR ";
                    case 2 -> "WORD PTR ";
                    case 4 -> "DWORD PTR ";
                    case 6 -> "FWORD PTR ";
                    case 8 -> "QWORD PTR ";
                    case 10 -> "TBYTE PTR ";
                    case 16 -> "XMMWORD PTR ";
                    case 32 -> "YMMWORD PTR ";
                    case 64 -> "ZMMWORD PTR ";
                    default -> "";
                });
        if (memory.isAbsolute()) {
            text.append(memory.segment().isEmpty() ? "ds" : memory.segment())
                    .append(':')
                    .append(hex(memory.displacement()));
            return;
        }
        if (!memory.segment().isEmpty()) {
            text.append(memory.segment()).append(':');
        }
        text.append('[').append(memory.base());
        if (!memory.index().isEmpty()) {
            text.append(memory.base().isEmpty() ? "" : "+").append(memory.index());
            if (memory.scale() > 0) {
                text.append('*').append(memory.scale());
            }
        }
        if (memory.shown()) {
            text.append(memory.displacement() < 0 ? "-" : "+").append(hex(Math.abs(memory.displacement())));
        }
        text.append(']');
    }

    private static void att(Operand operand, boolean accessesPort, StringBuilder text) {
        if (operand instanceof RegisterOperand register) {
            attRegister(register.name(), accessesPort, text);
        } else if (operand instanceof Immediate immediate) {
            text.append('$').append(number(immediate));
        } else if (operand instanceof Target target) {
            text.append(hex(target.linear()));
        } else if (operand instanceof FarPointer far) {
            text.append('$').append(hex(far.selector())).append(",$").append(hex(far.offset()));
        } else if (operand instanceof Memory memory) {
            attMemory(memory, text);
        }
    }

    /** A port number in DX is written as if it were an address, and DR0 to DR7 by an older name. */
    private static void attRegister(String name, boolean accessesPort, StringBuilder text) {
        if (accessesPort && name.equals("dx")) {
            text.append("(%dx)");
        } else {
            text.append('%').append(name.startsWith("dr") ? "db" + name.substring(2) : name);
        }
    }

    private static void attMemory(Memory memory, StringBuilder text) {
        if (!memory.segment().isEmpty()) {
            text.append('%').append(memory.segment()).append(':');
        }
        if (memory.isAbsolute()) {
            text.append(hex(memory.displacement()));
            return;
        }
        if (memory.shown()) {
            text.append(memory.displacement() < 0 ? "-" : "").append(hex(Math.abs(memory.displacement())));
        }
        text.append('(').append(memory.base().isEmpty() ? "" : "%" + memory.base());
        if (!memory.index().isEmpty()) {
            text.append(",%").append(memory.index());
            if (memory.scale() > 0) {
                text.append(',').append(memory.scale());
            }
        }
        text.append(')');
    }

    /** The count of a shift by one is part of its opcode, and written as the manuals write it. */
    private static String number(Immediate immediate) {
        return immediate.bytes() == 0 ? Long.toString(immediate.value()) : hex(immediate.value());
    }

    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
