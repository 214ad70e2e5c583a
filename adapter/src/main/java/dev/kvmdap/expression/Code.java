package dev.kvmdap.expression;

import dev.kvmdap.types.FloatType;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * A bound node: names are resolved and types known, so evaluation is arithmetic on {@code long} and allocates nothing.
 *
 * @param <S> what operands are read from
 */
abstract class Code<S> {

    private final int column;
    private final Type type;
    private final Format format;

    Code(int column, Type type, Format format) {
        this.column = column;
        this.type = type;
        this.format = format;
    }

    final int column() {
        return column;
    }

    final Type type() {
        return type;
    }

    /** How the result is best shown: what is computed from a register is shown as the register is. */
    final Format format() {
        return format;
    }

    final ExpressionException error(RuntimeException cause) {
        ExpressionException error = new ExpressionException(column, String.valueOf(cause.getMessage()));
        error.initCause(cause);
        return error;
    }

    /** The value; of types that are no number there is none. */
    abstract long evaluate(S state);

    /** The object whose value this gives, where it does so; it may have to be evaluated before. */
    @Nullable Lvalue<S> object() {
        return null;
    }

    static final class Constant<S> extends Code<S> {
        private final long value;

        Constant(int column, Type type, Format format, long value) {
            super(column, type, format);
            this.value = value;
        }

        long value() {
            return value;
        }

        @Override
        long evaluate(S state) {
            return value;
        }
    }

    /** A value of one type as one of another. */
    static final class Convert<S> extends Code<S> {
        private final Code<S> operand;
        private final Type from;
        private final Type to;

        /**
         * A conversion.
         *
         * @param from the number that the operand is
         * @param to the number that {@code type} is
         */
        Convert(int column, Type type, Format format, Code<S> operand, Type from, Type to) {
            super(column, type, format);
            this.operand = operand;
            this.from = from;
            this.to = to;
        }

        @Override
        long evaluate(S state) {
            long value = operand.evaluate(state);
            try {
                return Scalars.convert(value, from, to);
            } catch (ArithmeticException e) {
                throw error(e);
            }
        }
    }

    /** An operator before an integer. */
    static final class Unary<S> extends Code<S> {
        private final UnaryOperator operator;
        private final Code<S> operand;
        private final IntegerType integer;

        Unary(int column, UnaryOperator operator, Code<S> operand, IntegerType integer) {
            super(column, integer, operand.format());
            this.operator = operator;
            this.operand = operand;
            this.integer = integer;
        }

        @Override
        long evaluate(S state) {
            return integer.extend(operator.apply(operand.evaluate(state)));
        }
    }

    /** {@code !}. */
    static final class Not<S> extends Code<S> {
        private final Code<S> operand;
        private final Type number;

        Not(int column, Code<S> operand, Type number) {
            super(column, IntegerType.INT, Format.NATURAL);
            this.operand = operand;
            this.number = number;
        }

        @Override
        long evaluate(S state) {
            return Scalars.isTrue(operand.evaluate(state), number) ? 0 : 1;
        }
    }

    /** A minus before a floating-point number. */
    static final class Negative<S> extends Code<S> {
        private final Code<S> operand;

        Negative(int column, Code<S> operand) {
            super(column, operand.type(), operand.format());
            this.operand = operand;
        }

        @Override
        long evaluate(S state) {
            return Double.doubleToRawLongBits(-Double.longBitsToDouble(operand.evaluate(state)));
        }
    }

    /** An operator between integers. */
    static final class Binary<S> extends Code<S> {
        private final BinaryOperator operator;
        private final Code<S> left;
        private final Code<S> right;
        private final IntegerType integer;

        /**
         * An operator on two operands that are of the types it works in.
         *
         * @param integer the type that the operator works in: the left operand's
         */
        Binary(
                int column,
                BinaryOperator operator,
                Code<S> left,
                Code<S> right,
                IntegerType integer,
                IntegerType type,
                Format format) {
            super(column, type, format);
            this.operator = operator;
            this.left = left;
            this.right = right;
            this.integer = integer;
        }

        @Override
        long evaluate(S state) {
            long leftValue = left.evaluate(state);
            long rightValue = right.evaluate(state);
            try {
                long result = operator.apply(leftValue, rightValue, integer);
                return operator.result() == BinaryOperator.Result.TRUTH ? result : integer.extend(result);
            } catch (ArithmeticException e) {
                throw error(e);
            }
        }
    }

    /** An operator between floating-point numbers of one type. */
    static final class FloatBinary<S> extends Code<S> {
        private final BinaryOperator operator;
        private final Code<S> left;
        private final Code<S> right;
        private final FloatType real;

