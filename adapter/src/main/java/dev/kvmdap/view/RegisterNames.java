package dev.kvmdap.view;

import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.IntegerType;
import dev.kvmdap.expression.Names;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.kvm.Regs;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.x86.Register;
import dev.kvmdap.x86.RegisterName;
import java.util.Optional;
import java.util.function.Function;

/**
 * The registers as expressions name them: every name in every CPU mode, {@code $al} as well as {@code $cr3}. It knows
 * no variables.
 *
 * @param <S> what holds a vCPU's registers
 */
public final class RegisterNames<S> implements Names<S> {

    private final Function<S, Regs> regs;
    private final Function<S, Sregs> sregs;

    /** Reads registers by these two; on the thread that evaluates. */
    public RegisterNames(Function<S, Regs> regs, Function<S, Sregs> sregs) {
        this.regs = regs;
        this.sregs = sregs;
    }

    @Override
    public Optional<Operand<S>> register(String name) {
        return RegisterName.of(name).map(ByName::new);
    }

    @Override
    public Optional<Operand<S>> variable(String name) {
        return Optional.empty();
    }

    private final class ByName implements Operand<S> {

        private final RegisterName name;
        private final IntegerType type;

        ByName(RegisterName name) {
            this.name = name;
            this.type = IntegerType.unsigned(name.width() / Byte.SIZE);
        }

        @Override
        public IntegerType type() {
            return type;
        }

        @Override
        public Format format() {
            return Format.HEXADECIMAL;
        }

        @Override
        public long read(S state) {
            if (name.register().kind() == Register.Kind.DEBUG) {
                throw new UnreadableException(name.name() + " cannot be used in expressions; look at Registers, Debug");
            }
            return name.read(RegisterFile.read(name.register(), regs.apply(state), sregs.apply(state)));
        }
    }
}
