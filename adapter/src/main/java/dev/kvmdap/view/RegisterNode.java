package dev.kvmdap.view;

import dev.kvmdap.expression.Format;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.x86.BitField;
import dev.kvmdap.x86.BitLayout;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.RegisterBits;
import dev.kvmdap.x86.RegisterName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One register, at the width of its name; it opens to its named bits. */
final class RegisterNode implements Node {

    private static final BitField CR4_PCIDE = RegisterBits.CR4.field("PCIDE").orElseThrow();

    private static final long TOP_TABLE = 0x000f_ffff_ffff_f000L;

    private final String label;
    private final RegisterName register;
    private final RegisterFile file;

    RegisterNode(RegisterName register, RegisterFile file) {
        this(register.name(), register, file);
    }

    /** A register under another heading than its own name. */
    RegisterNode(String label, RegisterName register, RegisterFile file) {
        this.label = label;
        this.register = register;
        this.file = file;
    }

    @Override
    public String name() {
        return label;
    }

    /** In hexadecimal at full width, followed by the names of the bits that are set. */
    @Override
    public String value() {
        long value = read();
        String number = Format.PADDED.text(value, IntegerType.unsigned(register.width() / Byte.SIZE));
        BitLayout bits = bits();
        if (bits == null) {
            return number;
        }
        String names = bits.decode(value);
        return names.isEmpty() ? number + " [ ]" : "%s [ %s ]".formatted(number, names);
    }

    @Override
    public String evaluateName() {
        return "$" + register.name();
    }

    @Override
    public @Nullable String memoryReference() {
        long value = read();
        return switch (register.register().kind()) {
            case GENERAL, INSTRUCTION_POINTER -> new GuestVirtual(linear(value)).toString();
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
        if (file.mode() == CpuMode.LONG) {
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
        return bits() != null;
    }

    @Override
    public List<Node> children() {
        BitLayout bits = bits();
        if (bits == null) {
            return List.of();
        }
        return bits.fields().stream()
                .filter(field -> field.high() < register.width())
                .<Node>map(field -> new BitNode(field, this))
                .toList();
    }

    @Override
    public boolean settable() {
        return register.register().kind() != Register.Kind.SELECTOR || file.mode() == CpuMode.REAL;
    }

    @Override
    public void set(String text) {
        write(evaluate(text));
    }

    /** The value of what a person typed; the names of bits that {@link #value} puts behind the number are left out. */
    long evaluate(String text) {
        int decoration = text.indexOf('[');
        return file.evaluate(decoration < 0 ? text : text.substring(0, decoration));
    }

    long read() {
        return register.read(file.read(register.register()));
    }

    void write(long value) {
        try {
            file.write(register.register(), register.write(file.read(register.register()), value));
        } catch (IllegalArgumentException e) {
            throw new ChangeRefusedException(String.valueOf(e.getMessage()), e);
        }
    }

    private @Nullable BitLayout bits() {
        if (register.register() == Register.CR3 && CR4_PCIDE.of(file.read(Register.CR4)) != 0) {
            return RegisterBits.CR3_WITH_PCID;
        }
        return register.register().bits().orElse(null);
    }
}
