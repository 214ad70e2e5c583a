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
 * Chooses the addresses that a breakpoint on a line goes to: in each function and each inlined copy of one the first, in
 * the order of its code, which puts cold parts last wherever they lie; in assembly the first of each run of rows. The
 * line of a call that was inlined belongs to the caller. The entry of a function becomes the place behind its prologue.
 */
final class BreakpointPlaces {

    private final Functions functions;
    private final Map<Scope, Place> first = new HashMap<>();
    private final List<Long> outside = new ArrayList<>();

    BreakpointPlaces(Functions functions) {
        this.functions = functions;
    }

    /** One function or inlined copy. */
    private record Scope(Unit unit, int number) {}

    /** An address in one of the ranges of a scope. */
    private record Place(int range, long address) {

        Place orEarlier(Place other) {
            boolean isEarlier =
                    range == other.range ? Long.compareUnsigned(other.address, address) < 0 : other.range < range;
            return isEarlier ? other : this;
        }
    }

    /**
     * Adds a row of the line.
     *
     * @param continues whether the row before it is of the same line
     */
    void add(Unit unit, LineTable table, int row, boolean continues) {
        long address = table.address(row);
        FunctionTable scopes = unit.functions();
        int scope = scopes.scopeAt(address);
        while (scope >= 0
                && beginsAt(address, scopes.ranges(scope))
                && scopes.isCalledOn(scope, table.fileNumber(row), table.line(row))) {
            scope = scopes.parent(scope);
        }
        if (scope >= 0) {
            Place place = new Place(scopes.ranges(scope).indexOf(address), address);
            first.merge(new Scope(unit, scope), place, Place::orEarlier);
        } else if (!continues) {
            outside.add(address);
        }
    }

    private static boolean beginsAt(long address, AddressRanges code) {
        int range = code.indexOf(address);
        return range >= 0 && code.low(range) == address;
    }

    /** Whether one of {@link #addresses} has no row of the line and has come from the entry of its function. */
    boolean isBehindPrologue(long address) {
        return !outside.contains(address) && first.values().stream().noneMatch(place -> place.address == address);
    }

    /** The addresses chosen, ascending. */
    List<Long> addresses() {
        TreeSet<Long> addresses = new TreeSet<>(Long::compareUnsigned);
        first.values().forEach(place -> addresses.add(functions.afterPrologueAt(place.address)));
        addresses.addAll(outside);
        return List.copyOf(addresses);
    }
}
