package dev.kvmdap.session;

import dev.kvmdap.console.CodeLine;
import dev.kvmdap.console.ConsoleTarget;
import dev.kvmdap.console.RegisterValue;
import dev.kvmdap.disassembly.Syntax;
import dev.kvmdap.engine.Cpu;
import dev.kvmdap.engine.GuestCode;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.Value;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.view.RegisterFile;
import dev.kvmdap.x86.BitLayout;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.Register.Kind;
import dev.kvmdap.x86.RegisterName;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The frame that the user looks at, as the console's verbs see it. */
final class FrameTarget implements ConsoleTarget {

    private static final Set<Kind> SHOWN =
            Set.of(Kind.GENERAL, Kind.INSTRUCTION_POINTER, Kind.FLAGS, Kind.SELECTOR, Kind.CONTROL);
    private static final Set<Register> LONG_MODE_ONLY = EnumSet.range(Register.R8, Register.R15);

    private final Cpu cpu;
    private final FrameValues values;
    private final Symbols symbols;
    private final RegisterFile registers;
    private final long pc;
    private final Syntax syntax;

    FrameTarget(Cpu cpu, FrameValues values, ViewedVcpu viewed, Symbols symbols, long pc, Syntax syntax) {
        this.cpu = cpu;
        this.values = values;
        this.symbols = symbols;
        this.registers = new RegisterFile(viewed);
        this.pc = pc;
        this.syntax = syntax;
    }

    @Override
    public Value evaluate(Expression expression) {
        return values.evaluateToChange(expression);
    }

    @Override
    public String text(Value value) {
        return value.format() == Format.INSTRUCTION
                ? instructions(value.bits(), 1).get(0).text()
                : values.text().of(value);
    }

    @Override
    public List<RegisterValue> registers() {
        boolean wide = cpu.mode() == CpuMode.LONG;
        return Stream.of(Register.values())
                .filter(register -> SHOWN.contains(register.kind()))
                .filter(register -> wide || !LONG_MODE_ONLY.contains(register))
                .map(register -> RegisterName.of(register, width(register, wide)))
                .map(this::value)
                .toList();
    }

    private static int width(Register register, boolean wide) {
        return switch (register.kind()) {
            case GENERAL, INSTRUCTION_POINTER, FLAGS -> wide ? 64 : 32;
            default -> register.width();
        };
    }

    @Override
    public Optional<RegisterValue> register(String name) {
        return RegisterName.of(name).map(this::value);
    }

    private RegisterValue value(RegisterName name) {
        long bits = name.read(registers.read(name.register()));
        return new RegisterValue(name.name(), bits, name.width(), meaning(name, bits));
    }

    private String meaning(RegisterName name, long bits) {
        if (name.register() == Register.RIP) {
            return symbol(cpu.codeAddress(bits)).orElse("");
        }
        Optional<BitLayout> layout = name.shift() == 0 ? name.register().bits() : Optional.empty();
        return layout.map(fields -> "[ " + fields.decode(bits) + " ]").orElse("");
    }

    @Override
    public Collection<String> registerNames() {
        return RegisterName.all().stream().map(RegisterName::name).toList();
    }

    @Override
    public int read(long linear, byte[] into) {
        return cpu.memory().read(linear, into, 0, into.length);
    }

    @Override
    public long pc() {
        return pc;
    }

    @Override
    public List<CodeLine> instructions(long linear, int count) {
        GuestCode code = new GuestCode(cpu, symbols);
        return code.around(linear, 0, count).stream()
                .map(instruction -> new CodeLine(
                        instruction.address(), instruction.isReadable() ? code.annotated(instruction, syntax) : ""))
                .toList();
    }

    @Override
    public Optional<String> symbol(long linear) {
        return symbols.functionAt(linear).map(function -> symbols.describe(linear));
    }
}
