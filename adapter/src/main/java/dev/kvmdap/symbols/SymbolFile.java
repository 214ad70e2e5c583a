package dev.kvmdap.symbols;

import dev.kvmdap.elf.ElfException;
import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.ElfType;
import dev.kvmdap.elf.Symbol;
import dev.kvmdap.symbols.dwarf.DwarfFile;
import dev.kvmdap.symbols.dwarf.NamedEntries.EnumeratorEntry;
import dev.kvmdap.symbols.dwarf.UnwindRow;
import dev.kvmdap.types.DataModel;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.TypeName;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/**
 * An image whose symbols describe code of the guest, at an offset from the addresses it was linked to. Opening reads the
 * ELF header only. Parts of the debugging information that are damaged are missing from the answers and told of in
 * {@link #warnings}.
 */
public final class SymbolFile {

    private final Path path;
    private final long offset;
    private final ElfFile elf;
    private final DwarfFile dwarf;
    private final SourceFiles sourceFiles;
    private final SourceLines lines;
    private final Functions functions;
    private final Variables variables;
    private final CodeSections sections;

    private SymbolFile(Path path, long offset, ElfFile elf, SourceMap sources) {
        this.path = path;
        this.offset = offset;
        this.elf = elf;
        this.dwarf = new DwarfFile(elf);
        this.sourceFiles = new SourceFiles(sources, path);
        this.lines = new SourceLines(dwarf, sourceFiles);
        this.functions = new Functions(dwarf);
        this.variables = new Variables(dwarf, offset);
        this.sections = new CodeSections(elf);
    }

    /**
     * Opens an image.
     *
     * @param offset what to add to the file's addresses to get the guest's linear addresses; wraps at 2^64
     * @throws ElfException where the file is no linked ELF image for x86
     */
    public static SymbolFile open(Path file, long offset, SourceMap sources) {
        return of(file, offset, ElfFile.open(file), sources);
    }

    /** Takes an image that is open already, as after booting it. */
    public static SymbolFile of(Path file, long offset, ElfFile elf, SourceMap sources) {
        if (elf.type() == ElfType.RELOCATABLE) {
            throw new ElfException(
                    file
                            + " is an object file (ET_REL) whose addresses are not fixed yet; link it and give the linked image");
        }
        return new SymbolFile(file, offset, elf, sources);
    }

    /** The path it was opened by. */
    public Path path() {
        return path;
    }

    /** What is added to the file's addresses to get linear ones. */
    public long offset() {
        return offset;
    }

    /** The image. */
    public ElfFile elf() {
        return elf;
    }

    /** What could not be read so far and is missing from the answers. */
    public List<String> warnings() {
        return dwarf.warnings().texts();
    }

    /** The image's own bytes around an address of its code; {@code booted}: it is what the machine was booted with. */
    Optional<CodeBytes> codeAround(long address, boolean booted) {
        return answer(Optional.empty(), () -> sections.codeAround(address, offset, booted));
    }

    Optional<SourceLine> lineAt(long address) {
        return answer(Optional.empty(), () -> lines.lineAt(address - offset).map(line -> line.moved(offset)));
    }

    List<AddressRange> lineRanges(long address) {
        return answer(
                List.of(),
                () -> lines.lineRanges(address - offset).stream()
                        .map(range -> range.moved(offset))
                        .toList());
    }

    Optional<ResolvedLine> resolve(Path clientPath, int line) {
        return answer(
                Optional.empty(),
                () -> lines.resolve(clientPath, line, functions).map(resolved -> resolved.moved(offset)));
    }

    List<Integer> linesWithCode(Path clientPath, int from, int to) {
        return answer(List.of(), () -> lines.linesWithCode(clientPath, from, to));
    }

    Set<SourceFile> sources() {
        return answer(Set.of(), lines::sources);
    }

    Optional<Function> functionAt(long address) {
        return answer(Optional.empty(), () -> functions.at(address - offset).map(function -> function.moved(offset)));
    }

