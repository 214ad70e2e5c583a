package dev.kvmdap.view;

import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.RegisterName;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The registers of a stopped vCPU, in groups: general, flags, segments, control, debug.
 *
 * <p>The general registers have the names and the width that the guest's code uses: {@code rax} to {@code r15} in long
 * mode; {@code eax} to {@code esp} elsewhere, where R8 to R15 and the upper halves cannot be reached. Real mode shows
 * 32 bits too, for its code may use them with a prefix, and adds {@code cs:ip} and {@code ss:sp}, as its addresses are
 * written. Expressions know every name in every mode. Control registers are always 64 bits wide.
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

    private final RegisterFile file;

    /** The registers of one vCPU. */
    public RegistersView(StoppedVcpu vcpu) {
        file = new RegisterFile(vcpu);
    }

    @Override
    public String name() {
        return "Registers";
    }

    /** The CPU's mode. */
    @Override
    public String value() {
        return file.mode().term() + " mode";
    }

    @Override
    public boolean expandable() {
        return true;
    }

    @Override
    public List<Node> children() {
        return List.of(
                new Group("General", "", null, this::general),
                new RegisterNode("Flags", RegisterName.of(Register.RFLAGS, codeWidth()), file),
                new Group("Segments", "", "segment registers with their hidden parts", this::segments),
                new Group("Control", "", "control registers and EFER", () -> ofKind(Register.Kind.CONTROL)),
                new Group("Debug", "", "the guest's own debug registers", () -> ofKind(Register.Kind.DEBUG)));
    }

    private List<Node> general() {
        List<Node> rows = new ArrayList<>();
        Stream<Register> registers = file.mode() == CpuMode.LONG
                ? Stream.of(Register.values()).filter(register -> register.kind() == Register.Kind.GENERAL)
                : LEGACY.stream();
        Stream.concat(registers, Stream.of(Register.RIP))
                .map(register -> new RegisterNode(RegisterName.of(register, codeWidth()), file))
                .forEach(rows::add);
        if (file.mode() == CpuMode.REAL) {
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

    private List<Node> ofKind(Register.Kind kind) {
        return Stream.of(Register.values())
                .filter(register -> register.kind() == kind)
                .<Node>map(register -> new RegisterNode(RegisterName.of(register, register.width()), file))
                .toList();
    }

    private int codeWidth() {
        return file.mode() == CpuMode.LONG ? 64 : 32;
    }
}
