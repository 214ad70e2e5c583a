package dev.kvmdap.view;

import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.Names;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.Place;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.kvm.KvmException;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.Member;
import dev.kvmdap.types.StructType;
import dev.kvmdap.x86.BitField;
import dev.kvmdap.x86.BitLayout;
import dev.kvmdap.x86.MsrCatalogue;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.RegisterBits;
import dev.kvmdap.x86.RegisterName;
import dev.kvmdap.x86.X87Tags;
import dev.kvmdap.x86.XsaveArea;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every register of a stopped vCPU as expressions in one frame name it, with its fields ({@code $cr0.pg}, {@code $mxcsr.rc},
 * {@code $IA32_EFER.sce}); also those that take a system call to read. All can be assigned to but those of a frame that waits for a
 * return. It knows no variables. For the session thread.
 *
 * @param <S> what expressions are evaluated in, which does not matter here
 */
public final class VcpuRegisterNames<S> implements Names<S> {

    private final StoppedVcpu vcpu;
    private final RegisterFile file;
    private final Runnable changed;

    /**
     * The names in a frame.
     *
     * @param file the registers as the frame sees them
     * @param changed hears of every assignment
     */
    public VcpuRegisterNames(StoppedVcpu vcpu, RegisterFile file, Runnable changed) {
        this.vcpu = vcpu;
        this.file = file;
        this.changed = changed;
    }

    /**
     * A register that has no place in {@link RegisterFile}.
     *
     * @param bits its fields; null where it is one number
     */
    private record Whole<S>(Operand<S> operand, @Nullable BitLayout bits) {}

    /** The names that the vCPU has registers for, without those of fields. */
    public Collection<String> all() {
        Set<String> names = new LinkedHashSet<>();
        RegisterName.all().forEach(name -> names.add(name.name()));
        RegisterBits.RFLAGS.fields().forEach(flag -> names.add(flag.name().toLowerCase(Locale.ROOT)));
        XsaveArea area = ExtendedRegister.area(vcpu);
        Stream.of("fctrl", "fstat", "fop", "fioff", "fooff", "mxcsr", "pkru")
                .filter(name -> ExtendedRegister.of(name, area).isPresent())
                .forEach(names::add);
        names.addAll(List.of("ftag", "xcr0"));
        for (String kind : List.of("st", "xmm", "ymm", "zmm", "k")) {
            IntStream.range(0, 32)
                    .mapToObj(number -> kind + number)
                    .filter(name -> ExtendedRegister.of(name, area).isPresent())
                    .forEach(names::add);
        }
        vcpu.modelSpecificRegisters()
                .forEach(index -> names.add(MsrCatalogue.load().at(index).name()));
        return names;
    }

    @Override
    public Optional<Operand<S>> register(String name) {
        Optional<RegisterPart> part = RegisterPart.of(name);
        if (part.isPresent()) {
            return part.map(this::operand);
        }
        int dot = name.indexOf('.');
        String base = dot < 0 ? name : name.substring(0, dot);
        Optional<RegisterName> segment = RegisterName.of(base);
        if (segment.isPresent()) {
            return segment.get().register().kind() == Register.Kind.SELECTOR && dot >= 0
                    ? Optional.of(hidden(segment.get().register(), name.substring(dot + 1)))
                    : Optional.empty();
        }
        Optional<Whole<S>> whole = whole(base);
        return dot < 0 ? whole.map(Whole::operand) : whole.flatMap(known -> part(known, base, name.substring(dot + 1)));
    }

    /** The names of the parts that a register has behind a dot; those that are no structures. */
    public List<String> partsOf(String register) {
        if (RegisterName.of(register).isPresent()) {
            return RegisterPart.partsOf(register);
        }
        return whole(register).stream()
                .flatMap(whole -> Stream.ofNullable(whole.bits))
                .flatMap(bits -> bits.fields().stream())
                .map(BitField::name)
                .toList();
    }

    private Optional<Operand<S>> part(Whole<S> whole, String register, String name) {
        Operand<S> operand = whole.operand;
        if (operand.type() instanceof StructType vector) {
            Member member = vector.member(name)
                    .orElseThrow(() -> new UnreadableException("$" + register + " has the readings "
                            + String.join(
                                    " ",
                                    vector.members().stream().map(Member::name).toList())));
            return Optional.of(new Operand<>(
                    member.type(), operand.format(), operand.place().part(member.offset())));
        }
        return whole.bits == null ? Optional.empty() : Optional.of(field(operand, whole.bits, register, name));
    }

    private Operand<S> operand(RegisterPart part) {
        if (file.isCallers(part.register())) {
            file.read(part.register());
        }
        return new Operand<>(part.type(), part.format(), place(() -> part.read(file.read(part.register())), value -> {
            try {
                file.write(part.register(), part.write(file.read(part.register()), value));
            } catch (IllegalArgumentException e) {
                throw new UnreadableException(String.valueOf(e.getMessage()));
            }
        }));
    }

