package dev.kvmdap.view;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Rows under a heading.
 *
 * @param name the heading
 * @param value what stands beside it, perhaps nothing
 * @param type its explanation
 * @param rows computes the rows each time the group is opened
 */
record Group(String name, String value, @Nullable String type, Supplier<List<Node>> rows) implements Node {

    @Override
    public boolean expandable() {
        return true;
    }

    @Override
    public List<Node> children() {
        return rows.get();
    }
}
