package dev.kvmdap.x86;

import java.util.List;

/**
 * A stretch of linear addresses that page tables map to as long a stretch of physical ones, all with the same permissions.
 *
 * @param linear its first linear address
 * @param bytes its length; 0 stands for 2^64
 * @param physical the physical address of its first byte
 * @param pageBytes the size of each page
 */
public record PageMapping(long linear, long bytes, long physical, long pageBytes, Permissions permissions) {

    private static final List<String> UNITS = List.of("bytes", "KiB", "MiB", "GiB", "TiB");

    /**
     * What every level together allows.
     *
     * @param writable whether code may write, as far as CR0.WP lets it bind the supervisor
     * @param user whether user mode has access
     * @param executable whether code may be fetched
     * @param global whether the translation survives a load of CR3
     */
    public record Permissions(boolean writable, boolean user, boolean executable, boolean global) {

        /** Three letters and a word: {@code rwx supervisor}, {@code r-x user global}. */
        @Override
        public String toString() {
            return "r" + (writable ? "w" : "-") + (executable ? "x" : "-") + (user ? " user" : " supervisor")
                    + (global ? " global" : "");
        }
    }

    /** A size as people write it: {@code 4 KiB}, {@code 2 MiB}, {@code 1 GiB}. */
    public static String size(long bytes) {
        int exponent = bytes == 0 ? 0 : Math.min(UNITS.size() - 1, Long.numberOfTrailingZeros(bytes) / 10);
        return Long.toUnsignedString(bytes >>> (10 * exponent)) + " " + UNITS.get(exponent);
    }

    /** The last linear address. */
    public long last() {
        return linear + bytes - 1;
    }

    /** Whether another one goes on where this one ends, in both address spaces and with the same pages. */
    boolean isContinuedBy(PageMapping next) {
        return isFollowedBy(next) && physical + bytes == next.physical && pageBytes == next.pageBytes;
    }

    /** Whether another one goes on where this one ends, with the same permissions. */
    public boolean isFollowedBy(PageMapping next) {
        return linear + bytes == next.linear && permissions.equals(next.permissions);
    }

    /** Both together. */
    public PageMapping with(PageMapping next) {
        return new PageMapping(linear, bytes + next.bytes, physical, pageBytes, permissions);
    }
}
