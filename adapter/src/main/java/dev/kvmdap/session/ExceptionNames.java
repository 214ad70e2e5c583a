package dev.kvmdap.session;

import dev.kvmdap.engine.Condition.ConditionException;
import dev.kvmdap.engine.Cpu;
import dev.kvmdap.engine.ExceptionCondition;
import dev.kvmdap.engine.RaisedException;
import dev.kvmdap.expression.Bound;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.Memory;
import dev.kvmdap.expression.Names;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.Place;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.types.DataModel;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.TypeName;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

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
    public Optional<Operand<AtHandler>> modelSpecificRegister(long index) {
        return program.modelSpecificRegister(index).map(ExceptionNames::ofCpu);
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

    @Override
    public Optional<Operand<AtHandler>> variable(String scope, String name) {
        return program.variable(scope, name).map(ExceptionNames::ofCpu);
    }

    @Override
    public Optional<Type> type(TypeName name) {
        return program.type(name);
    }

    @Override
    public Optional<String> similarVariable(String name) {
        return program.similarVariable(name);
    }

    @Override
    public Optional<String> similarType(TypeName name) {
        return program.similarType(name);
    }

    @Override
    public DataModel model() {
        return program.model();
    }

    @Override
    public Memory<AtHandler> memory() {
        return new HandlerMemory(program.memory());
    }

    private static Optional<Operand<AtHandler>> of(IntegerType type, ToLongFunction<AtHandler> read) {
        return Optional.of(new Operand<>(type, Format.HEXADECIMAL, Place.of(read)));
    }

    private static Operand<AtHandler> ofCpu(Operand<Cpu> operand) {
        return new Operand<>(operand.type(), operand.format(), new HandlerPlace(operand.place()));
    }

    /** A place of the vCPU at the handler. */
    private record HandlerPlace(Place<Cpu> place) implements Place<AtHandler> {

        @Override
        public long read(AtHandler at, long offset, int bytes) {
            return place.read(at.cpu(), offset, bytes);
        }

        @Override
        public void write(AtHandler at, long offset, int bytes, long value) {
            place.write(at.cpu(), offset, bytes, value);
        }

        @Override
        public @Nullable AddressSpace space() {
            return place.space();
        }

        @Override
        public long address(AtHandler at) {
            return place.address(at.cpu());
        }
    }

    /** The memory of the vCPU at the handler. */
    private record HandlerMemory(Memory<Cpu> memory) implements Memory<AtHandler> {

        @Override
        public long read(AtHandler at, AddressSpace space, long address, int bytes) {
            return memory.read(at.cpu(), space, address, bytes);
        }

        @Override
        public void write(AtHandler at, AddressSpace space, long address, int bytes, long value) {
            memory.write(at.cpu(), space, address, bytes, value);
        }
    }
}
