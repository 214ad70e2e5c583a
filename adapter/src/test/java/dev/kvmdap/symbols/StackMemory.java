package dev.kvmdap.symbols;

import java.util.HashMap;
import java.util.Map;

/** A guest's stack with words that a test has put there, and nothing else readable. */
final class StackMemory implements MemoryReader {

    private final Map<Long, Byte> bytes = new HashMap<>();

    /** One word of 4 or 8 bytes at a linear address. */
    static StackMemory at(long address, int wordSize, long word) {
        return new StackMemory().put(address, wordSize, word);
    }

    StackMemory put(long address, int wordSize, long word) {
        for (int i = 0; i < wordSize; i++) {
            bytes.put(address + i, (byte) (word >> (8 * i)));
        }
        return this;
    }

    @Override
    public boolean read(long linear, byte[] into) {
        for (int i = 0; i < into.length; i++) {
            Byte found = bytes.get(linear + i);
            if (found == null) {
                return false;
            }
            into[i] = found;
        }
        return true;
    }
}
