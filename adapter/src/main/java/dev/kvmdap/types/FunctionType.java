package dev.kvmdap.types;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A function.
 *
 * @param parameters the types of its parameters
 * @param prototyped whether the parameters are told: {@code int f()} says nothing of them
 */
public record FunctionType(Type result, List<Type> parameters, boolean prototyped) implements Type {

    @Override
    public long bytes() {
        return 0;
    }

    @Override
    public String declaration(String declarator) {
        String inside = parameters.isEmpty()
                ? prototyped ? "void" : ""
                : parameters.stream().map(Type::name).collect(Collectors.joining(", "));
        return result.declaration(declarator + "(" + inside + ")");
    }

    @Override
    public String toString() {
        return name();
    }
}
