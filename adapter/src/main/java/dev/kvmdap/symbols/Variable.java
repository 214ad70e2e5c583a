package dev.kvmdap.symbols;

import dev.kvmdap.symbols.dwarf.FrameState;
import dev.kvmdap.symbols.dwarf.FrameType;
import dev.kvmdap.symbols.dwarf.Location;
import dev.kvmdap.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * A variable of the guest.
 *
 * @param type {@link dev.kvmdap.types.OpaqueType#UNKNOWN} where only the symbol table knows it; an array whose size depends on the
 *     frame has none in it
 * @param frameType its type in a frame, where that depends on it
 * @param location where it is while execution is at the address that was asked for
 * @param isParameter whether it is one of a function
 */
public record Variable(String name, Type type, @Nullable FrameType frameType, Location location, boolean isParameter) {

    /** The variable as it is in a frame: its arrays have their sizes. For the session thread. */
    public Variable in(FrameState frame) {
        return frameType == null ? this : new Variable(name, frameType.in(frame), null, location, isParameter);
    }
}
