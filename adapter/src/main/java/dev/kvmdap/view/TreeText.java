package dev.kvmdap.view;

import dev.kvmdap.expression.NumberFormat;
import java.util.ArrayList;
import java.util.List;

/** Rows below a node as lines of text, for where there is no tree to open. */
public final class TreeText {

    /** More are no help on a screen. */
    private static final int MOST_LINES = 2000;

    private static final int WIDEST_NAME = 24;

    private final NumberFormat format;
    private final List<String> lines = new ArrayList<>();

    private TreeText(NumberFormat format) {
        this.format = format;
    }

    /**
     * The rows below a node.
     *
     * @param depth how many levels: 1 for its children alone
     */
    public static String below(Node node, int depth, NumberFormat format) {
        TreeText text = new TreeText(format);
        text.add(node.children(), depth, "");
        if (text.lines.size() > MOST_LINES) {
            text.lines.subList(MOST_LINES, text.lines.size()).clear();
            text.lines.add("... more is not listed; a view of variables shows it piece by piece");
        }
        return String.join("\n", text.lines);
    }

    private void add(List<Node> rows, int depth, String indent) {
        int width = rows.stream()
                .mapToInt(row -> row.name().length())
                .filter(length -> length <= WIDEST_NAME)
                .max()
                .orElse(0);
        for (Node row : rows) {
            if (lines.size() > MOST_LINES) {
                return;
            }
            String name = row.name() + " ".repeat(Math.max(0, width - row.name().length()));
            lines.add((indent + name + "  " + row.value(format)).stripTrailing());
            if (depth > 1) {
                add(row.children(), depth - 1, indent + "    ");
            }
        }
    }
}
