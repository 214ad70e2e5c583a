package dev.kvmdap.view;

import org.jspecify.annotations.Nullable;

/**
 * A fact that has nothing below it and cannot be changed.
 *
 * @param name what it is called
 * @param value what it is
 * @param type its explanation
 * @param memoryReference where it points to
 */
record Row(
        String name,
        String value,
        @Nullable String type,
        @Nullable String memoryReference) implements Node {

    Row(String name, String value, @Nullable String type) {
        this(name, value, type, null);
    }
}
