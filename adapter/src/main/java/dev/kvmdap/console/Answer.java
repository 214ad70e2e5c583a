package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Value;
import org.jspecify.annotations.Nullable;

/**
 * What the console answers.
 *
 * @param text for people, without a line end at its end
 * @param result the value behind the text, where the line was an expression
 */
public record Answer(String text, @Nullable Result result) {

    /** A value, and the expression that gives it again without changing anything. */
    public record Result(Expression expression, Value value) {}

    static Answer of(String text) {
        return new Answer(text, null);
    }

    /** What an expression is worth; where it assigns, the object that it has assigned to. */
    static Answer of(Expression expression, ConsoleTarget target) {
        Value value = target.evaluate(expression);
        Expression again = expression.assigns() ? Expression.parse(expression.target()) : expression;
        return new Answer(target.text(value), new Result(again, value));
    }
}
