package dev.kvmdap.symbols;

import dev.kvmdap.symbols.dwarf.Location;
import dev.kvmdap.types.Type;

/**
 * A variable of the guest.
 *
 * @param type {@link dev.kvmdap.types.OpaqueType#UNKNOWN} where only the symbol table knows it
 * @param location where it is while execution is at the address that was asked for
 * @param isParameter whether it is one of a function
 */
public record Variable(String name, Type type, Location location, boolean isParameter) {}
