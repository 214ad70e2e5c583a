package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;

/**
 * A variable or parameter (DWARF 5, 4.1) whose place is told by a single expression.
 *
 * @param location the expression
 */
public record VariableEntry(String name, Unit unit, TypeDescription type, ByteReader location) {

    /** Finds the variable; throws {@link DwarfException} where the frame does not know enough. */
    public Location locate(Expression.Context context) {
        return Expression.locate(location, unit, context);
    }
}
