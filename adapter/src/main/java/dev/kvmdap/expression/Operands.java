package dev.kvmdap.expression;

import dev.kvmdap.types.ArrayType;
import dev.kvmdap.types.FloatType;
import dev.kvmdap.types.FunctionType;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.OpaqueType;
import dev.kvmdap.types.PointerType;
import dev.kvmdap.types.StructType;
import dev.kvmdap.types.Type;
import org.jspecify.annotations.Nullable;

/** What operators take operands for: conversions that happen by themselves (C17 6.3). */
final class Operands {

    private Operands() {}

    /**
     * The number that an operand is to the machine: an {@link IntegerType} or {@link FloatType}.
     *
     * @throws ExpressionException where it is none
     */
    static Type number(Code<?> operand) {
        Type type = operand.type();
        if (type.stripped() instanceof ArrayType || type.stripped() instanceof FunctionType) {
            return IntegerType.UNSIGNED_LONG;
        }
        Type number = Scalars.numberOf(type);
        if (number instanceof IntegerType integer && !integer.isComputable()) {
            throw new ExpressionException(
                    operand.column(),
                    "a number of " + integer.width() + " bytes is shown, but not computed with: cast it to (long)");
        }
        if (number == null) {
            throw new ExpressionException(operand.column(), "a " + type + " is not a number" + hint(type));
        }
        return number;
    }

    private static String hint(Type type) {
        boolean hasMembers = type.stripped() instanceof StructType struct
                && !struct.members().isEmpty();
        return hasMembers
                ? ": name a member of it, such as '."
                        + ((StructType) type.stripped()).members().get(0).name() + "'"
                : "";
    }

    /**
     * The integer that an operand is.
     *
     * @throws ExpressionException where it is none
     */
    static IntegerType integer(Code<?> operand, String sign) {
        if (number(operand) instanceof IntegerType integer) {
            return integer;
        }
        throw new ExpressionException(
                operand.column(), "'" + sign + "' needs integers: cast the " + operand.type() + " to one");
    }

    /** The pointer that an operand is; null where it is none. */
    static @Nullable PointerType pointer(Code<?> operand) {
        return operand.type().stripped() instanceof PointerType pointer ? pointer : null;
    }

    /** The integer type after promotion; of a bit field, {@code int} where that holds all values (C17 6.3.1.1). */
    static IntegerType promoted(Code<?> operand, IntegerType integer) {
        if (operand instanceof Lvalue<?> object && object.isBitField() && object.slot() != null) {
            int bits = object.slot().bits();
            if (bits < IntegerType.INT.bits()) {
                return IntegerType.INT;
            }
            if (bits == IntegerType.INT.bits()) {
                return integer.signed() ? IntegerType.INT : IntegerType.UNSIGNED_INT;
            }
        }
        return integer.promoted();
    }

    /** An operand as a number of another type; addresses stay recognisable in the result. */
    static <S> Code<S> converted(Code<S> operand, Type to) {
        Type from = number(operand);
        Format format =
                pointer(operand) != null && operand.format() == Format.NATURAL ? Format.HEXADECIMAL : operand.format();
        boolean same = from.equals(to) && operand.type().equals(to) && format == operand.format();
        return same ? operand : new Code.Convert<>(operand.column(), to, format, operand, from, to);
    }

    /** The bytes that a pointer moves by for each element it is moved: 1 for {@code void} and functions, as gcc has it. */
    static long size(int column, Type element) {
        Type plain = element.stripped();
        if (plain instanceof FunctionType || plain.equals(OpaqueType.VOID)) {
            return 1;
        }
        if (element.bytes() <= 0) {
            throw new ExpressionException(column, "the size of " + element + " is not known");
        }
        return element.bytes();
    }

    /** How a result of two operands is shown: as the first of them that wants a form. */
    static Format format(Code<?> left, Code<?> right) {
        return left.format() == Format.NATURAL ? right.format() : left.format();
    }
}
