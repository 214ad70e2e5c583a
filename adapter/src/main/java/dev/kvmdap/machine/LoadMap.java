package dev.kvmdap.machine;

import dev.kvmdap.bios.MemoryMap;
import dev.kvmdap.x86.GuestPhysical;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What lies where in the guest's memory while an image is loaded. Refuses what does not fit into RAM or overlaps what is
 * there already, and finds free places for what may lie anywhere. RAM is all zeros before.
 */
final class LoadMap {

    /** Below lie the real-mode interrupt vectors and the BIOS data area, which some guests expect to be left alone. */
    private static final long LOW_MEMORY_START = 0x1000;

    /** Above lies what a PC has instead of RAM: video memory and firmware. */
    private static final long LOW_MEMORY_END = 0xa0000;

    private static final long HIGH_RAM_START = 4L << 30;

    private static final int COPY_BYTES = 1 << 16;
    private static final long MIB = 1 << 20;

    private final PhysicalWriter ram;
    private final List<LoadedRange> ranges = new ArrayList<>();
    private @Nullable AcpiRoot acpiRoot;

    LoadMap(PhysicalWriter ram) {
        this.ram = ram;
    }

    /** What lies where so far. */
    List<LoadedRange> ranges() {
        return ranges;
    }

    /** The lowest address that something lies at. */
    long lowestAddress() {
        return ranges.stream().mapToLong(range -> range.start().address()).min().orElseThrow();
    }

    /** The address behind the highest byte that something lies at. */
    long highestEnd() {
        return ranges.stream().mapToLong(range -> range.end().address()).max().orElseThrow();
    }

    /** The RAM from a physical address on, without holes, in bytes. */
    long ramFrom(long physical) {
        return ram.available(physical);
    }

    /** The map of the guest's memory that firmware gives. */
    MemoryMap memory() {
        return MemoryMap.of(ramFrom(0), ramFrom(HIGH_RAM_START));
    }

    /** Where ACPI tables begin, if the machine has any. */
    Optional<AcpiRoot> acpiRoot() {
        return Optional.ofNullable(acpiRoot);
    }

    /** ACPI tables have been put into memory, for the boot protocol to tell of. */
    void setAcpiRoot(AcpiRoot root) {
        acpiRoot = root;
    }

    /**
     * Loads something at a given address.
     *
     * @param what its name in messages
     * @param start guest-physical address
     * @param contents its first bytes; the rest are zeros
     * @param size in bytes, at least as many as {@code contents} has, unsigned
     */
    void load(String what, long start, ByteBuffer contents, long size) {
        claim(what, start, size);
        copy(start, contents);
    }

    /**
     * Takes a free place for something of the boot protocol's own: in low memory where it fits, else at the end of RAM
     * below 4 GiB.
     *
     * @param alignment a power of 2
     * @return its guest-physical address
     */
    long reserve(String what, long size, long alignment) {
        long lowEnd = Math.min(LOW_MEMORY_END, ram.available(0));
        long start = align(LOW_MEMORY_START, alignment);
        while (start + size <= lowEnd) {
            LoadedRange obstacle = obstacle(start, size);
            if (obstacle == null) {
                return claim(what, start, size);
            }
            start = align(obstacle.end().address(), alignment);
        }
        return reserveBelow(ram.available(0), what, size, alignment);
    }

    /**
     * Takes the last free place below an address.
     *
     * @param end where it ends at the latest; no more than the RAM below 4 GiB is used
     */
    long reserveBelow(long end, String what, long size, long alignment) {
        return lastFree(LOW_MEMORY_START, end, size, alignment)
                .map(start -> claim(what, start, size))
                .orElseThrow(() -> noRoom(what, size));
    }

    /** As {@link #reserveBelow}; empty where there is no room. */
    Optional<Long> reserveIfThereIsRoom(long end, String what, long size, long alignment) {
        return lastFree(LOW_MEMORY_START, end, size, alignment).map(start -> claim(what, start, size));
    }

    /** Whether a stretch is RAM that nothing lies in. */
    boolean isFree(long start, long size) {
        return Long.compareUnsigned(size, ram.available(start)) <= 0 && obstacle(start, size) == null;
    }

    /** Takes the first free place from an address on. */
    long reserveFrom(long from, String what, long size, long alignment) {
        return firstFree(from, Long.MAX_VALUE, size, alignment)
                .map(start -> claim(what, start, size))
                .orElseThrow(() -> noRoom(what, size));
    }

    /** The first free place from an address on that ends before another one. */
    Optional<Long> firstFree(long from, long end, long size, long alignment) {
        long start = align(Math.max(from, LOW_MEMORY_START), alignment);
        LoadedRange obstacle = obstacle(start, size);
        while (obstacle != null) {
            start = align(obstacle.end().address(), alignment);
            obstacle = obstacle(start, size);
        }
        return size <= ram.available(start) && size <= end - start ? Optional.of(start) : Optional.empty();
    }

    /** The last free place in low RAM between two addresses. */
    Optional<Long> lastFree(long from, long end, long size, long alignment) {
        long start = Math.min(end, ram.available(0)) - size & -alignment;
        while (start >= Math.max(from, LOW_MEMORY_START)) {
            LoadedRange obstacle = obstacle(start, size);
            if (obstacle == null) {
                return Optional.of(start);
            }
            start = obstacle.start().address() - size & -alignment;
        }
        return Optional.empty();
    }

    /** Writes into what was reserved. */
    void copy(long start, ByteBuffer contents) {
        ByteBuffer rest = contents.duplicate();
        byte[] chunk = new byte[Math.min(COPY_BYTES, rest.remaining())];
        long at = start;
        while (rest.hasRemaining()) {
            int count = Math.min(chunk.length, rest.remaining());
            rest.get(chunk, 0, count);
            ram.write(at, chunk, 0, count);
            at += count;
        }
    }

    private long claim(String what, long start, long size) {
        if (Long.compareUnsigned(size, ram.available(start)) > 0) {
            throw new BootException(
                    "%s (%s bytes at %s) does not fit into the guest's %s of RAM; set 'memory' to more, or link it lower"
                            .formatted(what, Long.toUnsignedString(size), new GuestPhysical(start), mib(ram.size())));
        }
        LoadedRange obstacle = obstacle(start, size);
        LoadedRange range = new LoadedRange(what, new GuestPhysical(start), size);
        if (obstacle != null) {
            throw new BootException("%s overlaps %s; give one of them another address".formatted(range, obstacle));
        }
        ranges.add(range);
        return start;
    }

    private @Nullable LoadedRange obstacle(long start, long size) {
        for (LoadedRange range : ranges) {
            if (range.overlaps(start, size)) {
                return range;
            }
        }
        return null;
    }

    private BootException noRoom(String what, long size) {
        return new BootException("no room for %s (%d bytes) in the guest's %s of RAM; set 'memory' to more"
                .formatted(what, size, mib(ram.size())));
    }

    private static long align(long address, long alignment) {
        return address + alignment - 1 & -alignment;
    }

    private static String mib(long bytes) {
        return bytes % MIB == 0 ? bytes / MIB + " MiB" : bytes / 1024 + " KiB";
    }
}