        FloatBinary(int column, BinaryOperator operator, Code<S> left, Code<S> right, FloatType real, Type type) {
            super(column, type, Format.NATURAL);
            this.operator = operator;
            this.left = left;
            this.right = right;
            this.real = real;
        }

        @Override
        long evaluate(S state) {
            double leftValue = Double.longBitsToDouble(left.evaluate(state));
            double rightValue = Double.longBitsToDouble(right.evaluate(state));
            return switch (operator) {
                case LESS -> leftValue < rightValue ? 1 : 0;
                case LESS_OR_EQUAL -> leftValue <= rightValue ? 1 : 0;
                case GREATER -> leftValue > rightValue ? 1 : 0;
                case GREATER_OR_EQUAL -> leftValue >= rightValue ? 1 : 0;
                case EQUAL -> leftValue == rightValue ? 1 : 0;
                case NOT_EQUAL -> leftValue != rightValue ? 1 : 0;
                case MULTIPLY -> rounded(leftValue * rightValue);
                case DIVIDE -> rounded(leftValue / rightValue);
                case ADD -> rounded(leftValue + rightValue);
                default -> rounded(leftValue - rightValue);
            };
        }

        private long rounded(double number) {
            return Double.doubleToRawLongBits(real.round(number));
        }
    }

    /** A pointer moved by a number of elements. */
    static final class Moved<S> extends Code<S> {
        private final Code<S> pointer;
        private final Code<S> count;
        private final long size;
        private final IntegerType address;

        /**
         * A moved pointer.
         *
         * @param size the bytes of an element, negative to move down
         * @param address the integer that the pointer is
         */
        Moved(int column, Code<S> pointer, Code<S> count, long size, IntegerType address) {
            super(column, pointer.type(), pointer.format());
            this.pointer = pointer;
            this.count = count;
            this.size = size;
            this.address = address;
        }

        @Override
        long evaluate(S state) {
            return address.extend(pointer.evaluate(state) + count.evaluate(state) * size);
        }
    }

    /** The number of elements between two pointers. */
    static final class Distance<S> extends Code<S> {
        private final Code<S> left;
        private final Code<S> right;
        private final long size;
        private final IntegerType difference;

        Distance(int column, Code<S> left, Code<S> right, long size, IntegerType difference) {
            super(column, difference, Format.NATURAL);
            this.left = left;
            this.right = right;
            this.size = size;
            this.difference = difference;
        }

        @Override
        long evaluate(S state) {
            return difference.extend(left.evaluate(state) - right.evaluate(state)) / size;
        }
    }

    static final class ShortCircuit<S> extends Code<S> {
        private final boolean decisive;
        private final Code<S> left;
        private final Code<S> right;
        private final Type leftNumber;
        private final Type rightNumber;

        /**
         * {@code &&} or {@code ||}.
         *
         * @param decisive the truth of the left operand that makes the right one superfluous
         */
        ShortCircuit(int column, boolean decisive, Code<S> left, Code<S> right, Type leftNumber, Type rightNumber) {
            super(column, IntegerType.INT, Format.NATURAL);
            this.decisive = decisive;
            this.left = left;
            this.right = right;
            this.leftNumber = leftNumber;
            this.rightNumber = rightNumber;
        }

        @Override
        long evaluate(S state) {
            boolean truth = Scalars.isTrue(left.evaluate(state), leftNumber);
            if (truth != decisive) {
                truth = Scalars.isTrue(right.evaluate(state), rightNumber);
            }
            return truth ? 1 : 0;
        }
    }

    static final class Choice<S> extends Code<S> {
        private final Code<S> condition;
        private final Type number;
        private final Code<S> whenTrue;
        private final Code<S> whenFalse;

        /** A choice between two operands of one type. */
        Choice(int column, Code<S> condition, Type number, Code<S> whenTrue, Code<S> whenFalse, Format format) {
            super(column, whenTrue.type(), format);
            this.condition = condition;
            this.number = number;
            this.whenTrue = whenTrue;
            this.whenFalse = whenFalse;
        }

        @Override
        long evaluate(S state) {
            return Scalars.isTrue(condition.evaluate(state), number)
                    ? whenTrue.evaluate(state)
                    : whenFalse.evaluate(state);
        }
    }

    /** The address of an object; of an array, that of its first element. */
    static final class AddressOf<S> extends Code<S> {
        private final Lvalue<S> object;

        AddressOf(int column, Type type, Lvalue<S> object) {
            super(column, type, Format.NATURAL);
            this.object = object;
        }

        @Override
        long evaluate(S state) {
            try {
                return object.place().address(state);
            } catch (UnreadableException e) {
                throw error(e);
            }
        }
    }
}
