package dev.kvmdap.expression;

/**
 * A bound node: names are resolved and types known, so evaluation is arithmetic on {@code long} and allocates nothing.
 *
 * @param <S> what operands are read from
 */
abstract class Code<S> {

    private final int column;
    private final IntegerType type;
    private final Format format;

    Code(int column, IntegerType type, Format format) {
        this.column = column;
        this.type = type;
        this.format = format;
    }

    final IntegerType type() {
        return type;
    }

    /** How the result is best shown: what is computed from an address is an address. */
    final Format format() {
        return format;
    }

    final ExpressionException error(RuntimeException cause) {
        ExpressionException error = new ExpressionException(column, String.valueOf(cause.getMessage()));
        error.initCause(cause);
        return error;
    }

    /** The value, extended in {@link #type()}. */
    abstract long evaluate(S state);

    static final class Constant<S> extends Code<S> {
        private final long value;

        Constant(Node.Literal literal) {
            super(literal.column(), literal.type(), Format.DECIMAL);
            value = literal.value();
        }

        @Override
        long evaluate(S state) {
            return value;
        }
    }

    static final class Read<S> extends Code<S> {
        private final Operand<S> operand;

        Read(int column, Operand<S> operand) {
            super(column, operand.type(), operand.format());
            this.operand = operand;
        }

        @Override
        long evaluate(S state) {
            try {
                return type().extend(operand.read(state));
            } catch (UnreadableException e) {
                throw error(e);
            }
        }
    }

    static final class Unary<S> extends Code<S> {
        private final UnaryOperator operator;
        private final Code<S> operand;

        Unary(int column, UnaryOperator operator, Code<S> operand) {
            super(
                    column,
                    operator.result(operand.type()),
                    operator == UnaryOperator.NOT ? Format.DECIMAL : operand.format());
            this.operator = operator;
            this.operand = operand;
        }

        @Override
        long evaluate(S state) {
            return type().extend(operator.apply(operand.evaluate(state)));
        }
    }

    static final class Binary<S> extends Code<S> {
        private final BinaryOperator operator;
        private final Code<S> left;
        private final Code<S> right;
        private final IntegerType leftType;
        private final IntegerType rightType;

        /**
         * An operator on two operands.
         *
         * @param leftType to which the left operand is converted, and in which the operator works
         * @param rightType to which the right operand is converted
         */
        Binary(
                int column,
                BinaryOperator operator,
                Code<S> left,
                Code<S> right,
                IntegerType leftType,
                IntegerType rightType,
                IntegerType type,
                Format format) {
            super(column, type, format);
            this.operator = operator;
            this.left = left;
            this.right = right;
            this.leftType = leftType;
            this.rightType = rightType;
        }

        @Override
        long evaluate(S state) {
            long leftValue = leftType.extend(left.evaluate(state));
            long rightValue = rightType.extend(right.evaluate(state));
            try {
                return type().extend(operator.apply(leftValue, rightValue, leftType));
            } catch (ArithmeticException e) {
                throw error(e);
            }
        }
    }

    static final class ShortCircuit<S> extends Code<S> {
        private final boolean decisive;
        private final Code<S> left;
        private final Code<S> right;

        /**
         * {@code &&} or {@code ||}.
         *
         * @param decisive the truth of the left operand that makes the right one superfluous
         */
        ShortCircuit(int column, boolean decisive, Code<S> left, Code<S> right) {
            super(column, IntegerType.INT, Format.DECIMAL);
            this.decisive = decisive;
            this.left = left;
            this.right = right;
        }

        @Override
        long evaluate(S state) {
            boolean truth = left.evaluate(state) != 0;
            if (truth != decisive) {
                truth = right.evaluate(state) != 0;
            }
            return truth ? 1 : 0;
        }
    }

    static final class Choice<S> extends Code<S> {
        private final Code<S> condition;
        private final Code<S> whenTrue;
        private final Code<S> whenFalse;

        Choice(int column, Code<S> condition, Code<S> whenTrue, Code<S> whenFalse, Format format) {
            super(column, whenTrue.type().commonWith(whenFalse.type()), format);
            this.condition = condition;
            this.whenTrue = whenTrue;
            this.whenFalse = whenFalse;
        }

        @Override
        long evaluate(S state) {
            return type().extend((condition.evaluate(state) != 0 ? whenTrue : whenFalse).evaluate(state));
        }
    }
}
