package dev.kvmdap.session;

import dev.kvmdap.console.CodeLine;
import dev.kvmdap.console.ConsoleTarget;
import dev.kvmdap.console.RegisterValue;
import dev.kvmdap.disassembly.Syntax;
import dev.kvmdap.engine.Cpu;
import dev.kvmdap.engine.Frame;
import dev.kvmdap.engine.GuestCode;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.expression.Value;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.types.Type;
import dev.kvmdap.view.Node;
import dev.kvmdap.view.RegisterFile;
import dev.kvmdap.view.ValueNode;
import dev.kvmdap.view.VcpuRegisterNames;
import dev.kvmdap.x86.BitLayout;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.PageTable;
import dev.kvmdap.x86.PageWalk;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.Register.Kind;
import dev.kvmdap.x86.RegisterName;
import dev.kvmdap.x86.Translation;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
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
    private final KeptValues kept;
    private final NumberFormat numbers;
    private final Supplier<Collection<String>> registerNames;
    private final Node registersView;
    private final Node systemView;

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
            Node registersView,
            Node systemView,
            KeptValues kept) {
        this.cpu = cpu;
        this.values = values;
        this.memory = memory;
        this.symbols = symbols;
        this.registers = FrameNames.registerFile(frame, viewed);
        this.frame = frame;
        this.locals = locals;
        this.syntax = syntax;
        this.numbers = numbers;
        this.registerNames = () -> new VcpuRegisterNames<Cpu>(viewed, registers, () -> {}).all();
        this.registersView = registersView;
        this.systemView = systemView;
        this.kept = kept;
    }

    @Override
    public Value evaluate(Expression expression) {
        return values.evaluateToChange(expression);
    }

    @Override
    public String text(Value value) {
        return values.text().in(numbers).of(value);
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
        return registerNames.get();
    }

    @Override
    public Collection<String> registerParts(String register) {
        return values.names().partsOf(register);
    }

    @Override
    public int read(AddressSpace space, long address, byte[] into) {
        return memory.read(cpu, space, address, into);
    }

    @Override
    public int write(AddressSpace space, long address, byte[] bytes) {
        return memory.write(cpu, space, address, bytes);
    }

    @Override
    public int addressBytes() {
        return cpu.wordSize();
    }

    @Override
    public Node registersView() {
        return registersView;
    }

    @Override
    public Node systemView() {
        return systemView;
    }

    @Override
    public Optional<PageTable> pageTable() {
        Sregs sregs = cpu.sregs();
        return PageTable.top(sregs.cr0(), sregs.cr3(), sregs.cr4(), sregs.efer(), cpu.ownMemory());
    }

    @Override
    public Translation translation(long linear) {
        Sregs sregs = cpu.sregs();
        return PageWalk.explain(sregs.cr0(), sregs.cr3(), sregs.cr4(), sregs.efer(), linear, cpu.ownMemory());
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
    public Optional<Type> typeNamed(String text) {
        return Expression.typeNamed(text, values.names());
    }

    @Override
    public Type typeOf(Expression expression) {
        return expression.bindToChange(values.names()).type();
    }

    @Override
    public int keep(Value value) {
        return kept.print(value, memory);
    }

    @Override
    public void keep(String name, Value value) {
        kept.keep(name, value, memory);
    }

    @Override
    public List<String> keptNames() {
        return kept.names();
    }

    @Override
    public List<Integer> keptNumbers() {
        return kept.numbers();
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
