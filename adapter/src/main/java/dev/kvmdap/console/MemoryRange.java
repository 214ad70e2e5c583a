package dev.kvmdap.console;

import dev.kvmdap.types.AddressSpace;

/**
 * A stretch of the guest's memory.
 *
 * @param start its first byte
 * @param bytes its length, from 1
 */
record MemoryRange(MemoryPlace start, long bytes) {

    /** How much is read at once. */
    private static final int CHUNK = 1 << 16;

    /** Takes the content of a stretch piece by piece. */
    interface Reader {

        /**
         * The next bytes.
         *
         * @param length how many of {@code bytes} count
         */
        void take(byte[] bytes, int length);
    }

    /**
     * The stretch from a start to an end.
     *
     * @param end an expression for the end, or {@code +} and one for the length
     * @param endCounts whether the byte at the end belongs to it
     */
    static MemoryRange of(String start, String end, boolean endCounts, ConsoleTarget target) {
        MemoryPlace from = MemoryPlace.of(start, AddressSpace.LINEAR, target);
        boolean isLength = end.startsWith("+");
        long number = MemoryPlace.of(isLength ? end.substring(1) : end, from.space(), target)
                .address();
        long bytes = isLength ? number : number - from.address() + (endCounts ? 1 : 0);
        if (bytes <= 0) {
            throw new ConsoleException(
                    "from %s to %s there is nothing: the end lies before the start, or the length is 0"
                            .formatted(from, isLength ? end : "0x" + Long.toHexString(number)));
        }
        return new MemoryRange(from, bytes);
    }

    /** Reads all of it, up to the first byte that cannot be read: how many bytes were read. */
    long read(ConsoleTarget target, Reader reader) {
        byte[] chunk = new byte[(int) Math.min(CHUNK, bytes)];
        long done = 0;
        while (done < bytes) {
            byte[] next = bytes - done < chunk.length ? new byte[(int) (bytes - done)] : chunk;
            int read = start.plus(done).read(next, target);
            reader.take(next, read);
            done += read;
            if (read < next.length) {
                break;
            }
        }
        return done;
    }
}
