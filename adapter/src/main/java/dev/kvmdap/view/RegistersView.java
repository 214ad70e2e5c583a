package dev.kvmdap.view;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.expression.Value;
import dev.kvmdap.x86.BitLayout;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.MsrCatalogue;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.RegisterName;
import dev.kvmdap.x86.XsaveArea;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The registers of a stopped vCPU, in groups: general, flags, segments, control, debug, those of the x87, vectors, and
 * model-specific ones. What takes a system call is read when its group is opened.
 *
 * <p>The general registers have the names and the width that the guest's code uses: {@code rax} to {@code r15} in long
 * mode; {@code eax} to {@code esp} elsewhere, where R8 to R15 and the upper halves cannot be reached. Real mode shows
 * 32 bits too, for its code may use them with a prefix, and adds {@code cs:ip} and {@code ss:sp}, as its addresses are
 * written. Expressions know every name in every mode. Control registers are always 64 bits wide. A frame that waits for a return has
 * its own general registers, as far as they are known, and no vectors.
 */
public final class RegistersView implements Node {

    private static final List<Register> LEGACY = List.of(
            Register.RAX,
            Register.RBX,
            Register.RCX,
            Register.RDX,
            Register.RSI,
            Register.RDI,
            Register.RBP,
            Register.RSP);

    private static final int STACK_REGISTERS = 8;
    private static final int MASK_REGISTERS = 8;

    private final StoppedVcpu vcpu;
    private final RegisterFile file;
    private final ValueNode.Context context;

    /**
     * The registers of one vCPU.
     *
     * @param file the registers as a frame sees them
     * @param context evaluates their names
     */
    public RegistersView(StoppedVcpu vcpu, RegisterFile file, ValueNode.Context context) {
        this.vcpu = vcpu;
        this.file = file;
        this.context = context;
    }

    @Override
    public String name() {
        return "Registers";
    }

    /** The CPU's mode. */
    @Override
    public String value(NumberFormat format) {
        return file.mode().term() + " mode";
    }

    @Override
    public boolean expandable() {
        return true;
    }

    @Override
    public List<Node> children() {
        List<Node> groups = new ArrayList<>(List.of(
                new Group("General", "", null, this::general),
                new RegisterNode("Flags", RegisterName.of(Register.RFLAGS, codeWidth()), file),
                new Group("Segments", "", "segment registers with their hidden parts", this::segments),
                new Group("Control", "", "control registers and EFER", this::control),
                new Group("Debug", "", "the guest's own debug registers", () -> ofKind(Register.Kind.DEBUG))));
        XsaveArea area = ExtendedRegister.area(vcpu);
        if (!file.isOfCaller()) {
            addExtended(area, groups);
        }
        groups.add(new Group("Model-specific", "", "the model-specific registers that KVM has", this::modelSpecific));
        return groups;
    }

    private void addExtended(XsaveArea area, List<Node> groups) {
        int vectors = file.mode() == CpuMode.LONG ? 16 : 8;
        if (area.has(XsaveArea.X87)) {
            groups.add(new Group("x87", "", "floating-point registers", this::x87));
        }
        if (area.has(XsaveArea.SSE)) {
            groups.add(new Group("SSE", "", "vectors of 128 bits", () -> sse(vectors)));
        }
        if (area.has(XsaveArea.AVX)) {
            groups.add(new Group("AVX", "", "vectors of 256 bits", () -> vectors("ymm", vectors)));
        }
        if (area.has(XsaveArea.ZMM_HIGH)) {
            int all = area.has(XsaveArea.HIGH_ZMM) && vectors == 16 ? 32 : vectors;
            groups.add(new Group("AVX-512", "", "vectors of 512 bits, and masks", () -> avx512(all)));
        }
    }

    private List<Node> general() {
        List<Node> rows = new ArrayList<>();
        Stream<Register> registers = file.mode() == CpuMode.LONG
                ? Stream.of(Register.values()).filter(register -> register.kind() == Register.Kind.GENERAL)
                : LEGACY.stream();
        Stream.concat(registers, Stream.of(Register.RIP))
                .map(register -> new RegisterNode(RegisterName.of(register, codeWidth()), file))
                .forEach(rows::add);
        if (file.mode() == CpuMode.REAL && !file.isOfCaller()) {
            rows.add(farPointer("cs:ip", Register.CS, Register.RIP));
            rows.add(farPointer("ss:sp", Register.SS, Register.RSP));
        }
        return rows;
    }

