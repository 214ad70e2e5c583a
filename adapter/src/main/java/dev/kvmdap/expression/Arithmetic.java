package dev.kvmdap.expression;

import dev.kvmdap.types.DataModel;
import dev.kvmdap.types.FloatType;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.PointerType;
import dev.kvmdap.types.Type;

/** The code of operators: which conversions their operands take, and which type they give. */
final class Arithmetic<S> {

    private final DataModel model;

    Arithmetic(DataModel model) {
        this.model = model;
    }

    Code<S> unary(int column, UnaryOperator operator, Code<S> operand) {
        Type number = Operands.number(operand);
        if (operator == UnaryOperator.NOT) {
            return new Code.Not<>(column, operand, number);
        }
        if (number instanceof FloatType real) {
            if (operator == UnaryOperator.COMPLEMENT) {
                Operands.integer(operand, operator.sign());
            }
            Code<S> converted = Operands.converted(operand, real);
            return operator == UnaryOperator.MINUS ? new Code.Negative<>(column, converted) : converted;
        }
        IntegerType promoted = Operands.promoted(operand, (IntegerType) number);
        return new Code.Unary<>(column, operator, Operands.converted(operand, promoted), promoted);
    }

    Code<S> binary(int column, BinaryOperator operator, Code<S> left, Code<S> right) {
        if (operator.result() == BinaryOperator.Result.SHORT_CIRCUIT) {
            return new Code.ShortCircuit<>(
                    column,
                    operator == BinaryOperator.EITHER,
                    left,
                    right,
                    Operands.number(left),
                    Operands.number(right));
        }
        PointerType leftPointer = Operands.pointer(left);
        PointerType rightPointer = Operands.pointer(right);
        boolean moves = operator == BinaryOperator.ADD || operator == BinaryOperator.SUBTRACT;
        if (moves && leftPointer != null) {
            return rightPointer == null
                    ? moved(column, left, offset(right, operator), operator == BinaryOperator.ADD ? 1 : -1)
                    : operator == BinaryOperator.SUBTRACT ? distance(column, left, right, leftPointer) : noSum(column);
        }
        if (operator == BinaryOperator.ADD && rightPointer != null) {
            return moved(column, right, offset(left, operator), 1);
        }
        return numbers(column, operator, left, right);
    }

    private Code<S> noSum(int column) {
        throw new ExpressionException(column, "two pointers have no sum: cast one to (long)");
    }

    private Code<S> offset(Code<S> count, BinaryOperator operator) {
        IntegerType integer = Operands.integer(count, operator.sign());
        return Operands.converted(count, integer.signed() ? IntegerType.LONG : IntegerType.UNSIGNED_LONG);
    }

    /**
     * A pointer moved by a number of elements.
     *
     * @param direction 1 or -1
     */
    Code<S> moved(int column, Code<S> pointer, Code<S> count, int direction) {
        PointerType type = (PointerType) pointer.type().stripped();
        long size = Operands.size(column, type.target());
        return new Code.Moved<>(column, pointer, count, direction * size, type.integer());
    }

    private Code<S> distance(int column, Code<S> left, Code<S> right, PointerType pointer) {
        long size = Operands.size(column, pointer.target());
        return new Code.Distance<>(column, left, right, size, model.difference());
    }

    private Code<S> numbers(int column, BinaryOperator operator, Code<S> left, Code<S> right) {
        boolean integersOnly = switch (operator) {
            case REMAINDER, SHIFT_LEFT, SHIFT_RIGHT, AND, OR, EXCLUSIVE_OR -> true;
            default -> false;
        };
        if (integersOnly) {
            Operands.integer(left, operator.sign());
            Operands.integer(right, operator.sign());
        }
        boolean truth = operator.result() == BinaryOperator.Result.TRUTH;
        Type common = common(left, right);
        if (common instanceof FloatType real) {
            Type type = truth ? IntegerType.INT : real;
            return new Code.FloatBinary<>(
                    column, operator, Operands.converted(left, real), Operands.converted(right, real), real, type);
        }
        if (operator.result() == BinaryOperator.Result.LEFT) {
            IntegerType promoted = promoted(left);
            Code<S> count = Operands.converted(right, promoted(right));
            Code<S> shifted = Operands.converted(left, promoted);
            return new Code.Binary<>(column, operator, shifted, count, promoted, promoted, shifted.format());
        }
        IntegerType integer = (IntegerType) common;
        Code<S> convertedLeft = Operands.converted(left, integer);
        Code<S> convertedRight = Operands.converted(right, integer);
        return new Code.Binary<>(
                column,
                operator,
                convertedLeft,
                convertedRight,
                integer,
                truth ? IntegerType.INT : integer,
                truth ? Format.NATURAL : Operands.format(convertedLeft, convertedRight));
    }

    private IntegerType promoted(Code<S> operand) {
        return Operands.promoted(operand, (IntegerType) Operands.number(operand));
    }

    /** The common type of two operands: the usual arithmetic conversions (C17 6.3.1.8). */
    private Type common(Code<S> left, Code<S> right) {
        Type leftNumber = Operands.number(left);
        Type rightNumber = Operands.number(right);
        if (leftNumber instanceof FloatType real) {
            return rightNumber instanceof FloatType other ? real.commonWith(other) : real;
        }
        return rightNumber instanceof FloatType ? rightNumber : promoted(left).commonWith(promoted(right));
    }

    Code<S> choice(int column, Code<S> condition, Code<S> whenTrue, Code<S> whenFalse) {
        Type number = Operands.number(condition);
        PointerType pointer =
                Operands.pointer(whenTrue) != null ? Operands.pointer(whenTrue) : Operands.pointer(whenFalse);
        Format format = Operands.format(whenTrue, whenFalse);
        if (pointer == null) {
            Type common = common(whenTrue, whenFalse);
            return new Code.Choice<>(
                    column,
                    condition,
                    number,
                    Operands.converted(whenTrue, common),
                    Operands.converted(whenFalse, common),
                    format);
        }
        return new Code.Choice<>(
                column, condition, number, address(whenTrue, pointer), address(whenFalse, pointer), format);
    }

    private Code<S> address(Code<S> operand, PointerType pointer) {
        Type from = Operands.number(operand);
        return new Code.Convert<>(operand.column(), pointer, operand.format(), operand, from, pointer.integer());
    }
}
