package dev.kvmdap.expression;

/**
 * An expression whose names are resolved and whose type is known: to be evaluated as often as wanted, by any thread,
 * without allocation.
 *
 * @param <S> what operands are read from
 */
public final class Bound<S> {

    private final Code<S> code;
    private final Format format;

    Bound(Code<S> code, Format format) {
        this.code = code;
        this.format = format;
    }

    /** The type of the value. */
    public IntegerType type() {
        return code.type();
    }

    /**
     * The value, extended to 64 bits as its type is signed or not.
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
        return code.evaluate(state) != 0;
    }

    /**
     * The value with its type, to be shown.
     *
     * @throws ExpressionException as {@link #evaluate}
     */
    public Value value(S state) {
        return new Value(code.evaluate(state), code.type(), format);
    }
}
