package dev.kvmdap.expression;

import dev.kvmdap.types.IntegerType;

/**
 * C's binary operators on integers, in the order of their precedence (C17 6.5.5 – 6.5.14). All associate to the left.
 * {@code &&} and {@code ||} have no operation here: what they do is to leave their right side alone.
 */
enum BinaryOperator {
    MULTIPLY("*", 11, Result.COMMON),
    DIVIDE("/", 11, Result.COMMON),
    REMAINDER("%", 11, Result.COMMON),
    ADD("+", 10, Result.COMMON),
    SUBTRACT("-", 10, Result.COMMON),
    SHIFT_LEFT("<<", 8, Result.LEFT),
    SHIFT_RIGHT(">>", 8, Result.LEFT),
    LESS("<", 7, Result.TRUTH),
    LESS_OR_EQUAL("<=", 7, Result.TRUTH),
    GREATER(">", 7, Result.TRUTH),
    GREATER_OR_EQUAL(">=", 7, Result.TRUTH),
    EQUAL("==", 6, Result.TRUTH),
    NOT_EQUAL("!=", 6, Result.TRUTH),
    AND("&", 5, Result.COMMON),
    EXCLUSIVE_OR("^", 4, Result.COMMON),
    OR("|", 3, Result.COMMON),
    BOTH("&&", 2, Result.SHORT_CIRCUIT),
    EITHER("||", 1, Result.SHORT_CIRCUIT);

    /** Which type an operator works in, and which it gives. */
    enum Result {
        /** Works in the operands' common type and gives it. */
        COMMON,
        /** Works in the promoted type of the left operand and gives it. */
        LEFT,
        /** Works in the common type and gives an {@code int}, 0 or 1. */
        TRUTH,
        /** Evaluates the right operand only where the left one does not decide, and gives an {@code int}, 0 or 1. */
        SHORT_CIRCUIT
    }

    /** The precedence of {@code @}, between those of {@code +} and {@code <<} as in gdb. */
    static final int REPETITION = 9;

    private final String sign;
    private final int precedence;
    private final Result result;

    BinaryOperator(String sign, int precedence, Result result) {
        this.sign = sign;
        this.precedence = precedence;
        this.result = result;
    }

    String sign() {
        return sign;
    }

    /** How strongly it binds: greater binds tighter. */
    int precedence() {
        return precedence;
    }

    Result result() {
        return result;
    }

    /**
     * The result, not yet cut to its type.
     *
     * @param left extended in {@code type}
     * @param right extended in {@code type}; of a shift, extended in its own
     * @throws ArithmeticException where C leaves the result undefined and no machine agrees on one
     */
    long apply(long left, long right, IntegerType type) {
        return switch (this) {
            case MULTIPLY -> left * right;
            case DIVIDE -> divide(left, right, type);
            case REMAINDER -> remainder(left, right, type);
            case ADD -> left + right;
            case SUBTRACT -> left - right;
            case SHIFT_LEFT -> left << count(right, type);
            case SHIFT_RIGHT -> shiftRight(left, right, type);
            case LESS -> truth(compare(left, right, type) < 0);
            case LESS_OR_EQUAL -> truth(compare(left, right, type) <= 0);
            case GREATER -> truth(compare(left, right, type) > 0);
            case GREATER_OR_EQUAL -> truth(compare(left, right, type) >= 0);
            case EQUAL -> truth(left == right);
            case NOT_EQUAL -> truth(left != right);
            case AND -> left & right;
            case EXCLUSIVE_OR -> left ^ right;
            case OR -> left | right;
            case BOTH -> truth(left != 0 && right != 0);
            case EITHER -> truth(left != 0 || right != 0);
        };
    }

    private static long truth(boolean holds) {
        return holds ? 1 : 0;
    }

    private static int compare(long left, long right, IntegerType type) {
        return type.signed() ? Long.compare(left, right) : Long.compareUnsigned(left, right);
    }

    private static long divide(long left, long right, IntegerType type) {
        rejectZero(right);
        return type.signed() ? left / right : Long.divideUnsigned(left, right);
    }

    private static long remainder(long left, long right, IntegerType type) {
        rejectZero(right);
        return type.signed() ? left % right : Long.remainderUnsigned(left, right);
    }

    private static void rejectZero(long divisor) {
        if (divisor == 0) {
            throw new ArithmeticException("division by zero");
        }
    }

    private static long shiftRight(long left, long right, IntegerType type) {
        int count = count(right, type);
        return type.signed() ? left >> count : left >>> count;
    }

    private static int count(long count, IntegerType type) {
        if (count < 0 || count >= type.bits()) {
            throw new ArithmeticException("a shift by " + count + " leaves the " + type.bits() + " bits of " + type
                    + " (0 … " + (type.bits() - 1) + " allowed)"
                    + (type.width() < 8 && count > 0 && count < 64 ? ": write the suffix UL for 64 bits" : ""));
        }
        return (int) count;
    }
}
