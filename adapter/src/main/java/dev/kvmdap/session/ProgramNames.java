package dev.kvmdap.session;

import dev.kvmdap.engine.Condition;
import dev.kvmdap.engine.Condition.ConditionException;
import dev.kvmdap.engine.Cpu;
import dev.kvmdap.expression.Bound;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.Names;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.view.RegisterNames;
import java.util.Optional;

/** What expressions may name: the registers of the vCPU, and the variables of the program. */
final class ProgramNames implements Names<Cpu> {

    private final Names<Cpu> registers = new RegisterNames<>(Cpu::regs, Cpu::sregs);

    /**
     * A breakpoint's condition.
     *
     * @throws ExpressionException where the text is no expression or names something unknown
     */
    Condition condition(String text) {
        Bound<Cpu> bound = Expression.parse(text).bind(this);
        return cpu -> {
            try {
                return bound.holds(cpu);
            } catch (ExpressionException noValue) {
                throw new ConditionException(String.valueOf(noValue.getMessage()));
            }
        };
    }

    @Override
    public Optional<Operand<Cpu>> register(String name) {
        return registers.register(name);
    }

    @Override
    public Optional<Operand<Cpu>> variable(String name) {
        return Optional.empty();
    }
}
