package dev.kvmdap.bios;

/** What kind of drive the BIOS has, by the number that programs know it by. */
public enum Drive {
    /** None: there is no disk image. */
    NONE(-1),
    /** The first diskette drive. */
    DISKETTE(0x00),
    /** The first hard disk. */
    DISK(0x80);

    private final int number;

    Drive(int number) {
        this.number = number;
    }

    /** The number in DL, by which a boot sector is told where it comes from. */
    public int number() {
        return number;
    }
}
