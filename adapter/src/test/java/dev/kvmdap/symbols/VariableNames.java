package dev.kvmdap.symbols;

import dev.kvmdap.expression.Memory;
import dev.kvmdap.expression.Names;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.Place;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.symbols.dwarf.FrameState;
import dev.kvmdap.symbols.dwarf.Location;
import dev.kvmdap.symbols.dwarf.NoValueException;
import dev.kvmdap.types.AddressSpace;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Variables as expressions name them, read from a frame whose state is known. */
record VariableNames(List<Variable> variables, FrameState frame) implements Names<FrameState> {

    private static final Memory<FrameState> MEMORY = new Memory<>() {
        @Override
        public long read(FrameState state, AddressSpace space, long address, int bytes) {
            try {
                return state.memory(address, bytes);
            } catch (NoValueException e) {
                throw new UnreadableException("it " + e.getMessage());
            }
        }

        @Override
        public void write(FrameState state, AddressSpace space, long address, int bytes, long value) {
            throw new UnreadableException("it is not to be changed");
        }
    };

    private record Located(String name, Location location) implements Place<FrameState> {

        @Override
        public long read(FrameState state, long offset, int bytes) {
            try {
                return location.read(state, offset, bytes);
            } catch (NoValueException e) {
                throw new UnreadableException("'" + name + "' " + e.getMessage());
            }
        }

        @Override
        public @Nullable AddressSpace space() {
            return location instanceof Location.Memory ? AddressSpace.LINEAR : null;
        }

        @Override
        public @Nullable String absence() {
            return location instanceof Location.Missing missing ? "'" + name + "' " + missing.reason() : null;
        }

        @Override
        public long address(FrameState state) {
            if (location instanceof Location.Missing missing) {
                throw new UnreadableException("'" + name + "' " + missing.reason());
            }
            try {
                return ((Location.Memory) location).address().evaluate(state);
            } catch (NoValueException e) {
                throw new UnreadableException("'" + name + "' " + e.getMessage());
            }
        }
    }

    @Override
    public Optional<Operand<FrameState>> register(String name) {
        return Optional.empty();
    }

    @Override
    public Optional<Operand<FrameState>> variable(String name) {
        return variables.stream()
                .filter(variable -> variable.name().equals(name))
                .findFirst()
                .map(variable -> variable.in(frame))
                .map(variable -> Operand.of(variable.type(), new Located(name, variable.location())));
    }

    @Override
    public Memory<FrameState> memory() {
        return MEMORY;
    }
}