    List<InlinedCall> inlinedAt(long address) {
        return answer(
                List.of(),
                () -> functions.inlinedAt(address - offset, sourceFiles).stream()
                        .map(call ->
                                new InlinedCall(call.function(), call.site().map(site -> site.moved(offset))))
                        .toList());
    }

    /** The variable or label of data at an address, with the distance from its beginning; from the symbol table. */
    Optional<String> dataAt(long address) {
        return answer(
                Optional.empty(),
                () -> elf.symbols()
                        .dataAt(address - offset)
                        .map(symbol -> Symbols.withDistance(symbol.name(), address - offset - symbol.value())));
    }

    List<Function> functionsNamed(String name) {
        return answer(
                List.of(),
                () -> functions.named(name).stream()
                        .map(function -> function.moved(offset))
                        .toList());
    }

    /** Names in the symbol table: of functions and labels, or else of variables. */
    List<String> names(String beginning, boolean ofCode) {
        return answer(
                List.of(),
                () -> elf.symbols().beginningWith(beginning).stream()
                        .filter(symbol -> elf.symbols().isCode(symbol) == ofCode)
                        .filter(symbol -> ofCode || symbol.type() == Symbol.OBJECT)
                        .map(Symbol::name)
                        .toList());
    }

    long afterPrologueAt(long address) {
        return answer(address, () -> functions.afterPrologueAt(address - offset) + offset);
    }

    Optional<CallerFrame> unwind(FrameRegisters frame, MemoryReader memory) {
        return answer(Optional.empty(), () -> {
            UnwindRow row = dwarf.callFrames().rowAt(frame.lookupAddress() - offset);
            return row == null || row.wordSize() != frame.wordSize()
                    ? Optional.empty()
                    : Unwinder.unwind(row, frame, memory, offset);
        });
    }

    List<Variable> locals(long address) {
        return answer(List.of(), () -> variables.locals(address - offset));
    }

    List<Variable> locals(long address, int level) {
        return answer(List.of(), () -> variables.locals(address - offset, level));
    }

    Optional<Variable> variable(String name, long address) {
        return answer(Optional.empty(), () -> variables.global(name, address - offset));
    }

    Optional<Variable> variableIn(String scope, String name) {
        return answer(Optional.empty(), () -> variables.inScope(scope, name));
    }

    OptionalLong functionIn(String file, String name) {
        OptionalLong entry = answer(OptionalLong.empty(), () -> variables.functionInScope(file, name));
        return entry.isPresent() ? OptionalLong.of(entry.getAsLong() + offset) : entry;
    }

    boolean hasScope(String scope) {
        return answer(false, () -> variables.hasScope(scope));
    }

    Optional<Type> type(TypeName name, long address) {
        return answer(Optional.empty(), () -> variables.type(name, address - offset));
    }

    Optional<Type> functionType(long address) {
        return answer(Optional.empty(), () -> variables.functionType(address - offset));
    }

    Optional<EnumeratorEntry> enumerator(String name, long address) {
        return answer(Optional.empty(), () -> variables.enumerator(name, address - offset));
    }

    List<String> variableNames() {
        return answer(List.of(), variables::variableNames);
    }

    List<String> variableNamesIn(String scope) {
        return answer(List.of(), () -> variables.variableNamesIn(scope));
    }

    List<String> enumeratorNames() {
        return answer(List.of(), variables::enumeratorNames);
    }

    List<String> typeNames(TypeName.Keyword keyword) {
        return answer(List.of(), () -> variables.typeNames(keyword));
    }

    /** The widths of C's types in the code of the file. */
    DataModel model() {
        return DataModel.ofAddresses(elf.is64() ? Long.BYTES : Integer.BYTES);
    }

    /** Asks a question that damage to the file may leave unanswered. */
    private <T> T answer(T otherwise, Supplier<T> question) {
        try {
            return question.get();
        } catch (ElfException e) {
            dwarf.warnings().lost("an answer", e);
        } catch (InternalError e) {
            dwarf.warnings()
                    .lost(
                            "an answer",
                            new ElfException(path + " was cut short while in use; start the session again", e));
        }
        return otherwise;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
