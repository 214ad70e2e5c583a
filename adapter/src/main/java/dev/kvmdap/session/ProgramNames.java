package dev.kvmdap.session;

import dev.kvmdap.engine.Condition;
import dev.kvmdap.engine.Condition.ConditionException;
import dev.kvmdap.engine.Cpu;
import dev.kvmdap.expression.Bound;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.Names;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.symbols.Function;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.view.RegisterNames;
import java.util.List;
import java.util.Optional;

/**
 * What expressions may name wherever the guest stands: the registers of the vCPU, the variables that always exist, and
 * functions, which stand for their addresses.
 */
final class ProgramNames implements Names<Cpu> {

    private final Names<Cpu> registers = new RegisterNames<>(Cpu::regs, Cpu::sregs);
    private final Symbols symbols;

    ProgramNames(Symbols symbols) {
        this.symbols = symbols;
    }

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
        Optional<Operand<Cpu>> global = symbols.variable(name).map(VariableOperand::of);
        if (global.isPresent()) {
            return global;
        }
        List<Function> functions = symbols.functionsNamed(name);
        return functions.isEmpty()
                ? Optional.empty()
                : Optional.of(VariableOperand.address(functions.get(0).low()));
    }
}
