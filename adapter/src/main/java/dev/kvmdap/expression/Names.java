package dev.kvmdap.expression;

import dev.kvmdap.types.DataModel;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.TypeName;
import java.util.Optional;

/**
 * The names that an expression may use, and the machine that it computes for.
 *
 * @param <S> what operands are read from
 */
public interface Names<S> {

    /**
     * A register by its name without the {@code $}, as it was written: {@code rax}, {@code cs.base}; or else a value that was
     * kept: {@code 1}, {@code $}, {@code base}.
     *
     * @throws UnreadableException where there is no such register and the message says what there is instead
     */
    Optional<Operand<S>> register(String name);

    /**
     * Whether a name behind a {@code $} can be given to a value by assignment: it is no register's, and expressions may keep
     * values here.
     */
    default boolean canKeep(String name) {
        return false;
    }

    /** Keeps a value under a name that {@link #canKeep}; {@link #register} knows it from now on. */
    default void keep(String name, Value value) {
        throw new UnreadableException("values cannot be kept here");
    }

    /**
     * A model-specific register by its index.
     *
     * @throws UnreadableException where it cannot be used: the message says why
     */
    default Optional<Operand<S>> modelSpecificRegister(long index) {
        return Optional.empty();
    }

    /**
     * A variable, function or enumerator by its name, by the rules of scopes.
     *
     * @throws UnreadableException where the name is known and cannot be used: its message says why
     */
    default Optional<Operand<S>> variable(String name) {
        return Optional.empty();
    }

    /**
     * A variable or function of a source file, or a variable of a function.
     *
     * @param scope the file or function; empty for what is seen from everywhere
     * @throws UnreadableException where there is no such scope
     */
    default Optional<Operand<S>> variable(String scope, String name) {
        return Optional.empty();
    }

    /** A type that the program has. */
    default Optional<Type> type(TypeName name) {
        return Optional.empty();
    }

    /** The name of a variable or function that was probably meant. */
    default Optional<String> similarVariable(String name) {
        return Optional.empty();
    }

    /** The name of a type that was probably meant. */
    default Optional<String> similarType(TypeName name) {
        return Optional.empty();
    }

    /** The widths of C's types. */
    default DataModel model() {
        return DataModel.LP64;
    }

    /** Where pointers lead to. */
    default Memory<S> memory() {
        return Memory.none();
    }
}
