package dev.kvmdap.expression;

import java.util.Optional;

/**
 * The names that an expression may use.
 *
 * @param <S> what operands are read from
 */
public interface Names<S> {

    /**
     * A register by its name without the {@code $}, as it was written.
     *
     * @throws UnreadableException where there is no such register and the message says what there is instead
     */
    Optional<Operand<S>> register(String name);

    /**
     * A variable by its name.
     *
     * @throws UnreadableException where the name is known and cannot be used: its message says why
     */
    Optional<Operand<S>> variable(String name);
}
