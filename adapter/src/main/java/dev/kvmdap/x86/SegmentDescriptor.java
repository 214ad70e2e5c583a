package dev.kvmdap.x86;

/**
 * A descriptor of the GDT or LDT (SDM vol. 3, 3.4.5 and 3.5). Code and data segments, and everything outside IA-32e
 * mode, take 8 bytes; the LDT and TSS descriptors of IA-32e mode take 16.
 *
 * @param base linear address of the segment; 32 bits in an 8-byte descriptor
 * @param limit the 20 bits of the limit field, counted in bytes or in 4 KiB pages as {@code granularity} says
 * @param type the four type bits, which {@link SegmentType} names
 * @param system whether it is a system descriptor: the S bit is 0
 * @param dpl descriptor privilege level, 0 to 3
 * @param present the P bit
 * @param available the bit left to software
 * @param longMode the L bit: 64-bit code
 * @param big the D/B bit: 32-bit code or stack
 * @param granularity the G bit: the limit counts 4 KiB pages
 */
public record SegmentDescriptor(
        long base,
        int limit,
        int type,
        boolean system,
        int dpl,
        boolean present,
        boolean available,
        boolean longMode,
        boolean big,
        boolean granularity) {

    public SegmentDescriptor {
        require(limit, 0xf_ffff, "limit");
        require(type, 0xf, "type");
        require(dpl, 3, "dpl");
    }

    private static void require(int value, int maximum, String name) {
        if (value < 0 || value > maximum) {
            throw new IllegalArgumentException("%s is 0 to 0x%x, not 0x%x".formatted(name, maximum, value));
        }
    }

    /** Reads an 8-byte descriptor. */
    public static SegmentDescriptor decode(long descriptor) {
        long base = (descriptor >>> 16 & 0xff_ffff) | (descriptor >>> 56 << 24);
        int limit = (int) ((descriptor & 0xffff) | (descriptor >>> 32 & 0xf_0000));
        return new SegmentDescriptor(
                base,
                limit,
                (int) (descriptor >>> 40) & 0xf,
                (descriptor >>> 44 & 1) == 0,
                (int) (descriptor >>> 45) & 3,
                (descriptor >>> 47 & 1) != 0,
                (descriptor >>> 52 & 1) != 0,
                (descriptor >>> 53 & 1) != 0,
                (descriptor >>> 54 & 1) != 0,
                (descriptor >>> 55 & 1) != 0);
    }

    /** Reads a 16-byte descriptor of an LDT or TSS in IA-32e mode (SDM vol. 3, 8.2.3). */
    public static SegmentDescriptor decode(long low, long high) {
        SegmentDescriptor lower = decode(low);
        return lower.at(lower.base | high << 32);
    }

    /** The same descriptor with another base. */
    public SegmentDescriptor at(long base) {
        return new SegmentDescriptor(base, limit, type, system, dpl, present, available, longMode, big, granularity);
    }

    /** The 8-byte descriptor, or the lower half of the 16-byte one; the base's upper half is not in it. */
    public long encode() {
        return (limit & 0xffffL)
                | (base & 0xff_ffffL) << 16
                | (long) type << 40
                | (system ? 0L : 1L << 44)
                | (long) dpl << 45
                | bit(present, 47)
                | (limit & 0xf_0000L) << 32
                | bit(available, 52)
                | bit(longMode, 53)
                | bit(big, 54)
                | bit(granularity, 55)
                | (base & 0xff00_0000L) << 32;
    }

    /** The upper half of a 16-byte descriptor. */
    public long encodeUpper() {
        return base >>> 32;
    }

    private static long bit(boolean set, int position) {
        return set ? 1L << position : 0;
    }

    /** The last offset in an expand-up segment, in bytes: up to 4 GiB - 1. */
    public long lastOffset() {
        return granularity ? (long) limit << 12 | 0xfff : limit;
    }
}
