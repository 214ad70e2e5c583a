package dev.kvmdap.machine;

import dev.kvmdap.x86.GuestPhysical;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
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

    private static final int COPY_BYTES = 1 << 16;
    private static final long MIB = 1 << 20;

    private final PhysicalWriter ram;
    private final List<LoadedRange> ranges = new ArrayList<>();

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
        start = ram.available(0) - size & -alignment;
        while (start >= LOW_MEMORY_START) {
            LoadedRange obstacle = obstacle(start, size);
            if (obstacle == null) {
                return claim(what, start, size);
            }
            start = obstacle.start().address() - size & -alignment;
        }
        throw noRoom(what, size);
    }

    /** Takes the first free place from an address on. */
    long reserveFrom(long from, String what, long size, long alignment) {
        long start = align(from, alignment);
        LoadedRange obstacle = obstacle(start, size);
        while (obstacle != null) {
            start = align(obstacle.end().address(), alignment);
            obstacle = obstacle(start, size);
        }
        if (size > ram.available(start)) {
            throw noRoom(what, size);
        }
        return claim(what, start, size);
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
