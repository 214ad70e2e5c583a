package dev.kvmdap.expression;

import dev.kvmdap.types.TypeName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A type as an expression names it (C17 6.7.7), before names are resolved. */
sealed interface TypeNode {

    /** The words of a type of the language, sorted: {@code long unsigned}. */
    record Basic(int column, List<String> words) implements TypeNode {}

    /** A typedef, or a tag behind its keyword. */
    record Named(int column, TypeName name) implements TypeNode {}

    /** {@code target *}. */
    record Pointer(TypeNode target) implements TypeNode {}

    /**
     * {@code element [count]}.
     *
     * @param count null where the brackets are empty
     */
    record Array(int column, TypeNode element, @Nullable Node count) implements TypeNode {}

    /**
     * {@code result (parameters)}.
     *
     * @param prototyped whether anything stands in the parentheses
     */
    record Function(TypeNode result, List<TypeNode> parameters, boolean prototyped) implements TypeNode {}

    /** {@code const} and its like in front of a type. */
    record Qualified(String qualifier, TypeNode target) implements TypeNode {}
}
