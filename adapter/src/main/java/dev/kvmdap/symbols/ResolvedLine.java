package dev.kvmdap.symbols;

import java.util.List;
import java.util.TreeSet;

/**
 * Where a breakpoint on a source line really goes.
 *
 * @param line the line that has code: the one asked for or the next below it
 * @param addresses a linear address for each function and each inlined copy that has code of the line, ascending
 */
public record ResolvedLine(SourceFile file, int line, List<Long> addresses) {

    /** The closer of two lines; of the same line in two images, all addresses. */
    ResolvedLine or(ResolvedLine other) {
        if (line != other.line) {
            return line < other.line ? this : other;
        }
        TreeSet<Long> all = new TreeSet<>(Long::compareUnsigned);
        all.addAll(addresses);
        all.addAll(other.addresses);
        return new ResolvedLine(file, line, List.copyOf(all));
    }

    ResolvedLine moved(long offset) {
        return new ResolvedLine(
                file, line, addresses.stream().map(address -> address + offset).toList());
    }
}
