package dev.kvmdap.symbols;

import dev.kvmdap.elf.Symbol;
import dev.kvmdap.elf.SymbolTable;
import dev.kvmdap.symbols.dwarf.AddressRanges;
import dev.kvmdap.symbols.dwarf.DwarfFile;
import dev.kvmdap.symbols.dwarf.FileTable;
import dev.kvmdap.symbols.dwarf.FunctionTable;
import dev.kvmdap.symbols.dwarf.LineTable;
import dev.kvmdap.symbols.dwarf.Unit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers questions about functions from the debugging information of one image, then from its symbol table. Addresses
 * are the file's own.
 */
final class Functions {

    private static final Pattern OPTIMISATION = Pattern.compile("(?:^| )-O(\\S*)");

    private final DwarfFile dwarf;

    Functions(DwarfFile dwarf) {
        this.dwarf = dwarf;
    }

    Optional<Function> at(long address) {
        Unit unit = dwarf.unitAt(address);
        if (unit != null) {
            FunctionTable functions = unit.functions();
            int scope = functions.functionAt(address);
            String name = scope < 0 ? "" : functions.name(scope);
            if (!name.isEmpty()) {
                return Optional.of(function(name, functions.ranges(scope)));
            }
        }
        return symbols().codeAt(address).map(Functions::function);
    }

    /** The calls whose bodies lie one in the other around an address, innermost first. */
    List<InlinedCall> inlinedAt(long address, SourceFiles files) {
        Unit unit = dwarf.unitAt(address);
        List<InlinedCall> calls = new ArrayList<>();
        FunctionTable functions = unit == null ? null : unit.functions();
        int scope = functions == null ? -1 : functions.scopeAt(address);
        while (unit != null && functions != null && scope >= 0 && functions.isInlined(scope)) {
            calls.add(new InlinedCall(functions.name(scope), site(unit, functions, scope, address, files)));
            scope = functions.parent(scope);
        }
        return calls;
    }

    private Optional<SourceLine> site(Unit unit, FunctionTable functions, int scope, long address, SourceFiles files) {
        FileTable table = dwarf.fileTable(unit);
        String path = table == null ? "" : table.path(functions.callFile(scope));
        AddressRanges code = functions.ranges(scope);
        int range = Math.max(0, code.indexOf(address));
        return path.isEmpty()
                ? Optional.empty()
                : Optional.of(new SourceLine(
                        files.of(path),
                        functions.callLine(scope),
                        functions.callColumn(scope),
                        code.low(range),
                        code.high(range),
                        true));
    }

    List<Function> named(String name) {
        Map<Long, Function> found = new LinkedHashMap<>();
        SymbolTable symbols = symbols();
        for (Symbol symbol : symbols.named(name)) {
            if (symbols.isCode(symbol)) {
                Function function = at(symbol.value())
                        .filter(known -> known.low() == symbol.value())
                        .orElseGet(() -> function(symbol));
                found.putIfAbsent(function.low(), function);
            }
        }
        if (found.isEmpty()) {
            for (Unit unit : dwarf.units()) {
                addNamed(name, unit.functions(), found);
            }
        }
        return new ArrayList<>(found.values());
    }

    private static void addNamed(String name, FunctionTable functions, Map<Long, Function> found) {
        for (int scope = 0; scope < functions.size(); scope++) {
            if (!functions.isInlined(scope)
                    && (functions.name(scope).equals(name)
                            || functions.linkageName(scope).equals(name))) {
                Function function = function(functions.name(scope), functions.ranges(scope));
                found.putIfAbsent(function.low(), function);
            }
        }
    }

    /** The place behind the prologue where an address is the entry of a function with one, else the address itself. */
    long afterPrologueAt(long address) {
        Unit unit = dwarf.unitAt(address);
        LineTable table = unit == null || unit.isAssembly() ? null : dwarf.lineTable(unit);
        if (unit == null || table == null) {
            return address;
        }
        FunctionTable functions = unit.functions();
        int scope = functions.functionAt(address);
        int row = table.rowAt(address);
        if (scope < 0 || row < 0 || functions.ranges(scope).low(0) != address) {
            return address;
        }
        long high = functions.ranges(scope).high(0);
        int end = table.sequenceEnd(table.sequenceAt(address));
        long second = address;
        for (int i = row; i < end && Long.compareUnsigned(table.address(i), high) < 0; i++) {
            if (table.isPrologueEnd(i)) {
                return table.address(i);
            }
            if (second == address && table.line(i) != 0) {
                second = table.address(i);
            }
        }
        return isOptimised(unit) ? address : second;
    }

    /** Whether a compiler that notes its options was told to optimise: its code then needs no prologue to be passed. */
    private static boolean isOptimised(Unit unit) {
        String level = "0";
        Matcher option = OPTIMISATION.matcher(unit.producer());
        while (option.find()) {
            level = option.group(1);
        }
        return !level.equals("0");
    }

    private SymbolTable symbols() {
        return dwarf.elf().symbols();
    }

    private static Function function(String name, AddressRanges code) {
        List<AddressRange> ranges = new ArrayList<>();
        for (int i = 0; i < code.size(); i++) {
            ranges.add(new AddressRange(code.low(i), code.high(i)));
        }
        return new Function(name, code.low(0), code.high(0), List.copyOf(ranges));
    }

    private static Function function(Symbol symbol) {
        long high = symbol.value() + symbol.size();
        List<AddressRange> ranges = symbol.size() == 0 ? List.of() : List.of(new AddressRange(symbol.value(), high));
        return new Function(symbol.name(), symbol.value(), high, ranges);
    }
}
