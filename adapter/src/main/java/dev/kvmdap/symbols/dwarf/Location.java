package dev.kvmdap.symbols.dwarf;

import java.util.List;

/** Where an object is while execution is at one address (DWARF 5, 2.6.1), for any frame that stands there. */
public sealed interface Location {

    /**
     * A part of the object as a little-endian number, zero-extended. Allocates nothing.
     *
     * @param offset of the first byte in the object
     * @param bytes 1 to 8
     * @throws NoValueException where it has no value, or the frame does not know it
     */
    long read(FrameState frame, long offset, int bytes);

    /** In memory, at a linear address. */
    record Memory(Term address) implements Location {

        /** At an address that is the same in every frame. */
        public static Memory at(long linear) {
            return new Memory(new Term.Constant(StackType.generic(Long.BYTES), linear));
        }

        @Override
        public long read(FrameState frame, long offset, int bytes) {
            return frame.memory(address.evaluate(frame) + offset, bytes);
        }
    }

    /** In a register, by its DWARF number. */
    record Register(int number, int wordSize) implements Location {

        @Override
        public long read(FrameState frame, long offset, int bytes) {
            Term.requireWidth(frame, wordSize);
            int word = (int) (offset & -Long.BYTES);
            int shift = (int) (offset - word) * Byte.SIZE;
            long value = frame.register(number, word) >>> shift;
            if (shift + bytes * Byte.SIZE > Long.SIZE) {
                value |= frame.register(number, word + Long.BYTES) << -shift;
            }
            return low(value, bytes * Byte.SIZE);
        }
    }

    /** Nowhere, but its value can be computed. */
    record Value(Term value) implements Location {

        @Override
        public long read(FrameState frame, long offset, int bytes) {
            long bits = value.type().encode(value.evaluate(frame));
            return offset < Long.BYTES ? low(bits >>> (offset * Byte.SIZE), bytes * Byte.SIZE) : 0;
        }
    }

    /** Nowhere, but these are its bytes. */
    final class Bytes implements Location {
        private final byte[] bytes;

        Bytes(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        @Override
        public long read(FrameState frame, long offset, int count) {
            long value = 0;
            for (long i = offset + count - 1; i >= offset; i--) {
                value = value << Byte.SIZE | at(i);
            }
            return value;
        }

        /** The byte at an offset, 0 behind the last one. */
        private int at(long offset) {
            return offset >= 0 && offset < bytes.length ? bytes[(int) offset] & 0xff : 0;
        }
    }

    /** In several places, one after the other. */
    record Pieces(List<Piece> pieces) implements Location {

        @Override
        public long read(FrameState frame, long offset, int bytes) {
            long start = offset * Byte.SIZE;
            int wanted = bytes * Byte.SIZE;
            long value = 0;
            int done = 0;
            for (int i = 0; i < pieces.size(); i++) {
                Piece piece = pieces.get(i);
                if (start < piece.bits()) {
                    int count = (int) Math.min(wanted - done, piece.bits() - start);
                    value |= piece.read(frame, start, count) << done;
                    done += count;
                    start += count;
                    if (done == wanted) {
                        return value;
                    }
                }
                start -= piece.bits();
            }
            throw new NoValueException("is told of in part only");
        }
    }

    /** Nowhere, and it has no value that is known; the reason continues a sentence: {@code is optimized out here}. */
    record Missing(String reason) implements Location {

        @Override
        public long read(FrameState frame, long offset, int bytes) {
            throw new NoValueException(reason);
        }
    }

    /**
     * A part of an object.
     *
     * @param where the place that it is in a part of
     * @param bits its size
     * @param firstBit its lowest bit in that place
     */
    record Piece(Location where, long bits, long firstBit) {

        private long read(FrameState frame, long start, int count) {
            long bit = firstBit + start;
            int shift = (int) (bit % Byte.SIZE);
            int bytes = (shift + count + Byte.SIZE - 1) / Byte.SIZE;
            long value = where.read(frame, bit / Byte.SIZE, Math.min(bytes, Long.BYTES)) >>> shift;
            if (bytes > Long.BYTES) {
                value |= where.read(frame, bit / Byte.SIZE + Long.BYTES, 1) << (Long.SIZE - shift);
            }
            return low(value, count);
        }
    }

    private static long low(long value, int bits) {
        return bits >= Long.SIZE ? value : value & ~(-1L << bits);
    }
}
