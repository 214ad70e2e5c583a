package dev.kvmdap.expression;

/** An expression cannot be read, bound or evaluated. The message begins with the place: {@code col 7: expected …}. */
public final class ExpressionException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int column;
    private final String reason;

    ExpressionException(int column, String reason) {
        super("col " + column + ": " + reason);
        this.column = column;
        this.reason = reason;
    }

    /** What is wrong, without the place. */
    public String reason() {
        return reason;
    }

    /** Where in the text the trouble is: 1 is the first character, length + 1 is the end. */
    public int column() {
        return column;
    }
}
