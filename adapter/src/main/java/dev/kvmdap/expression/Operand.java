package dev.kvmdap.expression;

import dev.kvmdap.types.Type;

/**
 * What a name stands for, found once when an expression is bound.
 *
 * @param <S> what the value is read from: the state of a vCPU
 * @param type of the object; functions and arrays stand for their addresses, as in C
 * @param format how people expect to see it: hexadecimal for registers
 * @param place where it is
 */
public record Operand<S>(Type type, Format format, Place<S> place) {

    /** An object that is shown as its type is. */
    public static <S> Operand<S> of(Type type, Place<S> place) {
        return new Operand<>(type, Format.NATURAL, place);
    }
}
