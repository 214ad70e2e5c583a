package dev.kvmdap.disassembly;

/** The guest's code as the processor would fetch it, without planted bytes. */
public interface CodeMemory {

    /**
     * Copies bytes.
     *
     * @param linear the first byte's linear address
     * @param into takes the bytes from index {@code from} on
     * @return how many were copied before the first one that cannot be read
     */
    int read(long linear, byte[] into, int from, int length);
}
