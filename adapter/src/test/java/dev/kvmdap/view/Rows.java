package dev.kvmdap.view;

import java.util.List;
import java.util.NoSuchElementException;

/** Finds rows of a tree by what they are called. */
public final class Rows {

    private Rows() {}

    /** The node at the end of a path of names below a root. */
    public static Node at(Node root, String... path) {
        Node node = root;
        for (String name : path) {
            node = child(node, name);
        }
        return node;
    }

    private static Node child(Node node, String name) {
        List<Node> children = node.children();
        return children.stream()
                .filter(child -> child.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException(name + " is not among "
                        + children.stream().map(Node::name).toList()));
    }
}
