package dev.kvmdap.device;

import java.util.List;

/**
 * How a disk's sectors are counted in three numbers, cylinder, head and sector (from 1).
 *
 * @param cylinders at most 1024, as many as programs can name; a larger disk has sectors beyond them
 * @param diskette whether it has the size of a diskette; else it is a hard disk
 */
public record DiskGeometry(int cylinders, int heads, int sectors, boolean diskette) {

    private static final int MOST_CYLINDERS = 1024;
    private static final int SECTORS = 63;
    private static final int HEADS = 16;

    /** What BIOSes count disks by that have more sectors than 16 heads can name. */
    private static final int MOST_HEADS = 255;

    /** Diskettes of 160, 180, 320 and 360 KiB, 720 KiB, 1.2, 1.44 and 2.88 MB. */
    private static final List<DiskGeometry> DISKETTES = List.of(
            new DiskGeometry(40, 1, 8, true),
            new DiskGeometry(40, 1, 9, true),
            new DiskGeometry(40, 2, 8, true),
            new DiskGeometry(40, 2, 9, true),
            new DiskGeometry(80, 2, 9, true),
            new DiskGeometry(80, 2, 15, true),
            new DiskGeometry(80, 2, 18, true),
            new DiskGeometry(80, 2, 36, true));

    /** The geometry of a disk by its size in bytes. */
    public static DiskGeometry of(long bytes) {
        for (DiskGeometry diskette : DISKETTES) {
            if (diskette.total() * DiskImage.SECTOR_BYTES == bytes) {
                return diskette;
            }
        }
        long total = (bytes + DiskImage.SECTOR_BYTES - 1) / DiskImage.SECTOR_BYTES;
        int heads = total <= (long) MOST_CYLINDERS * HEADS * SECTORS ? HEADS : MOST_HEADS;
        long perCylinder = (long) heads * SECTORS;
        long cylinders = Math.min(MOST_CYLINDERS, (total + perCylinder - 1) / perCylinder);
        return new DiskGeometry((int) cylinders, heads, SECTORS, false);
    }

    /** How many sectors it can name. */
    public long total() {
        return (long) cylinders * heads * sectors;
    }

    /**
     * The number of a sector among all, from 0; -1 where there is none of these numbers.
     *
     * @param sector from 1
     */
    public long number(int cylinder, int head, int sector) {
        boolean there =
                cylinder >= 0 && cylinder < cylinders && head >= 0 && head < heads && sector >= 1 && sector <= sectors;
        return there ? ((long) cylinder * heads + head) * sectors + sector - 1 : -1;
    }
}
