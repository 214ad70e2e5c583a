package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;
import dev.kvmdap.expression.Format;
import dev.kvmdap.expression.IntegerType;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.symbols.Variable;
import dev.kvmdap.symbols.Variable.Encoding;
import dev.kvmdap.x86.GuestVirtual;
import java.util.OptionalLong;

/**
 * A variable in memory as an operand of expressions. Arrays stand for their addresses, as in C, and so do labels of assembly,
 * whose types nobody knows.
 *
 * @param name for messages
 * @param address linear
 */
record VariableOperand(String name, long address, IntegerType type, Format format) implements Operand<Cpu> {

    /**
     * A variable of the program.
     *
     * @throws UnreadableException where it is not a number
     */
    static Operand<Cpu> of(Variable variable) {
        int bytes = (int) variable.byteSize();
        boolean number = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
        if (number && variable.encoding() != Encoding.FLOAT && variable.encoding() != Encoding.OTHER) {
            return new VariableOperand(
                    variable.name(),
                    variable.address(),
                    new IntegerType(bytes, isSigned(variable.encoding())),
                    format(variable.encoding()));
        }
        if (variable.typeName().isEmpty() || variable.typeName().endsWith("]")) {
            return address(variable.address());
        }
        throw new UnreadableException("'" + variable.name() + "' is a " + variable.typeName()
                + ", not a number; its memory is at " + new GuestVirtual(variable.address()));
    }

    /** An address that never changes. */
    static Operand<Cpu> address(long address) {
        return new Operand<>() {
            @Override
            public IntegerType type() {
                return IntegerType.UNSIGNED_LONG;
            }

            @Override
            public Format format() {
                return Format.HEXADECIMAL;
            }

            @Override
            public long read(Cpu cpu) {
                return address;
            }
        };
    }

    private static boolean isSigned(Encoding encoding) {
        return encoding == Encoding.SIGNED || encoding == Encoding.CHARACTER;
    }

    private static Format format(Encoding encoding) {
        return switch (encoding) {
            case CHARACTER -> Format.CHARACTER;
            case POINTER -> Format.HEXADECIMAL;
            case SIGNED -> Format.DECIMAL;
            default -> Format.UNSIGNED;
        };
    }

    @Override
    public long read(Cpu cpu) {
        OptionalLong value = cpu.memory().number(address, type.bytes());
        if (value.isEmpty()) {
            throw new UnreadableException(
                    "'" + name + "' lies at " + new GuestVirtual(address) + ", which is not mapped");
        }
        return value.getAsLong();
    }
}
