package dev.kvmdap.expression;

import dev.kvmdap.types.Member;
import dev.kvmdap.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * An object that an expression designates (C17 6.3.2.1). Its value is read from its place where it is a number; an array and
 * a function stand for their addresses.
 */
final class Lvalue<S> extends Code<S> {

    private final Place<S> place;
    private final @Nullable Member member;
    private final @Nullable Slot slot;

    Lvalue(int column, Type type, Format format, Place<S> place) {
        this(column, type, format, place, null);
    }

    /**
     * An object that may be a bit field.
     *
     * @param member which one; null where it is none
     */
    Lvalue(int column, Type type, Format format, Place<S> place, @Nullable Member member) {
        super(column, type, format);
        this.place = place;
        this.member = member;
        this.slot = Slot.of(type, member);
    }

    Place<S> place() {
        return place;
    }

    @Nullable Member member() {
        return member;
    }

    /** How its value lies in its place; null where it is no number. */
    @Nullable Slot slot() {
        return slot;
    }

    boolean isBitField() {
        return slot != null && slot.bits() != 0;
    }

    @Override
    long evaluate(S state) {
        try {
            return slot == null ? place.address(state) : slot.load(place, state, 0);
        } catch (UnreadableException e) {
            throw error(e);
        }
    }

    @Override
    Lvalue<S> object() {
        return this;
    }
}
