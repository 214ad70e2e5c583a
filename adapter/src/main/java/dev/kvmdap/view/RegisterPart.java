package dev.kvmdap.view;

import dev.kvmdap.expression.Format;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.x86.BitField;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.RegisterBits;
import dev.kvmdap.x86.RegisterName;
import java.util.List;
import java.util.Optional;

/**
 * What expressions call by a name behind a {@code $}: a register ({@code rax}), a named part of one ({@code ah}), the base of a
 * segment or table ({@code cs.base}), a flag ({@code cf}), or bits of another register ({@code cr0.pg}).
 *
 * @param low its lowest bit in the register
 * @param width its width in bits
 * @param type what it is as a number
 * @param format how it is shown
 */
public record RegisterPart(Register register, int low, int width, IntegerType type, Format format) {

    /** The part of a name, in any case. */
    public static Optional<RegisterPart> of(String name) {
        Optional<RegisterName> whole = RegisterName.of(name);
        if (whole.isPresent()) {
            return whole.map(RegisterPart::of);
        }
        int dot = name.indexOf('.');
        return dot < 0
                ? RegisterBits.RFLAGS.field(name).map(flag -> of(Register.RFLAGS, flag))
                : RegisterName.of(name.substring(0, dot)).flatMap(known -> of(known, name.substring(dot + 1)));
    }

    /** The names of the parts of a register behind a dot; none where it has none, or there is no such register. */
    public static List<String> partsOf(String register) {
        return RegisterName.of(register)
                .map(known -> switch (known.register().kind()) {
                    case SELECTOR -> SegmentPart.namesOfAll();
                    case BASE ->
                        known.register() == Register.GDTR || known.register() == Register.IDTR
                                ? List.of("base", "limit")
                                : List.<String>of();
                    default ->
                        known.register().bits().stream()
                                .flatMap(bits -> bits.fields().stream())
                                .map(BitField::name)
                                .toList();
                })
                .orElse(List.of());
    }

    private static RegisterPart of(RegisterName name) {
        IntegerType type = IntegerType.unsigned(name.width() / Byte.SIZE);
        return new RegisterPart(name.register(), name.shift(), name.width(), type, Format.HEXADECIMAL);
    }

    private static RegisterPart of(Register register, BitField field) {
        int width = field.high() - field.low() + 1;
        return width < Integer.SIZE
                ? new RegisterPart(register, field.low(), width, IntegerType.INT, Format.NATURAL)
                : new RegisterPart(register, field.low(), width, IntegerType.UNSIGNED_LONG, Format.HEXADECIMAL);
    }

    private static Optional<RegisterPart> of(RegisterName whole, String part) {
        boolean isSelector = whole.register().kind() == Register.Kind.SELECTOR;
        if (isSelector && part.equalsIgnoreCase("selector")) {
            return Optional.of(of(whole));
        }
        boolean isTable = whole.register() == Register.GDTR || whole.register() == Register.IDTR;
        if (isTable && part.equalsIgnoreCase("base")) {
            return Optional.of(of(whole));
        }
        boolean inParts = (isSelector && part.equalsIgnoreCase("base")) || (isTable && part.equalsIgnoreCase("limit"));
        return inParts
                ? RegisterName.of(whole.register().term() + "_" + part).map(RegisterPart::of)
                : whole.register().bits().flatMap(bits -> bits.field(part)).map(field -> of(whole.register(), field));
    }

    /** This part of a register's value. */
    public long read(long value) {
        return (value >>> low) & maximum();
    }

    /**
     * The register's value with this part replaced; the other bits stay.
     *
     * @param part as a number of {@link #type}
     * @throws IllegalArgumentException where it does not fit
     */
    public long write(long value, long part) {
        boolean fits = Long.compareUnsigned(part, maximum()) <= 0 || width == type.bits();
        if (!fits) {
            throw new IllegalArgumentException("0x%x does not fit in %d bits".formatted(part, width));
        }
        return (value & ~(maximum() << low)) | ((part & maximum()) << low);
    }

    private long maximum() {
        return -1L >>> (Long.SIZE - width);
    }
}
