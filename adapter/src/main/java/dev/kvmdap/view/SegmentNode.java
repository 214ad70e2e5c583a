package dev.kvmdap.view;

import dev.kvmdap.kvm.Segment;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.PagingMode;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.RegisterName;
import dev.kvmdap.x86.SegmentType;
import java.util.ArrayList;
import java.util.List;

/**
 * A segment register: its selector, and opened, the hidden part that the processor really works with (SDM vol. 3,
 * 3.4.3).
 */
final class SegmentNode implements Node {

    private final RegisterNode selector;
    private final Register register;
    private final Register base;
    private final RegisterFile file;

    SegmentNode(Register register, Register base, RegisterFile file) {
        this.register = register;
        this.base = base;
        this.file = file;
        this.selector = named(register.term(), register);
    }

    private RegisterNode named(String label, Register part) {
        return new RegisterNode(label, RegisterName.of(part, part.width()), file);
    }

    @Override
    public String name() {
        return register.term();
    }

    /** Such as {@code 0x0008 base=0x0 limit=0xffffffff code, execute/read, accessed}. */
    @Override
    public String value() {
        Segment segment = file.segment(register);
        String visible = selector.value();
        if (segment.unusable()) {
            return visible + " unusable";
        }
        String hidden = "%s base=0x%x limit=0x%x".formatted(visible, segment.base(), segment.limit());
        return file.mode() == CpuMode.REAL ? hidden : hidden + " " + term(segment);
    }

    @Override
    public String evaluateName() {
        return selector.evaluateName();
    }

    @Override
    public String memoryReference() {
        return new GuestVirtual(file.segment(register).base()).toString();
    }

    @Override
    public boolean expandable() {
        return true;
    }

    @Override
    public List<Node> children() {
        Segment segment = file.segment(register);
        List<Node> parts = new ArrayList<>();
        parts.add(named("selector", register));
        parts.add(named("base", base));
        parts.add(new Row("limit", "0x%08x".formatted(segment.limit()), "the last offset in the segment, in bytes"));
        parts.add(new Row("type", term(segment), "kind of segment"));
        parts.add(new Row("dpl", Integer.toString(segment.dpl()), "descriptor privilege level"));
        parts.add(flag("present", segment.present(), "the segment is in memory"));
        parts.add(flag("unusable", segment.unusable(), "holds a null selector; any use faults"));
        if (register == Register.CS) {
            parts.add(flag("l", segment.l(), "64-bit code"));
        }
        parts.add(flag("db", segment.db(), "32-bit code or stack"));
        parts.add(flag("g", segment.g(), "the descriptor counts its limit in pages"));
        parts.add(flag("avl", segment.avl(), "left to software"));
        return parts;
    }

    private static Row flag(String name, boolean set, String meaning) {
        return new Row(name, set ? "1" : "0", meaning);
    }

    private String term(Segment segment) {
        PagingMode paging = file.paging();
        boolean ia32e = paging == PagingMode.LEVEL_4 || paging == PagingMode.LEVEL_5;
        return SegmentType.term(!segment.s(), segment.type() & 0xf, ia32e);
    }

    @Override
    public boolean settable() {
        return selector.settable();
    }

    /** Takes the selector; what {@link #value} puts behind it may stay. */
    @Override
    public void set(String text) {
        int hidden = text.indexOf(" base=");
        selector.set(hidden < 0 ? text : text.substring(0, hidden));
    }
}
