package dev.kvmdap.console;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.Names;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.Place;
import dev.kvmdap.expression.Value;
import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.Type;
import dev.kvmdap.view.Group;
import dev.kvmdap.view.Node;
import dev.kvmdap.view.Row;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.PageTable;
import dev.kvmdap.x86.PagingMode;
import dev.kvmdap.x86.Translation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Two registers, one variable, and a page of memory at 0x1000, which is physical 0x5000. */
final class SampleFrame implements ConsoleTarget {

    final byte[] memory = new byte[0x1000];
    private final Map<String, RegisterValue> registers = new LinkedHashMap<>();
    private final List<Value> printed = new ArrayList<>();
    private final Map<String, Value> named = new LinkedHashMap<>();
    private long variable = 7;

    SampleFrame() {
        for (int i = 0; i < 16; i++) {
            memory[i] = (byte) i;
        }
        byte[] rest = "\0\u0081\u00ff\u007fHi \"you\"\n\0".getBytes(ISO_8859_1);
        System.arraycopy(rest, 0, memory, 16, rest.length);
        registers.put("rax", new RegisterValue("rax", 0x1000, 64, ""));
        registers.put("rflags", new RegisterValue("rflags", 0x46, 64, "ZF PF"));
    }

    @Override
    public Value evaluate(Expression expression) {
        return expression.bindToChange(new SampleNames()).value(this);
    }

    @Override
    public String text(Value value) {
        return value.text();
    }

    @Override
    public List<RegisterValue> registers() {
        return List.copyOf(registers.values());
    }

    @Override
    public Optional<RegisterValue> register(String name) {
        return name.equals("ah")
                ? Optional.of(new RegisterValue("ah", 0x10, 8, ""))
                : Optional.ofNullable(registers.get(name));
    }

    @Override
    public Collection<String> registerNames() {
        return registers.keySet();
    }

    @Override
    public Collection<String> registerParts(String register) {
        return register.equals("rflags") ? List.of("ZF", "PF") : List.of();
    }

    @Override
    public int read(AddressSpace space, long address, byte[] into) {
        int from = index(space, address);
        int length = Math.min(into.length, memory.length - from);
        System.arraycopy(memory, from, into, 0, length);
        return length;
    }

    @Override
    public int write(AddressSpace space, long address, byte[] bytes) {
        int from = index(space, address);
        int length = Math.min(bytes.length, memory.length - from);
        System.arraycopy(bytes, 0, memory, from, length);
        return length;
    }

    /** The page lies at linear 0x1000 and at physical 0x5000. */
    private int index(AddressSpace space, long address) {
        long from = address - (space == AddressSpace.LINEAR ? 0x1000 : 0x5000);
        return from < 0 || from > memory.length ? memory.length : (int) from;
    }

    @Override
    public int addressBytes() {
        return Long.BYTES;
    }

    @Override
    public Node registersView() {
        return group("Registers", group("Control", new Row("cr0", "0x11 [ ET PE ]", null)));
    }

    @Override
    public Node systemView() {
        return group(
                "System",
                group("GDT", new Row("0x00", "null", null), new Row("0x08", "code", null)),
                group("PIC 1", new Row("IRR", "0x01", null)),
                group("PIC 2", new Row("IRR", "0x02", null)));
    }

    private static Node group(String name, Node... rows) {
        return new Group(name, name.equals("GDT") ? "2 entries" : "", null, () -> List.of(rows));
    }

    @Override
    public Optional<PageTable> pageTable() {
        return Optional.empty();
    }

    @Override
    public Translation translation(long linear) {
        GuestVirtual address = new GuestVirtual(linear);
        return linear >= 0x1000 && linear < 0x2000
                ? new Translation.Mapped(address, PagingMode.NONE, List.of(), new GuestPhysical(linear + 0x4000))
                : new Translation.NotMapped(address, PagingMode.NONE, List.of(), Translation.Reason.TOO_WIDE, 0);
    }

    @Override
    public long pc() {
        return 0x1fff;
    }

    @Override
    public List<CodeLine> instructions(long linear, int count) {
        return LongStream.range(linear, linear + count)
                .mapToObj(address ->
                        new CodeLine(address, address < 0x2000 ? "nop at 0x" + Long.toHexString(address) : ""))
                .toList();
    }

    @Override
    public Optional<String> symbol(long linear) {
        return linear == 0x1000 ? Optional.of("table") : Optional.empty();
    }

    @Override
    public Optional<Extent> extent(String expression) {
        return expression.equals("x") ? Optional.of(new Extent(0x1000, 4)) : Optional.empty();
    }

    @Override
    public Optional<Type> typeNamed(String text) {
        return Expression.typeNamed(text, new SampleNames());
    }

    @Override
    public Type typeOf(Expression expression) {
        return expression.bind(new SampleNames()).type();
    }

    @Override
    public int keep(Value value) {
        printed.add(value);
        return printed.size();
    }

    @Override
    public void keep(String name, Value value) {
        named.put(name, value);
    }

    @Override
    public List<String> keptNames() {
        return List.copyOf(named.keySet());
    }

    @Override
    public List<Integer> keptNumbers() {
        return IntStream.rangeClosed(1, printed.size()).boxed().toList();
    }

    @Override
    public List<String> localNames() {
        return List.of("x");
    }

    @Override
    public List<String> locals() {
        return List.of("x = 7");
    }

    private final class SampleNames implements Names<SampleFrame> {

        @Override
        public Optional<Operand<SampleFrame>> register(String name) {
            if (name.equals("rax")) {
                return Optional.of(
                        new Operand<>(IntegerType.UNSIGNED_LONG, Format.HEXADECIMAL, Place.constant(0x1000)));
            }
            Value kept = name.matches("[0-9]+") && Integer.parseInt(name) <= printed.size()
                    ? printed.get(Integer.parseInt(name) - 1)
                    : named.get(name);
            return Optional.ofNullable(kept).map(value -> value.kept(100, memory()));
        }

        @Override
        public boolean canKeep(String name) {
            return !name.equals("rax");
        }

        @Override
        public void keep(String name, Value value) {
            named.put(name, value);
        }

        @Override
        public Optional<Operand<SampleFrame>> variable(String name) {
            return name.equals("x") ? Optional.of(Operand.of(IntegerType.INT, new Variable())) : Optional.empty();
        }
    }

    /** The place of the variable. */
    private static final class Variable implements Place<SampleFrame> {

        @Override
        public long read(SampleFrame frame, long offset, int bytes) {
            return frame.variable;
        }

        @Override
        public void write(SampleFrame frame, long offset, int bytes, long value) {
            frame.variable = value;
        }
    }
}
