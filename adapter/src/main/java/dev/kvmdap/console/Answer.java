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

    /** An expression and its value. */
    public record Result(Expression expression, Value value) {}

    static Answer of(String text) {
        return new Answer(text, null);
    }

    static Answer of(Expression expression, ConsoleTarget target) {
        Value value = target.evaluate(expression);
        return new Answer(target.text(value), new Result(expression, value));
    }
}
