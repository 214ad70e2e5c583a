package dev.kvmdap.expression;

/** An expression cannot be read, bound or evaluated. The message begins with the place: {@code col 7: expected …}. */
public final class ExpressionException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int column;

    ExpressionException(int column, String reason) {
        super("col " + column + ": " + reason);
        this.column = column;
    }

    /** Where in the text the trouble is: 1 is the first character, length + 1 is the end. */
    public int column() {
        return column;
    }
}
