package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Value;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The stopped vCPU that the console's verbs look at. */
public interface ConsoleTarget {

    /**
     * The value of an expression in the frame that the user looks at; it may assign.
     *
     * @throws dev.kvmdap.expression.ExpressionException where it has none
     */
    Value evaluate(Expression expression);

    /** A value as text, with symbols for addresses. */
    String text(Value value);

    /** The registers that are shown when none is named, in the order of the manuals. */
    List<RegisterValue> registers();

    /** A register, or a part of one, by its name without a {@code $}. */
    Optional<RegisterValue> register(String name);

    /** Every name that {@link #register} knows. */
    Collection<String> registerNames();

    /**
     * Reads memory.
     *
     * @param linear the first byte's linear address
     * @return how many bytes were read before the first one that is not mapped
     */
    int read(long linear, byte[] into);

    /** The linear address of the instruction that the vCPU carries out next. */
    long pc();

    /**
     * The instructions from a linear address on.
     *
     * @return exactly {@code count}
     */
    List<CodeLine> instructions(long linear, int count);

    /** The symbol that a linear address belongs to, with an offset: {@code kernel_main+4}. */
    Optional<String> symbol(long linear);
}
