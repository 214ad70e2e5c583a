package dev.kvmdap.console;

import dev.kvmdap.expression.Value;
import org.jspecify.annotations.Nullable;

/**
 * What the console answers.
 *
 * @param text for people, without a line end at its end
 * @param value the value behind the text, where the line was an expression
 */
public record Answer(String text, @Nullable Value value) {

    static Answer of(String text) {
        return new Answer(text, null);
    }

    static Answer of(Value value, ConsoleTarget target) {
        return new Answer(target.text(value), value);
    }
}
