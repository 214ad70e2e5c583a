package dev.kvmdap.x86;

/**
 * A linear address (SDM vol. 3, 3.1): segment base plus offset, before paging, unsigned. Source lines, symbols and the
 * {@code pc} of KVM's debug exits are linear addresses; in real mode CS.base + IP.
 *
 * @param address all 64 bits
 */
public record GuestVirtual(long address) implements Comparable<GuestVirtual> {

    /** The address {@code bytes} further on; wraps at 2^64. */
    public GuestVirtual plus(long bytes) {
        return new GuestVirtual(address + bytes);
    }

    @Override
    public int compareTo(GuestVirtual other) {
        return Long.compareUnsigned(address, other.address);
    }

    /** {@code 0x…}, the form in which clients send a memory reference back. */
    @Override
    public String toString() {
        return "0x" + Long.toHexString(address);
    }
}
