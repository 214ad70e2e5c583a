package dev.kvmdap.symbols;

import dev.kvmdap.symbols.dwarf.AddressRanges;
import dev.kvmdap.symbols.dwarf.DwarfFile;
import dev.kvmdap.symbols.dwarf.FileTable;
import dev.kvmdap.symbols.dwarf.FunctionTable;
import dev.kvmdap.symbols.dwarf.LineTable;
import dev.kvmdap.symbols.dwarf.Unit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Answers questions about source lines from the line tables of one image. Addresses are the file's own. */
final class SourceLines {

    /** How compilers begin the names of files that do not exist, such as {@code <built-in>}. */
    private static final String MADE_UP = "<";

    private final DwarfFile dwarf;
    private final SourceFiles files;
    private final Map<Path, List<Occurrence>> occurrences = new HashMap<>();

    SourceLines(DwarfFile dwarf, SourceFiles files) {
        this.dwarf = dwarf;
        this.files = files;
    }

    /** A unit that has code of a source file, and the numbers that the file has there. */
    private record Occurrence(Unit unit, LineTable table, BitSet numbers, SourceFile file) {

        /** Whether a row of the file is a recommended place for a breakpoint. */
        boolean isStatement(int row) {
            int number = table.fileNumber(row);
            return number >= 0 && numbers.get(number) && table.isStatement(row);
        }

        boolean isStatementOf(int row, int line) {
            return table.line(row) == line && isStatement(row);
        }
    }

    /** Is given each row that is a recommended place for a breakpoint. */
    private interface Statements {
        void accept(Occurrence occurrence, int sequence, int row);
    }

    Optional<SourceLine> lineAt(long address) {
        LineTable table = tableAt(address);
        int row = table == null ? -1 : table.rowAt(address);
        String path = row < 0 || table == null ? "" : table.files().path(table.fileNumber(row));
        if (table == null || path.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new SourceLine(
                files.of(path),
                table.line(row),
                table.column(row),
                table.address(row),
                behind(table, row),
                table.isStatement(row)));
    }

    private static long behind(LineTable table, int row) {
        int next = row + 1;
        while (table.address(next) == table.address(row)) {
            next++;
        }
        return table.address(next);
    }

    private @Nullable LineTable tableAt(long address) {
        Unit unit = dwarf.unitAt(address);
        return unit == null ? null : dwarf.lineTable(unit);
    }

    /** All code of the line at an address within its function, with the lineless code in between. */
    List<AddressRange> lineRanges(long address) {
        Unit unit = dwarf.unitAt(address);
        LineTable table = unit == null ? null : dwarf.lineTable(unit);
        int row = table == null ? -1 : table.rowAt(address);
        if (unit == null || table == null || row < 0) {
            return List.of();
        }
        FunctionTable functions = unit.functions();
        int function = functions.functionAt(address);
        if (function < 0) {
            int sequence = table.sequenceAt(address);
            return new LineRanges(table, row).within(sequence, null).toList();
        }
        LineRanges ranges = new LineRanges(table, row);
        AddressRanges code = functions.ranges(function);
        Set<Integer> sequences = new LinkedHashSet<>();
        for (int i = 0; i < code.size(); i++) {
            sequences.add(table.sequenceAt(code.low(i)));
        }
        sequences.add(table.sequenceAt(address));
        sequences.remove(-1);
        sequences.forEach(sequence -> ranges.within(sequence, code));
        return ranges.toList();
    }

    /** The closest line from the given one on that has code in any unit, and where a breakpoint on it goes. */
    Optional<ResolvedLine> resolve(Path clientPath, int asked, Functions functions) {
        List<Occurrence> places = occurrences(clientPath);
        ClosestLine closest = new ClosestLine(asked);
        eachStatement(places, closest);
        if (closest.found == Integer.MAX_VALUE) {
            return Optional.empty();
        }
        BreakpointPlaces chosen = new BreakpointPlaces(functions);
        eachStatement(places, (place, sequence, row) -> {
            if (place.table.line(row) == closest.found) {
                boolean continues =
                        row > place.table.sequenceStart(sequence) && place.isStatementOf(row - 1, closest.found);
                chosen.add(place.unit, place.table, row, continues);
            }
        });
        List<Long> addresses = chosen.addresses();
        SourceFile file = places.get(0).file;
        int line = closest.found;
        if (chosen.isBehindPrologue(addresses.get(0))) {
            line = lineAt(addresses.get(0))
                    .filter(moved -> moved.file().equals(file) && moved.line() > closest.found)
                    .map(SourceLine::line)
                    .orElse(line);
        }
        return Optional.of(new ResolvedLine(file, line, addresses));
    }

