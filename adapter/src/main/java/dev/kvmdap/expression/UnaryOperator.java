package dev.kvmdap.expression;

/** C's unary operators on numbers (C17 6.5.3.3). */
enum UnaryOperator {
    PLUS("+"),
    MINUS("-"),
    COMPLEMENT("~"),
    NOT("!");

    private final String sign;

    UnaryOperator(String sign) {
        this.sign = sign;
    }

    String sign() {
        return sign;
    }

    /** The result, not yet cut to its type. */
    long apply(long operand) {
        return switch (this) {
            case PLUS -> operand;
            case MINUS -> -operand;
            case COMPLEMENT -> ~operand;
            case NOT -> operand == 0 ? 1 : 0;
        };
    }
}
