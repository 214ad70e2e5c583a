package dev.kvmdap.x86;

/**
 * The guest's physical memory as the page walk reads it: little-endian, without side effects, on the thread that may
 * touch the guest's memory. Implementations neither allocate nor throw for an address that {@link #holds} accepted.
 */
public interface PhysicalMemory {

    /**
     * Whether {@code length} bytes from this physical address on are memory: not a hole, not a device, not past the
     * end.
     */
    boolean holds(long physical, int length);

    /** The 32-bit word at a physical address that {@link #holds} four bytes. */
    int readInt(long physical);

    /** The 64-bit word at a physical address that {@link #holds} eight bytes. */
    long readLong(long physical);
}
