package dev.kvmdap.view;

import dev.kvmdap.expression.NumberFormat;
import org.jspecify.annotations.Nullable;

/**
 * A fact that has nothing below it and cannot be changed.
 *
 * @param name what it is called
 * @param text what it is
 * @param type its explanation
 * @param memoryReference where it points to
 */
public record Row(
        String name,
        String text,
        @Nullable String type,
        @Nullable String memoryReference) implements Node {

    /** A fact that points nowhere. */
    public Row(String name, String text, @Nullable String type) {
        this(name, text, type, null);
    }

    @Override
    public String value(NumberFormat format) {
        return text;
    }
}
