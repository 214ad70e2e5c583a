package dev.kvmdap.expression;

/** Thrown by an {@link Operand} that has no value at present, such as a variable in memory that is not mapped. */
public final class UnreadableException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /**
     * An operand without a value.
     *
     * @param reason what is missing and why, without a place: the expression adds the column of the operand
     */
    public UnreadableException(String reason) {
        super(reason);
    }
}
