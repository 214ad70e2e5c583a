package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;
import dev.kvmdap.expression.Memory;
import dev.kvmdap.expression.Place;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.symbols.dwarf.FrameState;
import dev.kvmdap.symbols.dwarf.Location;
import dev.kvmdap.symbols.dwarf.NoValueException;
import dev.kvmdap.symbols.dwarf.Term;
import dev.kvmdap.types.AddressSpace;
import org.jspecify.annotations.Nullable;

/**
 * Where a variable of the program is, for expressions: the location that debugging information gives, looked at in one frame.
 * Reading allocates nothing.
 */
final class VariablePlace implements Place<Cpu> {

    private final String name;
    private final Location location;
    private final FrameOf frame;
    private final Memory<Cpu> memory;

    /** The frame that a variable belongs to, and its registers where they can be changed. */
    interface FrameOf {

        FrameState of(Cpu cpu);

        /** The frame as it is while the guest stands still, where that is known: types may depend on it. Session thread. */
        default @Nullable FrameState now() {
            return null;
        }

        /** Changes a register by its DWARF number; session thread. */
        default void write(Cpu cpu, int register, long value) {
            throw new UnreadableException("it is in a register, which cannot be changed here");
        }
    }

    /**
     * The place of a variable.
     *
     * @param name for messages
     * @param memory where it is changed
     */
    VariablePlace(String name, Location location, FrameOf frame, Memory<Cpu> memory) {
        this.name = name;
        this.location = location;
        this.frame = frame;
        this.memory = memory;
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
    public long address(Cpu cpu) {
        if (location instanceof Location.Memory memory) {
            return evaluate(memory.address(), cpu);
        }
        throw new UnreadableException("'" + name + "' "
                + (location instanceof Location.Missing missing ? missing.reason() : "is not in memory")
                + ": it has no address");
    }

    private long evaluate(Term term, Cpu cpu) {
        try {
            return term.evaluate(frame.of(cpu));
        } catch (NoValueException e) {
            throw unreadable(e);
        }
    }

    private UnreadableException unreadable(NoValueException reason) {
        return new UnreadableException("'" + name + "' " + reason.getMessage());
    }

    @Override
    public long read(Cpu cpu, long offset, int bytes) {
        try {
            return location.read(frame.of(cpu), offset, bytes);
        } catch (NoValueException e) {
            throw unreadable(e);
        }
    }

    private static long register(Location.Register register, FrameState state) {
        if (state.wordSize() != register.wordSize()) {
            throw new NoValueException("belongs to " + Byte.SIZE * register.wordSize()
                    + "-bit code, but the CPU executes " + Byte.SIZE * state.wordSize() + "-bit code now");
        }
        return state.register(register.number());
    }

    @Override
    public void write(Cpu cpu, long offset, int bytes, long value) {
        if (location instanceof Location.Memory) {
            memory.write(cpu, AddressSpace.LINEAR, address(cpu) + offset, bytes, value);
        } else if (location instanceof Location.Register register && offset < Long.BYTES) {
            long mask = bytes == Long.BYTES ? -1 : ~(-1L << (Byte.SIZE * bytes));
            int shift = (int) (Byte.SIZE * offset);
            long before = register(register, frame.of(cpu));
            frame.write(cpu, register.number(), (before & ~(mask << shift)) | (value & mask) << shift);
        } else {
            throw new UnreadableException("'" + name + "' is in no place of its own here and cannot be changed");
        }
    }
}
