package dev.kvmdap.view;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.expression.Storage;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.expression.Value;
import dev.kvmdap.expression.ValueText;
import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.types.ArrayType;
import dev.kvmdap.types.EnumType;
import dev.kvmdap.types.FloatType;
import dev.kvmdap.types.FunctionType;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.Member;
import dev.kvmdap.types.OpaqueType;
import dev.kvmdap.types.PointerType;
import dev.kvmdap.types.StructType;
import dev.kvmdap.types.Type;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import java.util.AbstractList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A value of the program: a variable, or what an expression was worth. A structure opens to its members, an array to its
 * elements, a pointer to what it points to.
 */
public final class ValueNode implements Node {

    private final String name;
    private final String expression;
    private final Value value;
    private final Context context;
    private final boolean hasOwnFormat;

    /** What all nodes of a tree share. */
    public interface Context {

        /** Writes values, with symbols for addresses. */
        ValueText text();

        /**
         * The value of an expression that a person types for a new value.
         *
         * @throws ExpressionException where it has none
         */
        Value evaluate(Expression expression);
    }

    /**
     * A value.
     *
     * @param expression what gives it, to be put in front of {@code .member} and {@code [index]}
     */
    public ValueNode(String name, String expression, Value value, Context context) {
        this(name, expression, value, context, false);
    }

    private ValueNode(String name, String expression, Value value, Context context, boolean hasOwnFormat) {
        this.name = name;
        this.expression = expression;
        this.value = value;
        this.context = context;
        this.hasOwnFormat = hasOwnFormat;
    }

    /**
     * What an expression was worth, in the format that stands behind its comma if one does.
     *
     * @param expression as it was written
     */
    public static ValueNode of(Expression expression, Value value, Context context) {
        String bare = expression.withoutFormat();
        boolean hasOwnFormat = !bare.equals(expression.toString().strip());
        return new ValueNode(expression.toString(), bare, value, context, hasOwnFormat);
    }