    /** Finds the smallest line that is not below another one. */
    private static final class ClosestLine implements Statements {

        private final int asked;
        private int found = Integer.MAX_VALUE;

        ClosestLine(int asked) {
            this.asked = Math.max(1, asked);
        }

        @Override
        public void accept(Occurrence occurrence, int sequence, int row) {
            int line = occurrence.table.line(row);
            if (line >= asked) {
                found = Math.min(found, line);
            }
        }
    }

    /** The lines from one to another, inclusive, that a breakpoint can be set on. */
    List<Integer> linesWithCode(Path clientPath, int from, int to) {
        SortedSet<Integer> lines = new TreeSet<>();
        eachStatement(occurrences(clientPath), (place, sequence, row) -> {
            int line = place.table.line(row);
            if (line >= Math.max(1, from) && line <= to) {
                lines.add(line);
            }
        });
        return List.copyOf(lines);
    }

    private static void eachStatement(List<Occurrence> places, Statements statements) {
        for (Occurrence place : places) {
            LineTable table = place.table;
            for (int sequence = 0; sequence < table.sequenceCount(); sequence++) {
                for (int row = table.sequenceStart(sequence); row < table.sequenceEnd(sequence); row++) {
                    if (place.isStatement(row)) {
                        statements.accept(place, sequence, row);
                    }
                }
            }
        }
    }

    /** All source files that the units name. */
    Set<SourceFile> sources() {
        Set<String> recorded = new LinkedHashSet<>();
        for (Unit unit : dwarf.units()) {
            FileTable table = dwarf.fileTable(unit);
            for (int i = table == null ? 0 : table.firstNumber(); table != null && i < table.endNumber(); i++) {
                if (!table.name(i).isEmpty() && !table.name(i).startsWith(MADE_UP)) {
                    recorded.add(table.path(i));
                }
            }
        }
        Set<SourceFile> sources = new LinkedHashSet<>();
        recorded.forEach(path -> sources.add(files.of(path)));
        return sources;
    }

    private List<Occurrence> occurrences(Path clientPath) {
        return occurrences.computeIfAbsent(clientPath, this::findOccurrences);
    }

    private List<Occurrence> findOccurrences(Path clientPath) {
        String name =
                clientPath.getFileName() == null ? "" : clientPath.getFileName().toString();
        Map<Unit, Map<String, BitSet>> candidates = new HashMap<>();
        Set<String> recorded = new LinkedHashSet<>();
        for (Unit unit : dwarf.units()) {
            Map<String, BitSet> named = filesNamed(name, dwarf.fileTable(unit));
            if (!named.isEmpty()) {
                candidates.put(unit, named);
                recorded.addAll(named.keySet());
            }
        }
        Set<String> meant = files.meantBy(clientPath, recorded);
        List<Occurrence> found = new ArrayList<>();
        for (Unit unit : dwarf.units()) {
            Map<String, BitSet> named = candidates.getOrDefault(unit, Map.of());
            named.forEach((path, numbers) -> {
                LineTable table = meant.contains(path) ? dwarf.lineTable(unit) : null;
                if (table != null) {
                    found.add(new Occurrence(unit, table, numbers, files.of(path)));
                }
            });
        }
        return found;
    }

    /** The files of a table whose last name is this one: recorded path to the numbers that stand for it. */
    private static Map<String, BitSet> filesNamed(String name, @Nullable FileTable table) {
        Map<String, BitSet> found = new HashMap<>();
        for (int i = table == null ? 0 : table.firstNumber(); table != null && i < table.endNumber(); i++) {
            String recorded = table.name(i);
            if (recorded.endsWith(name)
                    && (recorded.length() == name.length()
                            || recorded.charAt(recorded.length() - name.length() - 1) == '/')) {
                found.computeIfAbsent(table.path(i), path -> new BitSet()).set(i);
            }
        }
        return found;
    }
}
