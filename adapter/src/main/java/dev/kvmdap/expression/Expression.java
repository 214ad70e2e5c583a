package dev.kvmdap.expression;

import org.jspecify.annotations.Nullable;

/**
 * An expression of C on integers, registers ({@code $rax}) and names of the program, optionally with a format letter
 * behind a comma: {@code counter + 1,x}. Widths, ranks and conversions are those of C on x86-64; arithmetic wraps.
 *
 * <p>Reading has three steps, each done as seldom as can be: {@link #parse} once for a text, {@link #bind} once for the
 * names it may use, {@link Bound#evaluate} at every stop.
 */
public final class Expression {

    private final String text;
    private final Node tree;
    private final @Nullable Format format;

    private Expression(String text, Node tree, @Nullable Format format) {
        this.text = text;
        this.tree = tree;
        this.format = format;
    }

    /**
     * Reads a text.
     *
     * @throws ExpressionException where it is not an expression: the message names the column, and what is expected
     */
    public static Expression parse(String text) {
        Parser.Parsed parsed = Parser.parse(text);
        return new Expression(text, parsed.tree(), parsed.format());
    }

    /**
     * Resolves the names.
     *
     * @throws ExpressionException where a name is unknown or cannot be used
     */
    public <S> Bound<S> bind(Names<S> names) {
        Code<S> code = new Binder<>(names).bind(tree);
        return new Bound<>(code, format != null ? format : code.format());
    }

    /** The text as it was written. */
    @Override
    public String toString() {
        return text;
    }
}