    private Node farPointer(String name, Register segment, Register offset) {
        long low = file.read(offset) & 0xffff;
        String value = "%04x:%04x".formatted(file.read(segment), low);
        long linear = file.segment(segment).base() + low;
        return new Row(name, value, "segment and offset", new GuestVirtual(linear).toString());
    }

    private List<Node> segments() {
        return List.of(
                new SegmentNode(Register.CS, Register.CS_BASE, file),
                new SegmentNode(Register.SS, Register.SS_BASE, file),
                new SegmentNode(Register.DS, Register.DS_BASE, file),
                new SegmentNode(Register.ES, Register.ES_BASE, file),
                new SegmentNode(Register.FS, Register.FS_BASE, file),
                new SegmentNode(Register.GS, Register.GS_BASE, file),
                new SegmentNode(Register.LDTR, Register.LDTR_BASE, file),
                new SegmentNode(Register.TR, Register.TR_BASE, file),
                table("gdtr", Register.GDTR, Register.GDTR_LIMIT),
                table("idtr", Register.IDTR, Register.IDTR_LIMIT));
    }

    private Node table(String name, Register base, Register limit) {
        String value = "base=0x%x limit=0x%x".formatted(file.read(base), file.read(limit));
        return new Group(
                name,
                value,
                "where the descriptor table lies",
                () -> List.of(
                        new RegisterNode("base", RegisterName.of(base, base.width()), file),
                        new RegisterNode("limit", RegisterName.of(limit, limit.width()), file)));
    }

    private List<Node> control() {
        List<Node> rows = new ArrayList<>(ofKind(Register.Kind.CONTROL));
        if (hasXcr0()) {
            rows.add(number("xcr0", "state components that are switched on"));
        }
        if (ExtendedRegister.area(vcpu).has(XsaveArea.PKRU) && !file.isOfCaller()) {
            rows.add(number("pkru", "what the protection keys of user pages forbid"));
        }
        return rows;
    }

    private boolean hasXcr0() {
        return vcpu.cpuid().stream().anyMatch(entry -> entry.function() == 1 && (entry.ecx() & 1 << 26) != 0);
    }

    private List<Node> ofKind(Register.Kind kind) {
        return Stream.of(Register.values())
                .filter(register -> register.kind() == kind)
                .<Node>map(register -> new RegisterNode(RegisterName.of(register, register.width()), file))
                .toList();
    }

    private List<Node> x87() {
        List<Node> rows = new ArrayList<>();
        IntStream.range(0, STACK_REGISTERS)
                .mapToObj(number -> new StackRegisterNode(number, value("st" + number), context, vcpu))
                .forEach(rows::add);
        rows.add(number("fctrl", "control word"));
        rows.add(number("fstat", "status word"));
        rows.add(number("ftag", "tag word"));
        rows.add(number("fop", "last opcode, its lower 11 bits"));
        rows.add(number("fioff", "address of the last instruction"));
        rows.add(number("fooff", "address of the last operand"));
        return rows;
    }

    private List<Node> sse(int count) {
        List<Node> rows = new ArrayList<>(vectors("xmm", count));
        rows.add(number("mxcsr", "control and status"));
        return rows;
    }

    private List<Node> avx512(int count) {
        List<Node> rows = new ArrayList<>(vectors("zmm", count));
        IntStream.range(0, MASK_REGISTERS)
                .mapToObj(number -> number("k" + number, "mask register"))
                .forEach(rows::add);
        return rows;
    }

    private List<Node> vectors(String kind, int count) {
        return IntStream.range(0, count)
                .<Node>mapToObj(number -> new VectorNode(kind + number, value(kind + number), context))
                .toList();
    }

    private Value value(String name) {
        return context.evaluate(Expression.parse("$" + name));
    }

    /** A register that expressions know and the register file does not. */
    private Node number(String name, String meaning) {
        BitLayout bits = VcpuRegisterNames.bits(name);
        int width = (int) value(name).type().bytes() * Byte.SIZE;
        return new WordNode(name, new EvaluatedWord("$" + name, context), width, bits, meaning);
    }

    private List<Node> modelSpecific() {
        return vcpu.modelSpecificRegisters().stream()
                .<Node>map(index -> new MsrNode(MsrCatalogue.load().at(index), vcpu, file))
                .toList();
    }

    private int codeWidth() {
        return file.mode() == CpuMode.LONG ? 64 : 32;
    }
}
