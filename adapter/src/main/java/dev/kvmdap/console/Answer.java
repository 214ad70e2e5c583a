package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Value;
import org.jspecify.annotations.Nullable;

/**
 * What the console answers.
 *
 * @param text for people, without a line end at its end
 * @param value the value behind the text, where the line was about one
 * @param expression what gives the value again, without changing anything; empty where there is none
 */
public record Answer(String text, @Nullable Value value, String expression) {

    static Answer of(String text) {
        return new Answer(text, null, "");
    }

    /** The value of an expression, in its own format. */
    static Answer of(Expression expression, Value value, ConsoleTarget target) {
        return new Answer(target.text(value), value, expression.assigns() ? expression.target() : expression.withoutFormat());
    }
}
