package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;
import dev.kvmdap.expression.Memory;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Values that the user has for later: those that the console has printed, {@code $1}, {@code $2} and so on, and those that were assigned to
 * names of his own, {@code $base}. They stay as they were while the guest goes on. Session thread.
 */
final class KeptValues {

    /** The largest object of which all bytes are kept. */
    private static final int MOST_BYTES = 64 << 10;

    private static final int MOST_PRINTED = 1000;

    private final List<Operand<Cpu>> printed = new ArrayList<>();
    private final Map<String, Operand<Cpu>> named = new TreeMap<>();
    private int forgotten;

    /** Keeps what was printed: its number. */
    int print(Value value, Memory<Cpu> memory) {
        printed.add(value.kept(MOST_BYTES, memory));
        if (printed.size() > MOST_PRINTED) {
            printed.remove(0);
            forgotten++;
        }
        return last();
    }

    /** The number of what was printed last; 0 where nothing was. */
    int last() {
        return forgotten + printed.size();
    }

    /** Keeps a value under a name. */
    void keep(String name, Value value, Memory<Cpu> memory) {
        named.put(name, value.kept(MOST_BYTES, memory));
    }

    /** The names, in order. */
    List<String> names() {
        return List.copyOf(named.keySet());
    }

    /**
     * The value of a name.
     *
     * @param name without the first {@code $}: of what was printed a number, nothing for the last one, {@code $} for the one
     *     before it, {@code $3} for the third one before it
     */
    Optional<Operand<Cpu>> find(String name) {
        Operand<Cpu> known = named.get(name);
        return known != null ? Optional.of(known) : numberOf(name).flatMap(this::printed);
    }

    private Optional<Operand<Cpu>> printed(int number) {
        int index = number - forgotten - 1;
        return index >= 0 && index < printed.size() ? Optional.of(printed.get(index)) : Optional.empty();
    }

    private Optional<Integer> numberOf(String name) {
        boolean counted = name.matches("\\$?[0-9]{1,8}");
        if (!counted) {
            return name.isEmpty() ? Optional.of(last()) : name.equals("$") ? Optional.of(last() - 1) : Optional.empty();
        }
        return Optional.of(
                name.startsWith("$") ? last() - Integer.parseInt(name.substring(1)) : Integer.parseInt(name));
    }

    /** Whether a value can be given a name: names are C's, and numbers are for what was printed. */
    static boolean isName(String name) {
        return name.matches("[A-Za-z_][A-Za-z0-9_]*");
    }

    /** The numbers of what was printed and is kept yet, the newest at the end. */
    List<Integer> numbers() {
        List<Integer> numbers = new ArrayList<>();
        for (int number = last(); number > forgotten; number--) {
            numbers.add(number);
        }
        Collections.reverse(numbers);
        return numbers;
    }
}
