package dev.kvmdap.expression;

import dev.kvmdap.types.AddressSpace;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where an object is kept: in memory, in a register, in pieces, or nowhere but its value is known. Found once when an
 * expression is bound and used at every evaluation; see {@link Memory} for what that demands.
 *
 * @param <S> what is read: the state of a vCPU
 */
public interface Place<S> {

    /**
     * A part of the object as a little-endian number, zero-extended.
     *
     * @param offset of the first byte in the object
     * @param bytes 1 to 8
     * @throws UnreadableException where it cannot be read now
     */
    long read(S state, long offset, int bytes);

    /**
     * Changes a part of the object.
     *
     * @throws UnreadableException where it cannot be changed
     */
    default void write(S state, long offset, int bytes, long value) {
        throw new UnreadableException("it is only a value and cannot be changed");
    }

    /** In which space its address counts; null where it has none. */
    default @Nullable AddressSpace space() {
        return null;
    }

    /** Why the object has neither a place nor a value; null where it has. */
    default @Nullable String absence() {
        return null;
    }

    /**
     * The address of its first byte.
     *
     * @throws UnreadableException where it has none
     */
    default long address(S state) {
        throw new UnreadableException("it is not in memory and has no address");
    }

    /** The place of a value that never changes, of up to 8 bytes. */
    static <S> Place<S> constant(long value) {
        return of(state -> value);
    }

    /** A value of up to 8 bytes that is computed. */
    static <S> Place<S> of(ToLongFunction<S> read) {
        return (state, offset, bytes) -> {
            long value = offset < Long.BYTES ? read.applyAsLong(state) >>> (Byte.SIZE * offset) : 0;
            return bytes == Long.BYTES ? value : value & ~(-1L << (Byte.SIZE * bytes));
        };
    }

    /** The place of bytes that never change. */
    static <S> Place<S> bytes(byte[] object) {
        return (state, offset, bytes) -> {
            long value = 0;
            for (int i = bytes - 1; i >= 0; i--) {
                long at = offset + i;
                value = value << Byte.SIZE | (at >= 0 && at < object.length ? object[(int) at] & 0xff : 0);
            }
            return value;
        };
    }

    /** A place in memory. */
    static <S> Place<S> at(AddressSpace space, ToLongFunction<S> address, Memory<S> memory) {
        return new Place<>() {
            @Override
            public long read(S state, long offset, int bytes) {
                return memory.read(state, space, address.applyAsLong(state) + offset, bytes);
            }

            @Override
            public void write(S state, long offset, int bytes, long value) {
                memory.write(state, space, address.applyAsLong(state) + offset, bytes, value);
            }

            @Override
            public AddressSpace space() {
                return space;
            }

            @Override
            public long address(S state) {
                return address.applyAsLong(state);
            }
        };
    }

    /** The part of the object that begins at an offset. */
    default Place<S> part(long start) {
        return start == 0 ? this : new Part<>(this, state -> start);
    }

    /**
     * The part of the object that begins at an offset which is computed.
     *
     * @param start the offset in bytes
     */
    default Place<S> part(ToLongFunction<S> start) {
        return new Part<>(this, start);
    }

    /** A part of an object. */
    record Part<S>(Place<S> whole, ToLongFunction<S> start) implements Place<S> {

        @Override
        public long read(S state, long offset, int bytes) {
            return whole.read(state, start.applyAsLong(state) + offset, bytes);
        }

        @Override
        public void write(S state, long offset, int bytes, long value) {
            whole.write(state, start.applyAsLong(state) + offset, bytes, value);
        }

        @Override
        public @Nullable AddressSpace space() {
            return whole.space();
        }

        @Override
        public @Nullable String absence() {
            return whole.absence();
        }

        @Override
        public long address(S state) {
            return whole.address(state) + start.applyAsLong(state);
        }
    }
}
