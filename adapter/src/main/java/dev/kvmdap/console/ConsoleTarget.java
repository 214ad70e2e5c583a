package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Value;
import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.types.Type;
import dev.kvmdap.view.Node;
import dev.kvmdap.x86.PageTable;
import dev.kvmdap.x86.Translation;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The frame of a stopped vCPU that the console's verbs look at. */
public interface ConsoleTarget {

    /**
     * Where something lies.
     *
     * @param address linear, of the first byte
     * @param bytes 0 where its size is not known
     */
    record Extent(long address, long bytes) {}

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

    /** The names of the parts that a register has, such as its flags, or the base of a segment. */
    Collection<String> registerParts(String register);

    /**
     * Reads memory.
     *
     * @param address of the first byte
     * @return how many bytes were read before the first one that is not mapped
     */
    int read(AddressSpace space, long address, byte[] into);

    /**
     * Changes memory, whatever its pages' permissions.
     *
     * @param address of the first byte
     * @return how many bytes were written before the first one that is not mapped
     */
    int write(AddressSpace space, long address, byte[] bytes);

    /** The bytes of an address in the code that is executed: 8 in 64-bit code, else 4. */
    int addressBytes();

    /** The registers, in groups. */
    Node registersView();

    /** The state of the processor and the machine that is no register. */
    Node systemView();

    /** The table that CR3 points to; empty without paging. */
    Optional<PageTable> pageTable();

    /** Where a linear address leads. */
    Translation translation(long linear);

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

    /** The memory of what an expression names, such as a variable; empty where it names nothing in memory. */
    Optional<Extent> extent(String expression);

    /**
     * The type that a text names; empty where it is no type's name.
     *
     * @throws dev.kvmdap.expression.ExpressionException where the program has no such type
     */
    Optional<Type> typeNamed(String text);

    /**
     * The type of an expression, which is not evaluated.
     *
     * @throws dev.kvmdap.expression.ExpressionException where it has none
     */
    Type typeOf(Expression expression);

    /**
     * Keeps a value that is shown: {@code $} and {@code $1} name it from now on.
     *
     * @return its number
     */
    int keep(Value value);

    /** Keeps a value under a name behind a {@code $}. */
    void keep(String name, Value value);

    /** The names that values were kept under, without the {@code $}. */
    List<String> keptNames();

    /** The numbers of the values that were shown and are kept yet, in order. */
    List<Integer> keptNumbers();

    /** The names of the parameters and variables that lie in memory. */
    List<String> localNames();

    /** The same with their values: {@code name = value}. */
    List<String> locals();
}
