package dev.kvmdap.symbols;

import dev.kvmdap.symbols.dwarf.AddressRanges;
import dev.kvmdap.symbols.dwarf.FunctionTable;
import dev.kvmdap.symbols.dwarf.LineTable;
import dev.kvmdap.symbols.dwarf.Unit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Chooses the addresses that a breakpoint on a line goes to: in each function and each inlined copy of one the lowest, of
 * cold parts that lie elsewhere too; in assembly the first of each run of rows. The entry of a function becomes the place
 * behind its prologue.
 */
final class BreakpointPlaces {

    private final Functions functions;
    private final Map<Piece, Long> lowest = new HashMap<>();
    private final List<Long> outside = new ArrayList<>();

    BreakpointPlaces(Functions functions) {
        this.functions = functions;
    }

    /** One range of the code of one function or inlined copy. */
    private record Piece(Unit unit, int scope, int range) {}

    /**
     * Adds a row of the line.
     *
     * @param isFirst whether no row of the same source file stands directly before it
     */
    void add(Unit unit, LineTable table, int row, boolean isFirst) {
        long address = table.address(row);
        FunctionTable scopes = unit.functions();
        int scope = scopes.scopeAt(address);
        if (scope >= 0) {
            int range = rangeOf(scopes.ranges(scope), address);
            lowest.merge(new Piece(unit, scope, range), address, BreakpointPlaces::lower);
        } else if (isFirst || table.line(row - 1) != table.line(row)) {
            outside.add(address);
        }
    }

    private static int rangeOf(AddressRanges ranges, long address) {
        for (int i = 0; i < ranges.size(); i++) {
            if (Long.compareUnsigned(address - ranges.low(i), ranges.high(i) - ranges.low(i)) < 0) {
                return i;
            }
        }
        return -1;
    }

    private static long lower(long left, long right) {
        return Long.compareUnsigned(left, right) <= 0 ? left : right;
    }

    /** Whether one of {@link #addresses} has no row of the line and has come from the entry of its function. */
    boolean isBehindPrologue(long address) {
        return !lowest.containsValue(address) && !outside.contains(address);
    }

    /** The addresses chosen, ascending. */
    List<Long> addresses() {
        TreeSet<Long> addresses = new TreeSet<>(Long::compareUnsigned);
        lowest.values().forEach(address -> addresses.add(functions.afterPrologueAt(address)));
        addresses.addAll(outside);
        return List.copyOf(addresses);
    }
}
