package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.types.Type;

/**
 * A variable or parameter (DWARF 5, 4.1), as it is at one address of the code.
 *
 * @param isParameter whether it is one of a function
 */
public record VariableEntry(String name, Type type, Location location, boolean isParameter) {}
