package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;
import dev.kvmdap.expression.Memory;
import dev.kvmdap.expression.Names;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.Place;
import dev.kvmdap.session.EventNames.At;
import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.types.DataModel;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.TypeName;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a condition may name that is evaluated when something has happened to a vCPU: what it was, by names of its own; else
 * the registers as they are then, and what always exists in the program.
 *
 * @param <E> what has happened
 */
final class EventNames<E> implements Names<At<E>> {

    private final Names<Cpu> program;
    private final Map<String, Operand<At<E>>> own;

    /** Something that has happened, and the vCPU behind it. */
    record At<E>(Cpu cpu, E event) {}

    /**
     * Names of an event.
     *
     * @param own those that only it has; they hide the program's
     */
    EventNames(Names<Cpu> program, Map<String, Operand<At<E>>> own) {
        this.program = program;
        this.own = own;
    }

    @Override
    public Optional<Operand<At<E>>> register(String name) {
        return program.register(name).map(EventNames::ofCpu);
    }

    @Override
    public Optional<Operand<At<E>>> modelSpecificRegister(long index) {
        return program.modelSpecificRegister(index).map(EventNames::ofCpu);
    }

    @Override
    public Optional<Operand<At<E>>> variable(String name) {
        Operand<At<E>> known = own.get(name);
        return known != null ? Optional.of(known) : program.variable(name).map(EventNames::ofCpu);
    }

    @Override
    public Optional<Operand<At<E>>> variable(String scope, String name) {
        return program.variable(scope, name).map(EventNames::ofCpu);
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
    public Memory<At<E>> memory() {
        return new EventMemory<>(program.memory());
    }

    private static <E> Operand<At<E>> ofCpu(Operand<Cpu> operand) {
        return new Operand<>(operand.type(), operand.format(), new EventPlace<>(operand.place()));
    }

    /** A place of the vCPU. */
    private record EventPlace<E>(Place<Cpu> place) implements Place<At<E>> {

        @Override
        public long read(At<E> at, long offset, int bytes) {
            return place.read(at.cpu(), offset, bytes);
        }

        @Override
        public void write(At<E> at, long offset, int bytes, long value) {
            place.write(at.cpu(), offset, bytes, value);
        }

        @Override
        public @Nullable AddressSpace space() {
            return place.space();
        }

        @Override
        public long address(At<E> at) {
            return place.address(at.cpu());
        }
    }

    /** The memory of the vCPU. */
    private record EventMemory<E>(Memory<Cpu> memory) implements Memory<At<E>> {

        @Override
        public long read(At<E> at, AddressSpace space, long address, int bytes) {
            return memory.read(at.cpu(), space, address, bytes);
        }

        @Override
        public void write(At<E> at, AddressSpace space, long address, int bytes, long value) {
            memory.write(at.cpu(), space, address, bytes, value);
        }
    }
}
