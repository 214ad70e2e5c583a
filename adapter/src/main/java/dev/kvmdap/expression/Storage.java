package dev.kvmdap.expression;

import dev.kvmdap.types.AddressSpace;
import org.jspecify.annotations.Nullable;

/** The place of an object in one state of the guest, for as long as the guest stands still. */
public interface Storage {

    /** Reads what it is given. */
    Place<Storage> PLACE = new Place<>() {
        @Override
        public long read(Storage storage, long offset, int bytes) {
            return storage.read(offset, bytes);
        }

        @Override
        public void write(Storage storage, long offset, int bytes, long value) {
            storage.write(offset, bytes, value);
        }
    };

    /** A part of the object, see {@link Place#read}. */
    long read(long offset, int bytes);

    /** Changes a part of the object, see {@link Place#write}. */
    void write(long offset, int bytes, long value);

    /** In which space its address counts; null where it has none. */
    @Nullable AddressSpace space();

    /**
     * The address of its first byte.
     *
     * @throws UnreadableException where it has none
     */
    long address();

    /** Why the object has neither a place nor a value; null where it has. */
    default @Nullable String absence() {
        return null;
    }

    /** The memory at an address in the same state. */
    Storage at(AddressSpace space, long address);

    /**
     * The storage that a place is in a state. Its address is computed now and stays.
     *
     * @throws UnreadableException where it cannot be computed
     */
    static <S> Storage settled(Place<S> place, S state, Memory<S> memory) {
        AddressSpace space = place.space();
        if (space == null) {
            return new Settled<>(place, state, memory);
        }
        long address = place.address(state);
        return new Settled<>(Place.at(space, same -> address, memory), state, memory);
    }

    /** A part of what is in no memory, such as a structure in registers. */
    record Part(Storage whole, long start) implements Storage {

        @Override
        public long read(long offset, int bytes) {
            return whole.read(start + offset, bytes);
        }

        @Override
        public void write(long offset, int bytes, long value) {
            whole.write(start + offset, bytes, value);
        }

        @Override
        public @Nullable AddressSpace space() {
            return null;
        }

        @Override
        public long address() {
            return whole.address() + start;
        }

        @Override
        public Storage at(AddressSpace space, long address) {
            return whole.at(space, address);
        }
    }

    /** A place, and the state that it is looked at in. */
    record Settled<S>(Place<S> place, S state, Memory<S> memory) implements Storage {

        @Override
        public long read(long offset, int bytes) {
            return place.read(state, offset, bytes);
        }

        @Override
        public void write(long offset, int bytes, long value) {
            place.write(state, offset, bytes, value);
        }

        @Override
        public @Nullable AddressSpace space() {
            return place.space();
        }

        @Override
        public @Nullable String absence() {
            return place.absence();
        }

        @Override
        public long address() {
            return place.address(state);
        }

        @Override
        public Storage at(AddressSpace space, long address) {
            return new Settled<>(Place.at(space, same -> address, memory), state, memory);
        }
    }
}
