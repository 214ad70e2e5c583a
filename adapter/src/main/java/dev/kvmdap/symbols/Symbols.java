package dev.kvmdap.symbols;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is known of the guest's code: addresses to source lines and back, functions, variables, and unwinding, from any
 * number of images. All addresses are linear. Where several images know an answer, the first one's counts. Nothing is
 * read before it is asked for. For use by one thread.
 */
public final class Symbols {

    private static final Symbols NONE = new Symbols(List.of());

    private final List<SymbolFile> files;

    private Symbols(List<SymbolFile> files) {
        this.files = List.copyOf(files);
    }

    /** Nothing is known: a flat binary without a symbol file. */
    public static Symbols none() {
        return NONE;
    }

    /** What these images know, the most important first. */
    public static Symbols of(List<SymbolFile> files) {
        return new Symbols(files);
    }

    /** The images, the most important first. */
    public List<SymbolFile> files() {
        return files;
    }

    /** The code that an image holds at an address and around it; empty where the address lies in no image's code. */
    public Optional<CodeBytes> codeAround(long address) {
        for (SymbolFile file : files) {
            Optional<CodeBytes> code = file.codeAround(address, file.equals(files.get(0)));
            if (code.isPresent()) {
                return code;
            }
        }
        return Optional.empty();
    }

    /**
     * The source line that the instruction at an address belongs to. For a return address ask for the address before it:
     * {@link FrameRegisters#lookupAddress}.
     */
    public Optional<SourceLine> lineAt(long address) {
        return first(file -> file.lineAt(address));
    }

    /**
     * All code of the source line at an address within the same function, and code of no line that lies in between: what
     * a step over that line stays in. Empty where the line is not known.
     */
    public List<AddressRange> lineRanges(long address) {
        for (SymbolFile file : files) {
            List<AddressRange> ranges = file.lineRanges(address);
            if (!ranges.isEmpty()) {
                return ranges;
            }
        }
        return List.of();
    }

    /**
     * Where a breakpoint on a line goes: the closest line from the given one on that has code in any unit of any image.
     * Empty where the file is not known or has no code from that line on.
     *
     * @param clientPath the file on the client's disk
     * @param line from 1
     */
    public Optional<ResolvedLine> resolve(Path clientPath, int line) {
        Optional<ResolvedLine> best = Optional.empty();
        for (SymbolFile file : files) {
            Optional<ResolvedLine> found = file.resolve(clientPath, line);
            best = best.isPresent() && found.isPresent()
                    ? Optional.of(best.get().or(found.get()))
                    : best.or(() -> found);
        }
        return best;
    }

    /**
     * The lines that a breakpoint can be set on, ascending.
     *
     * @param clientPath the file on the client's disk
     * @param from the first line asked about
     * @param to the last one
     */
    public List<Integer> linesWithCode(Path clientPath, int from, int to) {
        Set<Integer> lines = new TreeSet<>();
        files.forEach(file -> lines.addAll(file.linesWithCode(clientPath, from, to)));
        return List.copyOf(lines);
    }

    /** The function, or at least the label, that the code at an address belongs to. */
    public Optional<Function> functionAt(long address) {
        return first(file -> file.functionAt(address));
    }

    /** All functions of a name, as the source or as the symbol table has it; each entry address once. */
    public List<Function> functionsNamed(String name) {
        List<Function> functions = new ArrayList<>();
        Set<Long> entries = new LinkedHashSet<>();
        for (SymbolFile file : files) {
            for (Function function : file.functionsNamed(name)) {
                if (entries.add(function.low())) {
                    functions.add(function);
                }
            }
        }
        return functions;
    }

    /**
     * Where a breakpoint on a function goes: behind the code that builds its frame, so that its arguments can be read.
     * That is where the compiler marks it, else the second row of its line table; in optimised code and in assembly it is
     * the entry.
     */
    public long afterPrologue(Function function) {
        for (SymbolFile file : files) {
            long address = file.afterPrologueAt(function.low());
            if (address != function.low()) {
                return address;
            }
        }
        return function.low();
    }

    /** The frame that called a frame, by call frame information; empty where there is none for the frame's code. */
    public Optional<CallerFrame> unwind(FrameRegisters frame, MemoryReader memory) {
        return first(file -> file.unwind(frame, memory));
    }

    /** The variable of a name that exists as long as the guest runs: outside of functions, at a fixed address. */
    public Optional<Variable> variable(String name) {
        return first(file -> file.variable(name));
    }

    /**
     * The parameters and variables in scope at a frame's pc that lie in memory, parameters first; inner ones hide outer
     * ones of the same name. Compilers that optimise keep others in registers: those are missing.
     */
    public List<Variable> locals(FrameRegisters frame, MemoryReader memory) {
        for (SymbolFile file : files) {
            List<Variable> locals = file.locals(frame, memory);
            if (!locals.isEmpty()) {
                return locals;
            }
        }
        return List.of();
    }

    /** Names of functions and labels that begin so, from the symbol tables; in order, each once. */
    public Collection<String> functionNames(String beginning) {
        return names(file -> file.names(beginning, true));
    }

    /** Names of variables that exist as long as the guest runs and begin so, from the symbol tables; in order, each once. */
    public Collection<String> variableNames(String beginning) {
        return names(file -> file.names(beginning, false));
    }

    private Collection<String> names(java.util.function.Function<SymbolFile, List<String>> some) {
        Set<String> names = new TreeSet<>();
        files.forEach(file -> names.addAll(some.apply(file)));
        return names;
    }

    /** All source files that the images were built from. */
    public Collection<SourceFile> sources() {
        Set<SourceFile> sources = new LinkedHashSet<>();
        files.forEach(file -> sources.addAll(file.sources()));
        return sources;
    }

    /** An address as a person would say it: {@code main+0x12}, or {@code 0x…} where no function is known. */
    public String describe(long address) {
        Optional<Function> function = functionAt(address);
        if (function.isEmpty()) {
            return "0x" + Long.toHexString(address);
        }
        long distance = address - function.get().low();
        String sign = distance < 0 ? "-0x" : "+0x";
        return function.get().name() + (distance == 0 ? "" : sign + Long.toHexString(Math.abs(distance)));
    }

    private interface Question<T> {
        Optional<T> ask(SymbolFile file);
    }

    private <T> Optional<T> first(Question<T> question) {
        for (SymbolFile file : files) {
            Optional<T> answer = question.ask(file);
            if (answer.isPresent()) {
                return answer;
            }
        }
        return Optional.empty();
    }
}
