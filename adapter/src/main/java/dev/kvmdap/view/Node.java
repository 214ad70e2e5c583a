package dev.kvmdap.view;

import dev.kvmdap.expression.NumberFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row in a tree of variables. Nothing below it is computed before somebody opens it; what it shows, it reads when
 * it is asked. For the session thread, while the guest stands still; a node is valid until the guest runs again.
 */
public interface Node {

    /** What the row is called; unique among its siblings. */
    String name();

    /**
     * What it shows beside its name; may be empty for a group.
     *
     * @param format how integers are written, where that makes a difference
     */
    String value(NumberFormat format);

    /** What it shows where nobody has chosen a format. */
    default String value() {
        return value(NumberFormat.NATURAL);
    }

    /** What the value is, in a few words: shown when a person points at it. */
    default @Nullable String type() {
        return null;
    }

    /** An expression that has this value, such as {@code $rax}. */
    default @Nullable String evaluateName() {
        return null;
    }

    /** Where in memory the value points to: {@code 0x…} for a linear address, {@code p:0x…} for a physical one. */
    default @Nullable String memoryReference() {
        return null;
    }

    /** The memory that the value occupies; null where it is in none, as a register's. */
    default @Nullable Extent extent() {
        return null;
    }

    /** Whether the row can be opened. */
    default boolean expandable() {
        return false;
    }

    /** How many of the rows below are elements of an array, which come behind all others; clients fetch them in pages. */
    default int elements() {
        return 0;
    }

    /** The rows below, computed now. */
    default List<Node> children() {
        return List.of();
    }

    /** Whether {@link #set} is worth offering. */
    default boolean settable() {
        return false;
    }

    /**
     * Changes the value in the guest.
     *
     * @param text a number or an expression of registers; the decoration of {@link #value} behind it may stay
     * @throws ChangeRefusedException what is wrong with it, and what to do
     */
    default void set(String text) {
        throw new ChangeRefusedException(name() + " cannot be changed");
    }
}
