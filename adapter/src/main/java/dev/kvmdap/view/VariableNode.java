package dev.kvmdap.view;

import dev.kvmdap.engine.DebuggerMemory;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.IntegerType;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.symbols.Variable;
import dev.kvmdap.symbols.Variable.Encoding;
import dev.kvmdap.x86.GuestVirtual;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** A variable of the program that lies in memory. Where its type is one value, it is shown and can be changed. */
public final class VariableNode implements Node {

    private static final int LONGEST_TEXT = 100;

    private final Variable variable;
    private final DebuggerMemory memory;
    private final Symbols symbols;
    private final ToLongFunction<Expression> evaluator;

    /**
     * A variable of the program.
     *
     * @param evaluator gives the value of an expression that a person types for a new value
     */
    public VariableNode(
            Variable variable, DebuggerMemory memory, Symbols symbols, ToLongFunction<Expression> evaluator) {
        this.variable = variable;
        this.memory = memory;
        this.symbols = symbols;
        this.evaluator = evaluator;
    }

    @Override
    public String name() {
        return variable.name();
    }

    @Override
    public String value() {
        return text(Format.DECIMAL);
    }

    @Override
    public String valueInHex() {
        return text(Format.HEXADECIMAL);
    }

    private String text(Format integers) {
        int size = (int) Math.min(variable.byteSize(), Long.BYTES);
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        if (memory.read(variable.address(), bytes.array(), 0, size) < size) {
            return "not readable at " + new GuestVirtual(variable.address());
        }
        Optional<IntegerType> type = integerType();
        if (type.isPresent()) {
            return text(type.get().extend(bytes.getLong(0)), type.get(), integers);
        }
        if (variable.encoding() == Encoding.FLOAT && variable.byteSize() == Float.BYTES) {
            return Float.toString(bytes.getFloat(0));
        }
        if (variable.encoding() == Encoding.FLOAT && variable.byteSize() == Double.BYTES) {
            return Double.toString(bytes.getDouble(0));
        }
        if (variable.typeName().startsWith("char [") || variable.typeName().startsWith("const char [")) {
            return quoted(variable.address(), (int) Math.min(variable.byteSize(), LONGEST_TEXT));
        }
        return "%d bytes at %s".formatted(variable.byteSize(), new GuestVirtual(variable.address()));
    }

    private String text(long value, IntegerType type, Format integers) {
        return switch (variable.encoding()) {
            case BOOLEAN -> value == 0 ? "false" : "true";
            case CHARACTER -> Format.CHARACTER.text(value, type);
            case POINTER -> pointer(value);
            case SIGNED -> integers.text(value, type);
            default -> (integers == Format.DECIMAL ? Format.UNSIGNED : integers).text(value, type);
        };
    }

    private String pointer(long target) {
        String address = new GuestVirtual(target).toString();
        if (variable.typeName().equals("char *") || variable.typeName().equals("const char *")) {
            return target == 0 ? address : address + " " + quoted(target, LONGEST_TEXT);
        }
        return symbols.functionAt(target).isPresent() ? address + " <" + symbols.describe(target) + ">" : address;
    }

    private String quoted(long address, int longest) {
        byte[] bytes = new byte[longest];
        int read = memory.read(address, bytes, 0, longest);
        int length = 0;
        while (length < read && bytes[length] != 0) {
            length++;
        }
        String text = new String(bytes, 0, length, StandardCharsets.UTF_8)
                .replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t");
        return "\"" + text + "\"" + (length == longest ? "…" : "");
    }

    private Optional<IntegerType> integerType() {
        boolean fits = variable.byteSize() == 1
                || variable.byteSize() == 2
                || variable.byteSize() == 4
                || variable.byteSize() == 8;
        return switch (variable.encoding()) {
            case SIGNED, CHARACTER -> fits ? type(true) : Optional.empty();
            case UNSIGNED, BOOLEAN, POINTER -> fits ? type(false) : Optional.empty();
            case FLOAT, OTHER -> Optional.empty();
        };
    }

    private Optional<IntegerType> type(boolean signed) {
        return Optional.of(new IntegerType((int) variable.byteSize(), signed));
    }

    @Override
    public String type() {
        return variable.typeName();
    }

    @Override
    public String evaluateName() {
        return variable.name();
    }

    /** Where a pointer points to; where any other variable lies. */
    @Override
    public @Nullable String memoryReference() {
        long address = variable.encoding() == Encoding.POINTER
                ? memory.number(variable.address(), (int) variable.byteSize()).orElse(variable.address())
                : variable.address();
        return new GuestVirtual(address).toString();
    }

    @Override
    public Extent extent() {
        return new Extent(new GuestVirtual(variable.address()), variable.byteSize());
    }

    @Override
    public boolean settable() {
        return integerType().isPresent();
    }

    @Override
    public void set(String text) {
        IntegerType type = integerType()
                .orElseThrow(() -> new ChangeRefusedException(name() + " is not one number: change it in memory"));
        long value;
        try {
            value = evaluator.applyAsLong(Expression.parse(text));
        } catch (ExpressionException e) {
            throw new ChangeRefusedException("'" + text + "' has no value: " + e.getMessage(), e);
        }
        if (type.extend(value) != value && new IntegerType(type.bytes(), !type.signed()).extend(value) != value) {
            throw new ChangeRefusedException(
                    "0x%x does not fit in %s, which has %d bytes".formatted(value, name(), type.bytes()));
        }
        byte[] bytes = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        if (memory.write(variable.address(), bytes, 0, type.bytes()) < type.bytes()) {
            throw new ChangeRefusedException(
                    name() + " lies at " + new GuestVirtual(variable.address()) + ", where there is no memory");
        }
    }
}
