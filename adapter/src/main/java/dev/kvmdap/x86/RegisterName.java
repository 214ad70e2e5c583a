package dev.kvmdap.x86;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A name by which assemblers call a register or a part of one (SDM vol. 1, 3.4.1): {@code ah} is bits 15:8 of RAX.
 * Every name is known in every CPU mode.
 *
 * @param name in lower case
 * @param register the register that holds it
 * @param shift its lowest bit in that register
 * @param width its width in bits
 */
public record RegisterName(String name, Register register, int shift, int width) {

    private static final Map<String, RegisterName> ALL = Collections.unmodifiableMap(catalogue());

    /** The register of that name, in any case and without a sigil such as {@code $} or {@code %}. */
    public static Optional<RegisterName> of(String name) {
        return Optional.ofNullable(ALL.get(name.toLowerCase(Locale.ROOT)));
    }

    /**
     * The name of a register's low part, or of the whole register where no part of that width has a name.
     *
     * @param width 16, 32 or 64
     */
    public static RegisterName of(Register register, int width) {
        for (RegisterName candidate : ALL.values()) {
            if (candidate.register == register && candidate.shift == 0 && candidate.width == width) {
                return candidate;
            }
        }
        return new RegisterName(register.term(), register, 0, register.width());
    }

    /** Every name, for completions. */
    public static Collection<RegisterName> all() {
        return ALL.values();
    }

    /** The name that was probably meant by one that {@link #of(String)} does not know. */
    public static Optional<String> closest(String name) {
        return Spelling.closest(name, ALL.keySet());
    }

    /** This part of a register's value. */
    public long read(long value) {
        return (value >>> shift) & maximum();
    }

    /**
     * The register's value with this part replaced. The other bits stay, as a debugger's user expects; the processor
     * would clear the upper half of RAX on a write to EAX.
     *
     * @throws IllegalArgumentException where {@code part} does not fit, neither unsigned nor sign-extended
     */
    public long write(long value, long part) {
        boolean fits = Long.compareUnsigned(part, maximum()) <= 0 || (part < 0 && part >= ~(maximum() >>> 1));
        if (!fits) {
            throw new IllegalArgumentException(
                    "0x%x does not fit in %s, which has %d bits".formatted(part, name, width));
        }
        return (value & ~(maximum() << shift)) | ((part & maximum()) << shift);
    }

    private long maximum() {
        return -1L >>> (64 - width);
    }

    private static Map<String, RegisterName> catalogue() {
        List<RegisterName> names = new ArrayList<>();
        for (Register register : Register.values()) {
            String name = register.term();
            names.add(new RegisterName(name, register, 0, register.width()));
            switch (register) {
                case RAX, RBX, RCX, RDX -> {
                    String letter = name.substring(1, 2);
                    names.add(new RegisterName("e" + letter + "x", register, 0, 32));
                    names.add(new RegisterName(letter + "x", register, 0, 16));
                    names.add(new RegisterName(letter + "l", register, 0, 8));
                    names.add(new RegisterName(letter + "h", register, 8, 8));
                }
                case RSI, RDI, RBP, RSP -> {
                    String letters = name.substring(1);
                    names.add(new RegisterName("e" + letters, register, 0, 32));
                    names.add(new RegisterName(letters, register, 0, 16));
                    names.add(new RegisterName(letters + "l", register, 0, 8));
                }
                case R8, R9, R10, R11, R12, R13, R14, R15 -> {
                    names.add(new RegisterName(name + "d", register, 0, 32));
                    names.add(new RegisterName(name + "w", register, 0, 16));
                    names.add(new RegisterName(name + "b", register, 0, 8));
                    names.add(new RegisterName(name + "l", register, 0, 8));
                }
                case RIP -> {
                    names.add(new RegisterName("eip", register, 0, 32));
                    names.add(new RegisterName("ip", register, 0, 16));
                    names.add(new RegisterName("pc", register, 0, 64));
                }
                case RFLAGS -> {
                    names.add(new RegisterName("eflags", register, 0, 32));
                    names.add(new RegisterName("flags", register, 0, 16));
                }
                default -> {}
            }
        }
        Map<String, RegisterName> byName = new LinkedHashMap<>();
        names.forEach(name -> byName.put(name.name(), name));
        return byName;
    }
}
