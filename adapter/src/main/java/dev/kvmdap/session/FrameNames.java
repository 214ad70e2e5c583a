package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;
import dev.kvmdap.engine.Frame;
import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.IntegerType;
import dev.kvmdap.expression.Names;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.symbols.FrameRegisters;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.symbols.Variable;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.RegisterName;
import java.util.List;
import java.util.Optional;

/**
 * What expressions may name in one frame of a stopped guest: its local variables first, and in a caller's frame the registers
 * as they will be when execution returns there.
 */
final class FrameNames implements Names<Cpu> {

    /** The general registers in the order of DWARF's numbers in 64-bit code (System V psABI for x86-64, figure 3.36). */
    private static final List<Register> NUMBERED_64 = List.of(
            Register.RAX,
            Register.RDX,
            Register.RCX,
            Register.RBX,
            Register.RSI,
            Register.RDI,
            Register.RBP,
            Register.RSP,
            Register.R8,
            Register.R9,
            Register.R10,
            Register.R11,
            Register.R12,
            Register.R13,
            Register.R14,
            Register.R15,
            Register.RIP);

    /** The same in 32-bit code (System V psABI for i386, figure 2.14). */
    private static final List<Register> NUMBERED_32 = List.of(
            Register.RAX,
            Register.RCX,
            Register.RDX,
            Register.RBX,
            Register.RSP,
            Register.RBP,
            Register.RSI,
            Register.RDI,
            Register.RIP);

    private final Cpu cpu;
    private final Frame frame;
    private final Symbols symbols;
    private final Names<Cpu> program;

    FrameNames(Cpu cpu, Frame frame, Symbols symbols) {
        this.cpu = cpu;
        this.frame = frame;
        this.symbols = symbols;
        this.program = new ProgramNames(symbols);
    }

    @Override
    public Optional<Operand<Cpu>> register(String name) {
        Optional<RegisterName> known = RegisterName.of(name);
        FrameRegisters registers = frame.registers();
        int number = known.map(register -> numbered(registers).indexOf(register.register()))
                .orElse(-1);
        if (frame.index() == 0 || number < 0) {
            return program.register(name);
        }
        if (!registers.has(number)) {
            throw new UnreadableException(
                    name + " is not known in this frame: the functions it has called may have changed it");
        }
        long value = known.orElseThrow().read(registers.get(number));
        int bytes = known.orElseThrow().width() / Byte.SIZE;
        return Optional.of(constant(value, IntegerType.unsigned(bytes)));
    }

    private static List<Register> numbered(FrameRegisters registers) {
        return registers.wordSize() == Long.BYTES ? NUMBERED_64 : NUMBERED_32;
    }

    private static Operand<Cpu> constant(long value, IntegerType type) {
        return new Operand<>() {
            @Override
            public IntegerType type() {
                return type;
            }

            @Override
            public Format format() {
                return Format.HEXADECIMAL;
            }

            @Override
            public long read(Cpu cpu) {
                return value;
            }
        };
    }

    @Override
    public Optional<Operand<Cpu>> variable(String name) {
        return locals().stream()
                .filter(local -> local.name().equals(name))
                .findFirst()
                .map(VariableOperand::of)
                .or(() -> program.variable(name));
    }

    private List<Variable> locals() {
        return symbols.locals(
                frame.registers(), (linear, into) -> cpu.memory().read(linear, into, 0, into.length) == into.length);
    }
}
