package dev.kvmdap.expression;

import org.jspecify.annotations.Nullable;

/**
 * What a condition demands of one variable, by what it compares it with: the numbers outside of which it has no chance. An
 * interval that is too wide is right, one that is too narrow is not.
 */
final class Bounds {

    private final String variable;
    private final Interval all;

    /**
     * Bounds of a variable.
     *
     * @param all the values that it has at all, none of them negative
     */
    Bounds(String variable, Interval all) {
        this.variable = variable;
        this.all = all;
    }

    /** Where a condition may come out as {@code truth}. */
    Interval of(Node condition, boolean truth) {
        if (condition instanceof Node.Unary unary && unary.operator() == UnaryOperator.NOT) {
            return of(unary.operand(), !truth);
        }
        if (!(condition instanceof Node.Binary binary)) {
            return all;
        }
        return switch (binary.operator()) {
            case BOTH -> logical(binary, truth, truth);
            case EITHER -> logical(binary, truth, !truth);
            case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, EQUAL, NOT_EQUAL -> comparison(binary, truth);
            default -> all;
        };
    }

    /**
     * Of {@code &&} or {@code ||}.
     *
     * @param needed whether both sides must come out as {@code truth}, rather than one of them
     */
    private Interval logical(Node.Binary operation, boolean truth, boolean needed) {
        Interval left = of(operation.left(), truth);
        Interval right = of(operation.right(), truth);
        return needed ? left.and(right) : left.or(right);
    }

    private Interval comparison(Node.Binary comparison, boolean truth) {
        BinaryOperator operator = truth ? comparison.operator() : negated(comparison.operator());
        Long right = numberBeside(comparison.left(), comparison.right());
        if (right != null) {
            return where(operator, right);
        }
        Long left = numberBeside(comparison.right(), comparison.left());
        return left == null ? all : where(turned(operator), left);
    }

    private @Nullable Long numberBeside(Node side, Node other) {
        boolean isOurs = side instanceof Node.Variable name && name.name().equals(variable);
        return isOurs && other instanceof Node.Literal literal && literal.value() >= 0 ? literal.value() : null;
    }

    private Interval where(BinaryOperator operator, long number) {
        return switch (operator) {
            case LESS -> all.and(new Interval(all.least(), number - 1));
            case LESS_OR_EQUAL -> all.and(new Interval(all.least(), number));
            case GREATER ->
                number == Long.MAX_VALUE ? new Interval(1, 0) : all.and(new Interval(number + 1, all.most()));
            case GREATER_OR_EQUAL -> all.and(new Interval(number, all.most()));
            case EQUAL -> all.and(new Interval(number, number));
            default -> all;
        };
    }

    private static BinaryOperator negated(BinaryOperator operator) {
        return switch (operator) {
            case LESS -> BinaryOperator.GREATER_OR_EQUAL;
            case LESS_OR_EQUAL -> BinaryOperator.GREATER;
            case GREATER -> BinaryOperator.LESS_OR_EQUAL;
            case GREATER_OR_EQUAL -> BinaryOperator.LESS;
            case EQUAL -> BinaryOperator.NOT_EQUAL;
            default -> BinaryOperator.EQUAL;
        };
    }

    private static BinaryOperator turned(BinaryOperator operator) {
        return switch (operator) {
            case LESS -> BinaryOperator.GREATER;
            case LESS_OR_EQUAL -> BinaryOperator.GREATER_OR_EQUAL;
            case GREATER -> BinaryOperator.LESS;
            case GREATER_OR_EQUAL -> BinaryOperator.LESS_OR_EQUAL;
            default -> operator;
        };
    }
}
