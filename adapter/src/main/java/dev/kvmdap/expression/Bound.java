package dev.kvmdap.expression;

import dev.kvmdap.types.OpaqueType;
import dev.kvmdap.types.Type;

/**
 * An expression whose names are resolved and whose type is known: to be evaluated as often as wanted, by any thread,
 * without allocation; one that assigns, by one thread.
 *
 * @param <S> what operands are read from
 */
public final class Bound<S> {

    private final Code<S> code;
    private final Format format;
    private final Memory<S> memory;

    Bound(Code<S> code, Format format, Memory<S> memory) {
        this.code = code;
        this.format = format;
        this.memory = memory;
    }

    /** The type of the value. */
    public Type type() {
        return code.type();
    }

    /**
     * The same expression, which is a number: not a structure.
     *
     * @throws ExpressionException where it is none
     */
    public Bound<S> number() {
        Operands.number(code);
        return this;
    }

    /**
     * The number, as its type travels in a {@code long}; of an array or function the address.
     *
     * @throws ExpressionException where an operand cannot be read or an operation has no result
     */
    public long evaluate(S state) {
        return code.evaluate(state);
    }

    /**
     * Whether the value is not 0.
     *
     * @throws ExpressionException as {@link #evaluate}
     */
    public boolean holds(S state) {
        Type number = Scalars.numberOf(code.type());
        return Scalars.isTrue(code.evaluate(state), number == null ? OpaqueType.VOID : number);
    }

    /**
     * The value with its type, to be shown.
     *
     * @throws ExpressionException as {@link #evaluate}
     */
    public Value value(S state) {
        try {
            Lvalue<S> object = code.object();
            if (object != null) {
                if (object != code) {
                    code.evaluate(state);
                }
                Storage storage = Storage.settled(object.place(), state, memory);
                return Value.stored(object.typeNow(state), format, object.member(), storage);
            }
            Storage around = Storage.settled(Place.constant(0), state, memory);
            return Value.computed(code.type(), format, code.evaluate(state), around);
        } catch (UnreadableException e) {
            throw code.error(e);
        }
    }

    /** Where errors that come up after the evaluation belong: the column of the outermost operator. */
    public ExpressionException error(UnreadableException cause) {
        return code.error(cause);
    }
}
