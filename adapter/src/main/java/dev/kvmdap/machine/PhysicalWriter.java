package dev.kvmdap.machine;

/** The guest's RAM as boot protocols see it: a place to write to, by guest-physical address. */
public interface PhysicalWriter {

    /** Bytes of RAM altogether. */
    long size();

    /** How many bytes of RAM follow from a physical address on; 0 where there is none. */
    long available(long physical);

    /** Copies bytes into RAM up to the first hole: the number of bytes copied. */
    int write(long physical, byte[] bytes, int from, int length);
}
