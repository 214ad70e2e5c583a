package dev.kvmdap.view;

import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.x86.BitField;
import dev.kvmdap.x86.BitLayout;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.DebugControl;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.RegisterBits;
import dev.kvmdap.x86.RegisterName;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One register, at the width of its name; it opens to its named bits, or to its named parts. */
final class RegisterNode extends WordNode {

    private static final BitField CR4_PCIDE = RegisterBits.CR4.field("PCIDE").orElseThrow();

    /** The registers of which 32-bit code can name bytes. */
    private static final Set<Register> WITH_BYTE_PARTS =
            EnumSet.of(Register.RAX, Register.RBX, Register.RCX, Register.RDX);

    private static final long TOP_TABLE = 0x000f_ffff_ffff_f000L;

    private final RegisterName register;
    private final RegisterFile file;

    RegisterNode(RegisterName register, RegisterFile file) {
        this(register.name(), register, file);
    }

    /** A register under another heading than its own name. */
    RegisterNode(String label, RegisterName register, RegisterFile file) {
        super(label, new InFile(register, file), register.width(), null, null);
        this.register = register;
        this.file = file;
    }

    /** The register as a number. */
    private record InFile(RegisterName name, RegisterFile file) implements Word {

        @Override
        public long read() {
            return name.read(file.read(name.register()));
        }

        @Override
        public void write(long value) {
            try {
                file.write(name.register(), name.write(file.read(name.register()), value));
            } catch (IllegalArgumentException e) {
                throw new ChangeRefusedException(String.valueOf(e.getMessage()), e);
            }
        }

        @Override
        public boolean isWritable() {
            return file.isWritable(name.register());
        }

        @Override
        public String expression() {
            return "$" + name.name();
        }

        /** Such as {@code $cr0.PG}, which can be assigned to. */
        @Override
        public String expression(BitField field) {
            boolean known = name.register()
                    .bits()
                    .filter(bits -> bits.fields().contains(field))
                    .isPresent();
            return known
                    ? expression() + "." + field.name()
                    : "(%s >> %d) & 0x%x".formatted(expression(), field.low(), field.maximum());
        }

        @Override
        public long evaluate(String text) {
            return file.evaluate(text);
        }
    }

    @Override
    protected @Nullable BitLayout bits() {
        if (register.register() == Register.CR3 && CR4_PCIDE.of(file.read(Register.CR4)) != 0) {
            return RegisterBits.CR3_WITH_PCID;
        }
        return register.register().bits().orElse(null);
    }

    /** Of an address in a debug register also what DR7 makes of it. */
    @Override
    protected String decoded(long value) {
        return switch (register.register()) {
            case DR0 -> armed(0);
            case DR1 -> armed(1);
            case DR2 -> armed(2);
            case DR3 -> armed(3);
            default -> super.decoded(value);
        };
    }

    private String armed(int slot) {
        return "[ " + DebugControl.describe(file.read(Register.DR7), slot) + " ]";
    }

    @Override
    public @Nullable String memoryReference() {
        try {
            return reference(word().read());
        } catch (UnreadableException e) {
            return null;
        }
    }

    private @Nullable String reference(long value) {
        return switch (register.register().kind()) {
            case GENERAL, INSTRUCTION_POINTER ->
                register.shift() == 0 && register.width() >= Short.SIZE
                        ? new GuestVirtual(linear(value)).toString()
                        : null;
            case BASE -> new GuestVirtual(value).toString();
            case CONTROL ->
                switch (register.register()) {
                    case CR2 -> new GuestVirtual(value).toString();
                    case CR3 -> new GuestPhysical(value & TOP_TABLE).toString();
                    default -> null;
                };
            case DEBUG -> bits() == null ? new GuestVirtual(value).toString() : null;
            case FLAGS, SELECTOR, LIMIT -> null;
        };
    }

    /**
     * An offset in the segment that the register is used with unless a prefix says otherwise (SDM vol. 1, table 3-5).
     */
    private long linear(long offset) {
        if (file.mode() == CpuMode.LONG || file.isCallers(register.register())) {
            return offset;
        }
        Register segment = switch (register.register()) {
            case RIP -> Register.CS;
            case RSP, RBP -> Register.SS;
            default -> Register.DS;
        };
        return (file.segment(segment).base() + offset) & 0xffff_ffffL;
    }

    @Override
    public boolean expandable() {
        return super.expandable() || parts().findAny().isPresent();
    }

    @Override
    public List<Node> children() {
        return super.expandable()
                ? super.children()
                : parts().<Node>map(part -> new RegisterNode(part, file)).toList();
    }

    /** The narrower parts of a general register that code of this width can name. */
    private Stream<RegisterName> parts() {
        if (register.register().kind() != Register.Kind.GENERAL) {
            return Stream.empty();
        }
        boolean wide = file.mode() == CpuMode.LONG;
        boolean hasByteParts = WITH_BYTE_PARTS.contains(register.register());
        return RegisterName.all().stream()
                .filter(part -> part.register() == register.register() && part.width() < register.width())
                .filter(part -> part.width() > Byte.SIZE || wide || hasByteParts)
                .filter(part -> !part.name().matches("r\\d+l"));
    }
}
