package dev.kvmdap.x86;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Page tables built in a small physical memory the way a guest's kernel builds them, to be walked by tests. */
final class PageTables implements PhysicalMemory {

    static final long PRESENT_WRITABLE = 0x3;
    static final long PRESENT_WRITABLE_USER = 0x7;
    static final long LARGE = 0x80;
    static final long NX = 1L << 63;

    static final long CR0_PAGING = 0x8000_0001L;
    static final long CR4_PSE = 1 << 4;
    static final long CR4_PAE = 1 << 5;
    static final long CR4_LA57 = 1 << 12;
    static final long EFER_LONG_MODE = 0x500;
    static final long EFER_NXE = 1 << 11;

    private static final int PAGE = 0x1000;

    private final ByteBuffer bytes;
    private int free = PAGE;

    PageTables(int pages) {
        bytes = ByteBuffer.allocate(pages * PAGE).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The address of a table of zeros that nobody uses yet. */
    long newTable() {
        int table = free;
        free += PAGE;
        return table;
    }

    void putInt(long physical, int value) {
        bytes.putInt((int) physical, value);
    }

    void putLong(long physical, long value) {
        bytes.putLong((int) physical, value);
    }

    /**
     * Maps a page in a tree of eight-byte entries, making the tables in between where they are missing.
     *
     * @param levels how many tables a 4 KiB page needs: 3 for PAE, 4 or 5 in long mode
     * @param pageLevel the table that holds the page's entry, 1 for a 4 KiB page
     * @param entry the page's entry: address and bits
     */
    void map(long top, int levels, long linear, int pageLevel, long entry) {
        long table = top;
        for (int level = levels; level > pageLevel; level--) {
            long slot = slot(table, level, linear);
            if (readLong(slot) == 0) {
                putLong(slot, newTable() | (levels == 3 && level == 3 ? 1 : PRESENT_WRITABLE_USER));
            }
            table = readLong(slot) & 0x000f_ffff_ffff_f000L;
        }
        putLong(slot(table, pageLevel, linear), entry);
    }

    private static long slot(long table, int level, long linear) {
        long pageNumber = linear >>> 12;
        for (int below = 1; below < level; below++) {
            pageNumber /= 512;
        }
        return table + pageNumber % 512 * 8;
    }

    @Override
    public boolean holds(long physical, int length) {
        return physical >= 0 && physical <= bytes.capacity() - length;
    }

    @Override
    public int readInt(long physical) {
        return bytes.getInt((int) physical);
    }

    @Override
    public long readLong(long physical) {
        return bytes.getLong((int) physical);
    }
}
