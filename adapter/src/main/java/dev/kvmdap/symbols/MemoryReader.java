package dev.kvmdap.symbols;

/** The guest's memory as the code at the current stop sees it. */
public interface MemoryReader {

    /**
     * Reads bytes from a linear address on.
     *
     * @param into is filled
     * @return false where any of the bytes cannot be read
     */
    boolean read(long linear, byte[] into);
}
