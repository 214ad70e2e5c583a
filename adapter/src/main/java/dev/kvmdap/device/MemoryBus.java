package dev.kvmdap.device;

/** The guest's physical memory as devices reach it, past the processor. Called by the vCPU thread that serves the device. */
public interface MemoryBus {

    /** Copies memory into {@code into} up to the first address that is no RAM: the number of bytes copied. */
    int read(long physical, byte[] into, int from, int length);

    /** Copies bytes into memory up to the first address that is no RAM: the number of bytes copied. */
    int write(long physical, byte[] bytes, int from, int length);
}
