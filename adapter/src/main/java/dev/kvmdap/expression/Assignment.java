package dev.kvmdap.expression;

import dev.kvmdap.types.Type;
import org.jspecify.annotations.Nullable;

/** The codes that change the guest: only where an expression is bound for that, on the session thread. */
final class Assignment {

    private static final int AT_ONCE = Long.BYTES;

    private Assignment() {}

    /** {@code target = value}. */
    static final class OfNumber<S> extends Code<S> {
        private final Lvalue<S> target;
        private final Slot slot;
        private final Code<S> value;

        /** Assigns a value of the target's type. */
        OfNumber(int column, Lvalue<S> target, Slot slot, Code<S> value) {
            super(column, target.type(), target.format());
            this.target = target;
            this.slot = slot;
            this.value = value;
        }

        @Override
        long evaluate(S state) {
            long assigned = value.evaluate(state);
            try {
                slot.store(target.place(), state, 0, assigned);
                return slot.load(target.place(), state, 0);
            } catch (UnreadableException e) {
                throw error(e);
            }
        }

        @Override
        Lvalue<S> object() {
            return target;
        }
    }

    /** The value of a compound assignment's target before it, read once; not for several threads. */
    static final class Before<S> extends Code<S> {
        private long value;

        Before(Lvalue<S> target) {
            super(target.column(), target.type(), target.format());
        }

        @Override
        long evaluate(S state) {
            return value;
        }
    }

    /** {@code target op= value}: the target's place is found once. */
    static final class Compound<S> extends Code<S> {
        private final Lvalue<S> target;
        private final Slot slot;
        private final Before<S> before;
        private final Code<S> value;
        private final Memory<S> memory;
        private final boolean givesOld;

        /**
         * A compound assignment.
         *
         * @param value what is assigned, computed from {@code before}, of the target's type
         */
        Compound(
                int column,
                Lvalue<S> target,
                Slot slot,
                Before<S> before,
                Code<S> value,
                Memory<S> memory,
                boolean givesOld) {
            super(column, target.type(), target.format());
            this.target = target;
            this.slot = slot;
            this.before = before;
            this.value = value;
            this.memory = memory;
            this.givesOld = givesOld;
        }

        @Override
        long evaluate(S state) {
            try {
                Storage storage = Storage.settled(target.place(), state, memory);
                before.value = slot.load(Storage.PLACE, storage, 0);
                slot.store(Storage.PLACE, storage, 0, value.evaluate(state));
                return givesOld ? before.value : slot.load(Storage.PLACE, storage, 0);
            } catch (UnreadableException e) {
                throw error(e);
            }
        }
    }

    /** {@code $name = value}: the name has the value's type from then on. */
    static final class ToName<S> extends Code<S> {
        private final Names<S> names;
        private final String name;
        private final Code<S> value;
        private final @Nullable Code<S> before;

        /**
         * Keeps a value.
         *
         * @param before what is the result instead of the value; null for the value
         */
        ToName(int column, Names<S> names, String name, Code<S> value, @Nullable Code<S> before) {
            super(column, (before == null ? value : before).type(), value.format());
            this.names = names;
            this.name = name;
            this.value = value;
            this.before = before;
        }

        @Override
        long evaluate(S state) {
            long old = before == null ? 0 : before.evaluate(state);
            try {
                Lvalue<S> object = value.object();
                long bits = object == null || object.slot() != null ? value.evaluate(state) : 0;
                if (object == null || object.slot() != null) {
                    Storage around = Storage.settled(Place.constant(0), state, names.memory());
                    names.keep(name, Value.computed(value.type(), format(), bits, around));
                } else {
                    Storage storage = Storage.settled(object.place(), state, names.memory());
                    names.keep(name, Value.stored(object.typeNow(state), format(), object.member(), storage));
                }
                return before == null ? bits : old;
            } catch (UnreadableException e) {
                throw error(e);
            }
        }

        @Override
        @Nullable Lvalue<S> object() {
            Lvalue<S> object = value.object();
            return before == null && object != null && object.slot() == null ? object : null;
        }
    }

    /** {@code target = source} of structures. */
    static final class OfStructure<S> extends Code<S> {
        private final Lvalue<S> target;
        private final Lvalue<S> source;

        OfStructure(int column, Lvalue<S> target, Lvalue<S> source) {
            super(column, target.type(), target.format());
            this.target = target;
            this.source = source;
        }

        @Override
        long evaluate(S state) {
            Type type = type();
            try {
                for (long offset = 0; offset < type.bytes(); offset += AT_ONCE) {
                    int bytes = (int) Math.min(AT_ONCE, type.bytes() - offset);
                    long part = source.place().read(state, offset, bytes);
                    target.place().write(state, offset, bytes, part);
                }
                return 0;
            } catch (UnreadableException e) {
                throw error(e);
            }
        }

        @Override
        Lvalue<S> object() {
            return target;
        }
    }
}
