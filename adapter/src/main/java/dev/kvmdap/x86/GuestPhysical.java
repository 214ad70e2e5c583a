package dev.kvmdap.x86;

/**
 * An address in the guest's physical address space (SDM vol. 3, 3.3.1), unsigned.
 *
 * @param address all 64 bits; RAM begins at 0
 */
public record GuestPhysical(long address) implements Comparable<GuestPhysical> {

    /** The address {@code bytes} further on; wraps at 2^64. */
    public GuestPhysical plus(long bytes) {
        return new GuestPhysical(address + bytes);
    }

    @Override
    public int compareTo(GuestPhysical other) {
        return Long.compareUnsigned(address, other.address);
    }

    /** {@code p:0x…}, the form in which clients send a physical memory reference back. */
    @Override
    public String toString() {
        return "p:0x" + Long.toHexString(address);
    }
}
