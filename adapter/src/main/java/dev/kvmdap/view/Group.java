package dev.kvmdap.view;

import dev.kvmdap.expression.NumberFormat;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Rows under a heading.
 *
 * @param name the heading
 * @param text what stands beside it, perhaps nothing
 * @param type its explanation
 * @param rows computes the rows each time the group is opened
 */
public record Group(String name, String text, @Nullable String type, Supplier<List<Node>> rows) implements Node {

    @Override
    public String value(NumberFormat format) {
        return text;
    }

    @Override
    public boolean expandable() {
        return true;
    }

    @Override
    public List<Node> children() {
        return rows.get();
    }
}
