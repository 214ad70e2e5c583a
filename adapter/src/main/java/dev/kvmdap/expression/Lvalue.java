package dev.kvmdap.expression;

import dev.kvmdap.types.ArrayType;
import dev.kvmdap.types.Member;
import dev.kvmdap.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * An object that an expression designates (C17 6.3.2.1). Its value is read from its place where it is a number; an array and
 * a function stand for their addresses.
 */
final class Lvalue<S> extends Code<S> {

    private static final int MOST_ELEMENTS = Integer.MAX_VALUE;

    private final Place<S> place;
    private final @Nullable Member member;
    private final @Nullable Slot slot;
    private final @Nullable Code<S> count;

    private Lvalue(
            int column, Type type, Format format, Place<S> place, @Nullable Member member, @Nullable Code<S> count) {
        super(column, type, format);
        this.place = place;
        this.member = member;
        this.slot = Slot.of(type, member);
        this.count = count;
    }

    Lvalue(int column, Type type, Format format, Place<S> place) {
        this(column, type, format, place, null, null);
    }

    /**
     * An object that may be a bit field.
     *
     * @param member which one; null where it is none
     */
    Lvalue(int column, Type type, Format format, Place<S> place, @Nullable Member member) {
        this(column, type, format, place, member, null);
    }

    /** The array that begins with an object; its length may be known only when it is looked at. */
    Lvalue<S> repeated(int column, Code<S> times) {
        boolean known = times instanceof Constant;
        long length = known ? repetitions(times.column(), ((Constant<S>) times).value()) : ArrayType.OPEN;
        return new Lvalue<>(column, new ArrayType(type(), length), format(), place, null, known ? null : times);
    }

    /** Its type with the length that it has now. */
    Type typeNow(S state) {
        return count == null
                ? type()
                : new ArrayType(((ArrayType) type()).element(), repetitions(count.column(), count.evaluate(state)));
    }

    /**
     * A number of elements.
     *
     * @throws ExpressionException where there cannot be as many
     */
    private static long repetitions(int column, long count) {
        if (count < 1 || count > MOST_ELEMENTS) {
            throw new ExpressionException(column, "'@' counts from 1 to " + MOST_ELEMENTS + ", not " + count);
        }
        return count;
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