    private Operand<S> hidden(Register selector, String name) {
        SegmentPart part = SegmentPart.of(name)
                .orElseThrow(() -> new UnreadableException("$" + selector.term()
                        + " has the parts selector, base, limit, type, dpl, s, present, l, db, g, avl and unusable"));
        return part.operand(place(() -> file.read(selector, part), value -> file.write(selector, part, value)));
    }

    private Optional<Whole<S>> whole(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return switch (lower) {
            case "xcr0" ->
                Optional.of(
                        new Whole<>(number(IntegerType.UNSIGNED_LONG, vcpu::xcr0, vcpu::storeXcr0), RegisterBits.XCR0));
            case "ftag" ->
                Optional.of(new Whole<>(
                        number(IntegerType.unsigned(2), () -> X87Tags.word(vcpu.xsave()), this::storeTags),
                        RegisterBits.X87_TAGS));
            default -> extended(lower).or(() -> byIndex(name));
        };
    }

    private void storeTags(long word) {
        byte[] area = vcpu.xsave().clone();
        area[XsaveArea.FTW] = X87Tags.abridged(word);
        area[XsaveArea.XSTATE_BV] |= 1 << XsaveArea.X87;
        vcpu.storeXsave(area);
    }

    private Optional<Whole<S>> extended(String name) {
        Optional<ExtendedRegister> register = ExtendedRegister.of(name, ExtendedRegister.area(vcpu));
        if (register.isPresent() && file.isOfCaller()) {
            throw new UnreadableException(
                    name + " is not known in this frame: the functions it has called may have changed it");
        }
        return register.map(known -> new Whole<>(known.operand(vcpu, changed), bits(name)));
    }

    /** The fields of a register that the XSAVE area holds; null where it is one number. */
    static @Nullable BitLayout bits(String name) {
        return switch (name) {
            case "mxcsr" -> RegisterBits.MXCSR;
            case "fctrl" -> RegisterBits.X87_CONTROL;
            case "fstat" -> RegisterBits.X87_STATUS;
            case "ftag" -> RegisterBits.X87_TAGS;
            case "pkru" -> RegisterBits.PKRU;
            case "xcr0" -> RegisterBits.XCR0;
            default -> null;
        };
    }

    private Optional<Whole<S>> byIndex(String name) {
        return MsrCatalogue.load()
                .named(name)
                .map(register ->
                        new Whole<>(msr(register.index()), register.layout().orElse(null)));
    }

    private Operand<S> msr(int index) {
        return number(
                IntegerType.UNSIGNED_LONG,
                () -> vcpu.modelSpecificRegister(index),
                value -> vcpu.storeModelSpecificRegister(index, value));
    }

    /** Any MSR that KVM knows. */
    @Override
    public Optional<Operand<S>> modelSpecificRegister(long index) {
        return Optional.of(msr((int) index));
    }

    private Operand<S> number(IntegerType type, LongSupplier read, LongConsumer write) {
        return new Operand<>(type, Format.HEXADECIMAL, place(read, write));
    }

    private Operand<S> field(Operand<S> whole, BitLayout bits, String register, String name) {
        BitField field = bits.field(name)
                .orElseThrow(() -> new UnreadableException("$" + register + " has the fields "
                        + String.join(
                                " ", bits.fields().stream().map(BitField::name).toList())));
        int bytes = (int) whole.type().bytes();
        boolean narrow = field.high() - field.low() + 1 < Integer.SIZE;
        return new Operand<>(
                narrow ? IntegerType.INT : IntegerType.UNSIGNED_LONG,
                narrow ? Format.NATURAL : Format.HEXADECIMAL,
                new Place<>() {
                    @Override
                    public long read(S state, long offset, int size) {
                        long value = field.of(whole.place().read(state, 0, bytes));
                        return Place.<S>constant(value).read(state, offset, size);
                    }

                    @Override
                    public void write(S state, long offset, int size, long value) {
                        try {
                            long before = whole.place().read(state, 0, bytes);
                            whole.place().write(state, 0, bytes, field.with(before, value));
                        } catch (IllegalArgumentException e) {
                            throw new UnreadableException(String.valueOf(e.getMessage()));
                        }
                    }
                });
    }

    private Place<S> place(LongSupplier read, LongConsumer write) {
        Place<S> value = Place.of(state -> read.getAsLong());
        return new Place<>() {
            @Override
            public long read(S state, long offset, int bytes) {
                return value.read(state, offset, bytes);
            }

            @Override
            public void write(S state, long offset, int bytes, long written) {
                try {
                    write.accept(written);
                } catch (ChangeRefusedException | KvmException e) {
                    throw new UnreadableException(String.valueOf(e.getMessage()));
                }
                changed.run();
            }
        };
    }
}
