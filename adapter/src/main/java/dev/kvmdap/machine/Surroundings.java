package dev.kvmdap.machine;

import dev.kvmdap.x86.CpuMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What an image finds around it when it brings none of its own.
 *
 * <ul>
 *   <li>Real mode: CS:IP with the smallest CS that reaches the entry point (0 below 64 KiB), all other segments 0, and a
 *       stack that grows down from 0:7C00, or from the image where that begins lower. Where the image leaves room for it,
 *       a BIOS serves it: {@link Firmware}.
 *   <li>Protected mode: flat 32-bit segments in a GDT, code 0x08 and data 0x10 where the boot protocol says nothing else; no
 *       paging; no IDT; a stack of 16 KiB.
 *   <li>Long mode: the same with a 64-bit code segment, SSE switched on, and page tables by which the first 4 GiB, or all
 *       of RAM where that is more, map to themselves in pages of 2 MiB, writable and executable, up to 512 GiB.
 * </ul>
 *
 * GDT, page tables and stack lie from 0x1000 up, in the first places that the image leaves free.
 */
final class Surroundings {

    /** A descriptor of a code or data segment (SDM vol. 3, 3.4.5). */
    static final int DESCRIPTOR_BYTES = Long.BYTES;

    private static final int CODE_SELECTOR = 0x08;

    /** Flat, 4 GiB, accessed (SDM vol. 3, 3.4.5). */
    private static final long CODE_32_DESCRIPTOR = 0x00cf_9b00_0000_ffffL;

    private static final long CODE_64_DESCRIPTOR = 0x00af_9b00_0000_ffffL;
    private static final long DATA_DESCRIPTOR = 0x00cf_9300_0000_ffffL;

    private static final int STACK_BYTES = 16 << 10;
    private static final int STACK_ALIGNMENT = 16;
    private static final int REAL_MODE_STACK = 0x7c00;

    /** Where the 8086's address space ended; a little more is reached from segment FFFF. */
    private static final long REAL_MODE_END = 0x10_0000;

    /** FFFF:FFFF, the highest address that real mode can execute. */
    private static final long REAL_MODE_LAST = 0x10_ffefL;

    private static final long PROTECTED_MODE_LAST = 0xffff_ffffL;

    private static final int TABLE_BYTES = 4096;
    private static final int TABLE_ENTRIES = 512;
    private static final long PAGE_BYTES = 2 << 20;
    private static final long BYTES_BY_DIRECTORY = TABLE_ENTRIES * PAGE_BYTES;
    private static final long HIGH_RAM_START = 4L << 30;
    private static final int PRESENT_WRITABLE = 0x3;
    private static final int LARGE_PAGE = 0x80;

    private Surroundings() {}

    /**
     * Makes them in what the image leaves free.
     *
     * @param mode the mode to start in
     * @param entry linear address of the first instruction, in RAM
     * @param imageStart lowest physical address of the image
     * @param map where the image lies
     */
    static InitialState make(CpuMode mode, long entry, long imageStart, LoadMap map) {
        return make(mode, entry, imageStart, CODE_SELECTOR, map);
    }

    /**
     * As {@link #make(CpuMode, long, long, LoadMap)}.
     *
     * @param codeSelector the selector of the code segment, not in real mode; the data segment's is the next one
     */
    static InitialState make(CpuMode mode, long entry, long imageStart, int codeSelector, LoadMap map) {
        if (map.ramFrom(entry) == 0) {
            throw new BootException(
                    "the entry point 0x%x is outside of the guest's RAM; correct it, or set 'memory' to more"
                            .formatted(entry));
        }
        return switch (mode) {
            case REAL -> realMode(entry, imageStart);
            case PROTECTED -> flat(mode, entry, 0, CODE_32_DESCRIPTOR, codeSelector, map);
            case LONG -> flat(mode, entry, identityMap(map), CODE_64_DESCRIPTOR, codeSelector, map);
            case COMPATIBILITY ->
                throw new BootException(
                        "cpuMode: 'compatibility' cannot be started in; allowed are real, protected, long");
        };
    }

    private static InitialState realMode(long entry, long imageStart) {
        requireReachable(entry, REAL_MODE_LAST, CpuMode.REAL);
        int segment = entry < REAL_MODE_END ? (int) (entry >> 4) & 0xf000 : 0xffff;
        long stack = Math.min(imageStart, REAL_MODE_STACK);
        return new InitialState(
                CpuMode.REAL, segment, 0, entry - ((long) segment << 4), stack, 0, 0, 0, 0, false, 0, 0);
    }

    private static InitialState flat(
            CpuMode mode, long entry, long pageTables, long codeDescriptor, int codeSelector, LoadMap map) {
        if (mode == CpuMode.PROTECTED) {
            requireReachable(entry, PROTECTED_MODE_LAST, mode);
        }
        int dataSelector = codeSelector + DESCRIPTOR_BYTES;
        int gdtBytes = dataSelector + DESCRIPTOR_BYTES;
        long stack = map.reserve("initial stack", STACK_BYTES, STACK_ALIGNMENT);
        long gdt = map.reserve("GDT", gdtBytes, DESCRIPTOR_BYTES);
        map.copy(
                gdt,
                littleEndian(gdtBytes).putLong(codeSelector, codeDescriptor).putLong(dataSelector, DATA_DESCRIPTOR));
        return new InitialState(
                mode, codeSelector, dataSelector, entry, stack + STACK_BYTES, 0, 0, 0, 0, false, pageTables, gdt);
    }

    private static void requireReachable(long entry, long last, CpuMode mode) {
        if (Long.compareUnsigned(entry, last) > 0) {
            throw new BootException(
                    "the entry point 0x%x cannot be reached in %s mode, which ends at 0x%x; choose another 'cpuMode'"
                            .formatted(entry, mode.term(), last));
        }
    }

    /** Page tables of 4-level paging (SDM vol. 3, 4.5): one PML4, one table of directory pointers, a directory per GiB. */
    private static long identityMap(LoadMap map) {
        long end = HIGH_RAM_START + map.ramFrom(HIGH_RAM_START);
        int directories = (int) Math.min(TABLE_ENTRIES, (end + BYTES_BY_DIRECTORY - 1) / BYTES_BY_DIRECTORY);
        int size = (2 + directories) * TABLE_BYTES;
        long start = map.reserve("page tables", size, TABLE_BYTES);
        ByteBuffer tables = littleEndian(size);
        tables.putLong(0, start + TABLE_BYTES | PRESENT_WRITABLE);
        for (int i = 0; i < directories; i++) {
            tables.putLong(TABLE_BYTES + i * Long.BYTES, start + (2L + i) * TABLE_BYTES | PRESENT_WRITABLE);
        }
        for (int i = 0; i < directories * TABLE_ENTRIES; i++) {
            tables.putLong(2 * TABLE_BYTES + i * Long.BYTES, i * PAGE_BYTES | LARGE_PAGE | PRESENT_WRITABLE);
        }
        map.copy(start, tables);
        return start;
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
