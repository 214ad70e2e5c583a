package dev.kvmdap.view;

import dev.kvmdap.expression.Names;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.Place;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.kvm.Regs;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.RegisterName;
import java.util.Optional;
import java.util.function.Function;

/**
 * The registers as expressions name them: every name in every CPU mode, {@code $al} as well as {@code $cr3}, see
 * {@link RegisterPart}, and the hidden parts of segment registers. They are read only, without a system call. It knows no
 * variables.
 *
 * @param <S> what holds a vCPU's registers
 */
public final class RegisterNames<S> implements Names<S> {

    private static final long EFER = 0xc000_0080L;
    private static final long FS_BASE = 0xc000_0100L;
    private static final long GS_BASE = 0xc000_0101L;

    private final Function<S, Regs> regs;
    private final Function<S, Sregs> sregs;

    /** Reads registers by these two; on the thread that evaluates. */
    public RegisterNames(Function<S, Regs> regs, Function<S, Sregs> sregs) {
        this.regs = regs;
        this.sregs = sregs;
    }

    @Override
    public Optional<Operand<S>> register(String name) {
        Optional<RegisterPart> known = RegisterPart.of(name);
        if (known.isEmpty()) {
            return hidden(name);
        }
        RegisterPart part = known.get();
        if (part.register().kind() == Register.Kind.DEBUG) {
            throw new UnreadableException(name + " cannot be used here, for reading it takes a system call");
        }
        Place<S> place =
                Place.of(state -> part.read(RegisterFile.read(part.register(), regs.apply(state), sregs.apply(state))));
        return Optional.of(new Operand<>(part.type(), part.format(), place));
    }

    /** The MSRs that a vCPU keeps at hand: EFER, and the bases of FS and GS (SDM vol. 4, table 2-2). */
    @Override
    public Optional<Operand<S>> modelSpecificRegister(long index) {
        String name = index == EFER ? "efer" : index == FS_BASE ? "fs_base" : index == GS_BASE ? "gs_base" : "";
        if (name.isEmpty()) {
            throw new UnreadableException("MSR 0x" + Long.toHexString(index)
                    + " cannot be used here, for reading it takes a system call: only EFER, FS base and GS base can");
        }
        return register(name);
    }

    /** What a segment register has besides its selector and base (SDM vol. 3, 3.4.3). */
    private Optional<Operand<S>> hidden(String name) {
        int dot = name.indexOf('.');
        Optional<RegisterName> segment = dot < 0 ? Optional.empty() : RegisterName.of(name.substring(0, dot));
        if (segment.isEmpty() || segment.get().register().kind() != Register.Kind.SELECTOR) {
            return Optional.empty();
        }
        SegmentPart part = SegmentPart.of(name.substring(dot + 1))
                .orElseThrow(() -> new UnreadableException("$" + name.substring(0, dot)
                        + " has the parts selector, base, limit, type, dpl, s, present, l, db, g, avl and unusable"));
        Register register = segment.get().register();
        return Optional.of(
                part.operand(Place.of(state -> part.read(RegisterFile.segment(register, sregs.apply(state))))));
    }
}
