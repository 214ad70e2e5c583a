package dev.kvmdap.expression;

/** C's unary operators on integers (C17 6.5.3.3). */
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

    /** The type of the result. */
    IntegerType result(IntegerType operand) {
        return this == NOT ? IntegerType.INT : operand.promoted();
    }
}
