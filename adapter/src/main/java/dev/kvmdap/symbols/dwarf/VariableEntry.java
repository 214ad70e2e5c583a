package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * A variable or parameter (DWARF 5, 4.1), as it is at one address of the code.
 *
 * @param frameType its type in a frame, where that depends on it
 * @param isParameter whether it is one of a function
 */
public record VariableEntry(
        String name, Type type, @Nullable FrameType frameType, Location location, boolean isParameter) {}
