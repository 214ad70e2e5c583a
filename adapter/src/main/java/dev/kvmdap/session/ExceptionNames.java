package dev.kvmdap.session;

import dev.kvmdap.engine.Condition.ConditionException;
import dev.kvmdap.engine.Cpu;
import dev.kvmdap.engine.ExceptionCondition;
import dev.kvmdap.engine.RaisedException;
import dev.kvmdap.expression.Bound;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.IntegerType;
import dev.kvmdap.expression.Names;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.symbols.Symbols;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What the condition of an exception filter may name: {@code vector}, {@code error}, {@code cpl}, {@code rip} and {@code cr2}
 * of the exception, else the registers at its handler and what always exists.
 */
final class ExceptionNames implements Names<ExceptionNames.AtHandler> {

    private final Names<Cpu> program;

    /** An exception, and the vCPU at its handler. */
    record AtHandler(Cpu cpu, RaisedException exception) {}

    ExceptionNames(Symbols symbols) {
        this.program = new ProgramNames(symbols);
    }

    /**
     * A filter's condition.
     *
     * @throws ExpressionException where the text is no expression or names something unknown
     */
    ExceptionCondition condition(String text) {
        Bound<AtHandler> bound = Expression.parse(text).bind(this);
        return (cpu, exception) -> {
            try {
                return bound.holds(new AtHandler(cpu, exception));
            } catch (ExpressionException noValue) {
                throw new ConditionException(String.valueOf(noValue.getMessage()));
            }
        };
    }

    @Override
    public Optional<Operand<AtHandler>> register(String name) {
        return program.register(name).map(ExceptionNames::ofCpu);
    }

    @Override
    public Optional<Operand<AtHandler>> variable(String name) {
        return switch (name) {
            case "vector" -> of(IntegerType.INT, at -> at.exception().kind().vector());
            case "error" -> of(IntegerType.UNSIGNED_LONG, at -> at.exception().errorCode());
            case "cpl" -> of(IntegerType.INT, at -> at.exception().cpl());
            case "rip" -> of(IntegerType.UNSIGNED_LONG, at -> at.exception().pc());
            case "cr2" -> of(IntegerType.UNSIGNED_LONG, at -> at.exception().cr2());
            default -> program.variable(name).map(ExceptionNames::ofCpu);
        };
    }

    private static Optional<Operand<AtHandler>> of(IntegerType type, ToLongFunction<AtHandler> read) {
        return Optional.of(Operand.of(type, Format.HEXADECIMAL, read));
    }

    private static Operand<AtHandler> ofCpu(Operand<Cpu> operand) {
        return Operand.of(operand.type(), operand.format(), at -> operand.read(at.cpu()));
    }
}
