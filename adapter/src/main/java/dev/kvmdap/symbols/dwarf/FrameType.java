package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.types.Type;

/** A type that depends on the frame: with an array in it that has as many elements as a variable says. */
public interface FrameType {

    /**
     * The type in a frame; an array whose size is not known there has none.
     *
     * @see dev.kvmdap.types.ArrayType#OPEN
     */
    Type in(FrameState frame);
}
