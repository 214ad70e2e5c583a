package dev.kvmdap.view;

import dev.kvmdap.expression.NumberFormat;
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
    public String value(NumberFormat format) {
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
        return "$" + register.term();
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
        List<Node> parts = new ArrayList<>();
        parts.add(named("selector", register));
        parts.add(named("base", base));
        for (SegmentPart part : SegmentPart.values()) {
            if (part != SegmentPart.L || register == Register.CS) {
                parts.add(part == SegmentPart.TYPE ? new TypeNode() : row(part));
            }
        }
        return parts;
    }

    private WordNode row(SegmentPart part) {
        return new WordNode(part.term(), new Hidden(part), part.width(), null, part.meaning());
    }

    /** The kind of segment, in words behind its number. */
    private final class TypeNode extends WordNode {

        TypeNode() {
            super("type", new Hidden(SegmentPart.TYPE), SegmentPart.TYPE.width(), null, SegmentPart.TYPE.meaning());
        }

        @Override
        protected String decoded(long value) {
            return "[ " + term(file.segment(register)) + " ]";
        }
    }

    private final class Hidden implements Word {

        private final SegmentPart part;

        Hidden(SegmentPart part) {
            this.part = part;
        }

        @Override
        public long read() {
            return file.read(register, part);
        }

        @Override
        public void write(long value) {
            file.write(register, part, value);
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public String expression() {
            return "$" + register.term() + "." + part.term();
        }

        @Override
        public long evaluate(String text) {
            return file.evaluate(text);
        }
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
