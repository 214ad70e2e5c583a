package dev.kvmdap.bios;

import java.util.ArrayList;
import java.util.List;

/**
 * What a PC's firmware tells of the guest's physical memory (ACPI 6.5, 15). Boot protocols hand it on, each in its own layout;
 * the numbers of the types are the same in all of them. Addresses that are in no range have no memory.
 *
 * @param ranges ascending, without overlaps
 */
public record MemoryMap(List<Range> ranges) {

    private static final long KIB = 1 << 10;

    /** Where a PC's video memory and firmware begin. */
    private static final long CONVENTIONAL_END = 0xa0000;

    private static final long EXTENDED_START = 0x10_0000;
    private static final long HIGH_START = 4L << 30;

    /** What a stretch of memory may be used for. */
    public enum Type {
        /** Free. */
        AVAILABLE(1),
        /** Firmware, or nothing that is memory. */
        RESERVED(2);

        private final int number;

        Type(int number) {
            this.number = number;
        }

        /** As firmware and boot loaders write it. */
        public int number() {
            return number;
        }
    }

    /**
     * A stretch of memory.
     *
     * @param start guest-physical address
     * @param size in bytes, more than 0
     */
    public record Range(long start, long size, Type type) {}

    public MemoryMap {
        ranges = List.copyOf(ranges);
    }

    /**
     * The map of a machine.
     *
     * @param lowRam bytes of RAM from address 0 on
     * @param highRam bytes of RAM from 4 GiB on
     */
    public static MemoryMap of(long lowRam, long highRam) {
        List<Range> ranges = new ArrayList<>();
        ranges.add(new Range(0, Math.min(lowRam, CONVENTIONAL_END), Type.AVAILABLE));
        if (lowRam > CONVENTIONAL_END) {
            ranges.add(new Range(CONVENTIONAL_END, EXTENDED_START - CONVENTIONAL_END, Type.RESERVED));
        }
        if (lowRam > EXTENDED_START) {
            ranges.add(new Range(EXTENDED_START, lowRam - EXTENDED_START, Type.AVAILABLE));
        }
        if (highRam > 0) {
            ranges.add(new Range(HIGH_START, highRam, Type.AVAILABLE));
        }
        return new MemoryMap(ranges);
    }

    /** KiB of RAM below 640 KiB. */
    public int lowerKib() {
        return (int) (availableFrom(0) / KIB);
    }

    /** KiB of RAM from 1 MiB on, without holes. */
    public int upperKib() {
        return (int) (availableFrom(EXTENDED_START) / KIB);
    }

    private long availableFrom(long start) {
        return ranges.stream()
                .filter(range -> range.start() == start && range.type() == Type.AVAILABLE)
                .mapToLong(Range::size)
                .sum();
    }
}
