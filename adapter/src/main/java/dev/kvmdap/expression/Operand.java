package dev.kvmdap.expression;

import java.util.function.ToLongFunction;

/**
 * What a name stands for, found once when an expression is bound and read at every evaluation.
 *
 * @param <S> what the value is read from: the state of a stopped vCPU
 */
public interface Operand<S> {

    /** The type of the value; it never changes. */
    IntegerType type();

    /** How people expect to see it: hexadecimal for registers and addresses, decimal for counts. */
    Format format();

    /**
     * The value at present. A breakpoint's condition calls this on the vCPU thread: it must not block, and should not
     * allocate.
     *
     * @return the value; bits above the type's width are ignored
     * @throws UnreadableException where it cannot be read now
     */
    long read(S state);

    /** An operand that is read by a function. */
    static <S> Operand<S> of(IntegerType type, Format format, ToLongFunction<S> read) {
        return new Operand<>() {
            @Override
            public IntegerType type() {
                return type;
            }

            @Override
            public Format format() {
                return format;
            }

            @Override
            public long read(S state) {
                return read.applyAsLong(state);
            }
        };
    }
}
