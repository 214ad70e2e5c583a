package dev.kvmdap.view;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.expression.Value;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.x86.BitField;

/**
 * A number that an expression gives.
 *
 * @param expression such as {@code $mxcsr}, or {@code *(unsigned int *)phys(0x1000)}
 * @param context evaluates it
 */
public record EvaluatedWord(String expression, ValueNode.Context context) implements Word {

    @Override
    public long read() {
        return value().bits();
    }

    private Value value() {
        try {
            return context.evaluate(Expression.parse(expression));
        } catch (ExpressionException e) {
            throw new UnreadableException(e.reason());
        }
    }

    @Override
    public void write(long number) {
        Value value = value();
        try {
            value.assign(Value.of(IntegerType.UNSIGNED_LONG, Format.NATURAL, number));
        } catch (UnreadableException e) {
            throw new ChangeRefusedException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    /** Registers have fields of their own. */
    @Override
    public String expression(BitField field) {
        return expression.matches("\\$\\w+")
                ? expression + "." + field.name()
                : "(%s >> %d) & 0x%x".formatted(expression, field.low(), field.maximum());
    }

    @Override
    public long evaluate(String text) {
        try {
            return context.evaluate(Expression.parse(text)).bits();
        } catch (ExpressionException | UnreadableException e) {
            throw new ChangeRefusedException(String.valueOf(e.getMessage()), e);
        }
    }
}
