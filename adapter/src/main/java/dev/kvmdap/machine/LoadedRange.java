package dev.kvmdap.machine;

import dev.kvmdap.x86.GuestPhysical;

/**
 * A stretch of RAM that booting has filled.
 *
 * @param what what lies there, such as "segment 1" or "page tables"
 * @param start its first byte
 * @param size in bytes, more than 0
 */
public record LoadedRange(String what, GuestPhysical start, long size) {

    /** The address behind its last byte. */
    public GuestPhysical end() {
        return start.plus(size);
    }

    boolean overlaps(long otherStart, long otherSize) {
        return otherStart < start.address() + size && start.address() < otherStart + otherSize;
    }

    /** Such as {@code segment 1 at p:0x100000 to p:0x102fff}. */
    @Override
    public String toString() {
        return "%s at %s to %s".formatted(what, start, start.plus(size - 1));
    }
}
