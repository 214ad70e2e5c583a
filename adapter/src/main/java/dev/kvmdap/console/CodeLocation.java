package dev.kvmdap.console;

import dev.kvmdap.symbols.Function;
import dev.kvmdap.symbols.ResolvedLine;
import dev.kvmdap.symbols.Symbols;
import java.nio.file.Path;
import java.util.List;

/** A place in the guest's code as a person names it; its addresses may be others after the guest was built anew. */
public sealed interface CodeLocation {

    /**
     * At a line of a source file.
     *
     * @param line from 1
     */
    record AtLine(Path file, int line) implements CodeLocation {
        @Override
        public List<Long> addresses(Symbols symbols) {
            return symbols.resolve(file, line).map(ResolvedLine::addresses).orElseGet(List::of);
        }

        @Override
        public String toString() {
            return file.getFileName() + ":" + line;
        }
    }

    /** Behind the prologue of every function of a name. */
    record AtFunction(String name) implements CodeLocation {
        @Override
        public List<Long> addresses(Symbols symbols) {
            List<Function> functions = symbols.functionsNamed(name);
            return functions.stream().map(symbols::afterPrologue).distinct().toList();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** At the instruction at a linear address. */
    record AtAddress(long linear) implements CodeLocation {
        @Override
        public List<Long> addresses(Symbols symbols) {
            return List.of(linear);
        }

        @Override
        public String toString() {
            return "*0x" + Long.toHexString(linear);
        }
    }

    /** The linear addresses that it means now; none where nothing is known of it. */
    List<Long> addresses(Symbols symbols);
}
