package dev.kvmdap.symbols.dwarf;

import java.util.List;

/** Where an object is while execution is at one address (DWARF 5, 2.6.1), for any frame that stands there. */
public sealed interface Location {

    /** In memory, at a linear address. */
    record Memory(Term address) implements Location {

        /** At an address that is the same in every frame. */
        public static Memory at(long linear) {
            return new Memory(new Term.Constant(linear));
        }
    }

    /** In a register, by its DWARF number. */
    record Register(int number, int wordSize) implements Location {}

    /** Nowhere, but its value can be computed. */
    record Value(Term value) implements Location {}

    /** Nowhere, but these are its bytes. */
    final class Bytes implements Location {
        private final byte[] bytes;

        Bytes(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        /** The byte at an offset, 0 behind the last one. */
        public int at(long offset) {
            return offset >= 0 && offset < bytes.length ? bytes[(int) offset] & 0xff : 0;
        }
    }

    /** In several places, one after the other. */
    record Pieces(List<Piece> pieces) implements Location {}

    /** Nowhere, and it has no value that is known; the reason continues a sentence: {@code is optimized out here}. */
    record Missing(String reason) implements Location {}

    /**
     * A part of an object.
     *
     * @param bytes its size
     */
    record Piece(Location where, long bytes) {}
}