    private ValueNode part(String partName, String partExpression, Value part) {
        return new ValueNode(partName, partExpression, part, context, hasOwnFormat);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String value(NumberFormat numbers) {
        boolean chosen = numbers != NumberFormat.NATURAL && !hasOwnFormat;
        try {
            return chosen
                    ? context.text().in(numbers).of(value.in(Format.NATURAL))
                    : context.text().of(value);
        } catch (UnreadableException e) {
            return "<" + e.getMessage() + ">";
        }
    }

    @Override
    public String type() {
        return value.type().name();
    }

    @Override
    public String evaluateName() {
        return expression;
    }

    private Type plain() {
        return value.type().stripped();
    }

    /** Where a pointer points to; where any other value lies. */
    @Override
    public @Nullable String memoryReference() {
        try {
            if (plain() instanceof PointerType pointer) {
                return reference(pointer.space(), value.bits());
            }
            Storage storage = value.storage();
            if (storage == null || storage.space() == null || value.fieldBits() != 0) {
                boolean isWord = storage == null && plain() instanceof IntegerType integer && integer.width() == 8;
                return isWord ? reference(AddressSpace.LINEAR, value.bits()) : null;
            }
            return reference(storage.space(), storage.address());
        } catch (UnreadableException e) {
            return null;
        }
    }

    private static String reference(AddressSpace space, long address) {
        return space == AddressSpace.PHYSICAL
                ? "p:" + new GuestPhysical(address).toString()
                : new GuestVirtual(address).toString();
    }

    @Override
    public @Nullable Extent extent() {
        try {
            OptionalLong address = value.address();
            return address.isPresent()
                    ? new Extent(
                            new GuestVirtual(address.getAsLong()), value.type().bytes())
                    : null;
        } catch (UnreadableException e) {
            return null;
        }
    }

    @Override
    public boolean expandable() {
        Type type = plain();
        if (type instanceof PointerType pointer) {
            return isShown(pointer.target().stripped()) && pointsSomewhere();
        }
        return (type instanceof StructType struct && !struct.members().isEmpty())
                || (type instanceof ArrayType array
                        && array.count() != 0
                        && array.element().bytes() > 0);
    }

    private static boolean isShown(Type target) {
        return !(target instanceof FunctionType) && !(target instanceof OpaqueType);
    }

    private boolean pointsSomewhere() {
        try {
            return value.bits() != 0;
        } catch (UnreadableException e) {
            return false;
        }
    }

    @Override
    public int elements() {
        return plain() instanceof ArrayType array ? (int) Math.min(count(array), Integer.MAX_VALUE) : 0;
    }

    /** Of an array whose size is not told, one element is offered. */
    private static long count(ArrayType array) {
        return array.element().bytes() <= 0 ? 0 : array.count() == ArrayType.OPEN ? 1 : array.count();
    }

    @Override
    public List<Node> children() {
        Type type = plain();
        if (type instanceof StructType struct) {
            return members(struct, value, postfix(expression) + ".");
        }
        if (type instanceof ArrayType array) {
            return elements(count(array));
        }
        if (!(type instanceof PointerType pointer) || !expandable()) {
            return List.of();
        }
        Value target = value.target();
        return target.type().stripped() instanceof StructType struct
                        && !struct.members().isEmpty()
                        && pointer.space() == AddressSpace.LINEAR
                ? members(struct, target, postfix(expression) + "->")
                : List.of(part("*" + name, "*" + postfix(expression), target));
    }

    private List<Node> members(StructType struct, Value whole, String prefix) {
        return struct.members().stream()
                .<Node>map(member -> part(title(member), prefix + member.name(), whole.member(member)))
                .toList();
    }

    private static String title(Member member) {
        return member.isBitField() ? member.name() + " : " + member.bitSize() : member.name();
    }

    /** The elements of an array, each made when it is looked at. */
    private List<Node> elements(long count) {
        String array = postfix(expression);
        return new AbstractList<>() {
            @Override
            public Node get(int index) {
                String place = "[" + index + "]";
                return part(place, array + place, value.element(index));
            }

            @Override
            public int size() {
                return (int) Math.min(count, Integer.MAX_VALUE);
            }
        };
    }

    /** An expression that an operator can be put behind. */
    private static String postfix(String expression) {
        return expression.matches("[\\w$.:\\[\\]>-]+") && !expression.startsWith("-")
                ? expression
                : "(" + expression + ")";
    }

    @Override
    public boolean settable() {
        return value.isSettable();
    }

    @Override
    public void set(String text) {
        if (!value.isNumber()) {
            throw new ChangeRefusedException(
                    name + " is a " + value.type() + ", not one number: change its parts, or its memory");
        }
        Value wanted = evaluate(text);
        try {
            requireFit(wanted);
            value.assign(wanted);
        } catch (UnreadableException | ArithmeticException e) {
            throw new ChangeRefusedException(name + " cannot be changed: " + e.getMessage(), e);
        }
    }

    /** The value of what a person typed; what {@link #value} shows behind the number may stay. */
    private Value evaluate(String text) {
        try {
            return context.evaluate(Expression.parse(text));
        } catch (ExpressionException e) {
            String number = text.strip().split("\\s+[<'\"]", 2)[0];
            if (!number.equals(text.strip())) {
                return evaluate(number);
            }
            throw new ChangeRefusedException("'" + text + "' has no value: " + e.getMessage(), e);
        }
    }

    private void requireFit(Value wanted) {
        Type type = plain();
        int bits = value.fieldBits() != 0 ? value.fieldBits() : (int) (Byte.SIZE * type.bytes());
        boolean isInteger = type instanceof IntegerType || type instanceof EnumType || type instanceof PointerType;
        boolean fromInteger = wanted.isNumber() && !(wanted.type().stripped() instanceof FloatType);
        if (!isInteger || !fromInteger || bits >= Long.SIZE) {
            return;
        }
        long number = wanted.bits();
        boolean fits = number >> bits == 0 || number >> (bits - 1) == -1;
        if (!fits) {
            String room = value.fieldBits() != 0 ? bits + " bits" : type.bytes() + " bytes";
            throw new ChangeRefusedException("0x%x does not fit in %s, which has %s".formatted(number, name, room));
        }
    }
}
