package dev.kvmdap.session;

import dev.kvmdap.console.CodeLine;
import dev.kvmdap.console.ConsoleException;
import dev.kvmdap.console.ConsoleTarget;
import dev.kvmdap.console.RegisterValue;
import dev.kvmdap.disassembly.Syntax;
import dev.kvmdap.engine.Cpu;
import dev.kvmdap.engine.Frame;
import dev.kvmdap.engine.GuestCode;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.expression.Value;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.view.Node;
import dev.kvmdap.view.RegisterFile;
import dev.kvmdap.view.ValueNode;
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
    private final CpuMemory memory;
    private final Symbols symbols;
    private final RegisterFile registers;
    private final Frame frame;
    private final Node locals;
    private final Syntax syntax;
    private final NumberFormat numbers;
    private final Runnable changed;

    FrameTarget(
            Cpu cpu,
            FrameValues values,
            ViewedVcpu viewed,
            CpuMemory memory,
            Symbols symbols,
            Frame frame,
            Node locals,
            Syntax syntax,
            NumberFormat numbers,
            Runnable changed) {
        this.cpu = cpu;
        this.values = values;
        this.memory = memory;
        this.symbols = symbols;
        this.registers = FrameNames.registerFile(frame, viewed);
        this.frame = frame;
        this.locals = locals;
        this.syntax = syntax;
        this.numbers = numbers;
        this.changed = changed;
    }

    @Override
    public Value evaluate(Expression expression) {
        return values.evaluateToChange(expression);
    }

    @Override
    public String text(Value value) {
        return value.format() == Format.INSTRUCTION
                ? instructions(value.bits(), 1).get(0).text()
                : values.text().in(numbers).of(value);
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
    public int read(AddressSpace space, long address, byte[] into) {
        return memory.read(cpu, space, address, into);
    }

    @Override
    public int write(AddressSpace space, long address, byte[] bytes) {
        int written = memory.write(cpu, space, address, bytes);
        changed.run();
        return written;
    }

    @Override
    public int addressBytes() {
        return cpu.wordSize();
    }

    @Override
    public long pc() {
        return frame.pc().address();
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
        return symbols.symbolAt(linear);
    }

    @Override
    public Optional<Extent> extent(String expression) {
        Expression term = Expression.parse(expression);
        try {
            return Optional.ofNullable(
                            new ValueNode(expression, term.withoutFormat(), values.evaluate(term), values).extent())
                    .map(extent -> new Extent(extent.address().address(), extent.bytes()));
        } catch (ExpressionException hasNoValue) {
            return Optional.empty();
        }
    }

    @Override
    public String assign(String name, String value) {
        String now = name.startsWith("$") ? assignRegister(name.substring(1), value) : assignVariable(name, value);
        changed.run();
        return now;
    }

    private String assignRegister(String name, String value) {
        RegisterName register = RegisterName.of(name)
                .orElseThrow(() -> new ConsoleException(
                        "there is no register '" + name + "': 'info registers' without a name lists them"));
        if (frame.index() > 0) {
            throw new ConsoleException("registers are the vCPU's, not a caller's: 'frame 0' before the change");
        }
        long bits = evaluate(Expression.parse(value)).bits();
        try {
            registers.write(register.register(), register.write(registers.read(register.register()), bits));
        } catch (IllegalArgumentException wrong) {
            throw new ConsoleException(String.valueOf(wrong.getMessage()));
        }
        return "$" + name + " = 0x" + Long.toHexString(value(register).bits());
    }

    private String assignVariable(String name, String value) {
        Value assigned = evaluate(Expression.parse(name + " = (" + value + ")"));
        return name + " = " + text(assigned);
    }

    @Override
    public List<String> localNames() {
        return locals.children().stream().map(Node::name).toList();
    }

    @Override
    public List<String> locals() {
        return locals.children().stream()
                .map(local -> local.name() + " = " + local.value(numbers))
                .toList();
    }
}
