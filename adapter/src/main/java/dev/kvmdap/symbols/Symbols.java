package dev.kvmdap.symbols;

import dev.kvmdap.symbols.dwarf.NamedEntries.EnumeratorEntry;
import dev.kvmdap.types.DataModel;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.TypeName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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

    /**
     * The parameters and variables in scope in the code at an address, parameters first; inner ones hide outer ones of the
     * same name. Some have no place there: compilers that optimise drop what is not needed any more.
     *
     * @param address of a frame, see {@link FrameRegisters#lookupAddress}
     */
    public List<Variable> locals(long address) {
        for (SymbolFile file : files) {
            List<Variable> locals = file.locals(address);
            if (!locals.isEmpty()) {
                return locals;
            }
        }
        return List.of();
    }

    /**
     * The same of one activation alone: of a call that was inlined at the address, or of the function around it.
     *
     * @param level the place in {@link #inlinedAt}; the number of calls there for the function
     */
    public List<Variable> locals(long address, int level) {
        for (SymbolFile file : files) {
            List<Variable> locals = file.locals(address, level);
            if (!locals.isEmpty()) {
                return locals;
            }
        }
        return List.of();
    }

    /**
     * The calls that were inlined at an address, innermost first: the line at the address belongs to the first one's function, the site of each
     * to the next one's, and that of the last to {@link #functionAt}.
     */
    public List<InlinedCall> inlinedAt(long address) {
        for (SymbolFile file : files) {
            List<InlinedCall> calls = file.inlinedAt(address);
            if (!calls.isEmpty()) {
                return calls;
            }
        }
        return List.of();
    }

    /**
     * The variable outside of functions that a name means in the code at an address: its own file's, else one that all files
     * see, else any file's.
     */
    public Optional<Variable> variable(String name, long address) {
        return first(file -> file.variable(name, address));
    }

    /** The variable outside of functions of a name, wherever it is asked from. */
    public Optional<Variable> variable(String name) {
        return variable(name, 0);
    }

    /**
     * The variable of a function or source file, or of a namespace of C++.
     *
     * @param scope the function's name, or the end of the file's path
     */
    public Optional<Variable> variableIn(String scope, String name) {
        return first(file -> file.variableIn(scope, name));
    }

    /** The entry of the function of a source file. */
    public OptionalLong functionIn(String source, String name) {
        for (SymbolFile file : files) {
            OptionalLong entry = file.functionIn(source, name);
            if (entry.isPresent()) {
                return entry;
            }
        }
        return OptionalLong.empty();
    }

    /** Whether there is a function or a source file that {@link #variableIn} knows by this name. */
    public boolean hasScope(String scope) {
        return files.stream().anyMatch(file -> file.hasScope(scope));
    }

    /** The type that a name means in the code at an address. */
    public Optional<Type> type(TypeName name, long address) {
        return first(file -> file.type(name, address));
    }

    /** The type of the function that begins at an address. */
    public Optional<Type> functionType(long address) {
        return first(file -> file.functionType(address));
    }

    /** The enumerator that a name means in the code at an address. */
    public Optional<EnumeratorEntry> enumerator(String name, long address) {
        return first(file -> file.enumerator(name, address));
    }

    /** The names of all variables, enumerators and functions; takes a pass over everything. */
    public List<String> variableNames() {
        return files.stream().flatMap(file -> file.variableNames().stream()).toList();
    }

    /** The names of all enumerators; takes a pass over everything. */
    public Collection<String> enumeratorNames() {
        return names(SymbolFile::enumeratorNames);
    }

    /** The names of the variables of a function or of a source file. */
    public Collection<String> variableNamesIn(String scope) {
        return names(file -> file.variableNamesIn(scope));
    }

    /** The names of all types that can stand behind a keyword; takes a pass over everything. */
    public List<String> typeNames(TypeName.Keyword keyword) {
        return files.stream().flatMap(file -> file.typeNames(keyword).stream()).toList();
    }

    /** The widths of C's types in the code at an address: those of the image that it belongs to, else of the first one. */
    public DataModel model(long address) {
        return files.stream()
                .filter(file -> file.functionAt(address).isPresent())
                .findFirst()
                .or(() -> files.stream().findFirst())
                .map(SymbolFile::model)
                .orElse(DataModel.LP64);
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
        return withDistance(function.get().name(), address - function.get().low());
    }

    /** The function, label or variable that an address belongs to, as a person would say it: {@code table+0x10}. */
    public Optional<String> symbolAt(long address) {
        return functionAt(address).isPresent() ? Optional.of(describe(address)) : first(file -> file.dataAt(address));
    }

    static String withDistance(String name, long distance) {
        String sign = distance < 0 ? "-0x" : "+0x";
        return name + (distance == 0 ? "" : sign + Long.toHexString(Math.abs(distance)));
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
