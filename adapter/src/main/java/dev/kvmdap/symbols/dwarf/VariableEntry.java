package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;

/**
 * A variable or parameter (DWARF 5, 4.1) whose place is told by a single expression.
 *
 * @param location the expression
 */
public record VariableEntry(String name, Unit unit, TypeDescription type, ByteReader location) {

    /** Finds the variable, as {@link Expression#locate} does. */
    public Location locate(Expression.Context context) {
        return Expression.locate(location, unit.encoding().addressSize(), context);
    }
}
