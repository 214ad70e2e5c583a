package dev.kvmdap.machine;

import java.nio.ByteBuffer;

/**
 * The setup header of a bzImage (Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header"). Versions from 2.02 on are
 * known.
 */
final class LinuxSetupHeader {

    /** Where it begins, in the file and in {@link LinuxParameters}. */
    static final int START = 0x1f1;

    private static final int SETUP_SECTORS = 0x1f1;
    private static final int BOOT_FLAG = 0x1fe;
    private static final int JUMP_LENGTH = 0x201;
    private static final int MAGIC = 0x202;
    private static final int VERSION = 0x206;
    private static final int LOAD_FLAGS = 0x211;
    private static final int INITRD_ADDRESS_MAX = 0x22c;
    private static final int RELOCATABLE = 0x234;
    private static final int EXTENDED_LOAD_FLAGS = 0x236;
    private static final int COMMAND_LINE_SIZE = 0x238;
    private static final int PREFERRED_ADDRESS = 0x258;
    private static final int INIT_SIZE = 0x260;
    private static final int LONGEST = 0x290;

    private static final int BOOT_FLAG_VALUE = 0xaa55;
    private static final int MAGIC_VALUE = 0x5372_6448;
    private static final int OLDEST = 0x0202;
    private static final int LOADED_HIGH = 1;
    private static final int KERNEL_64 = 1;
    private static final int SECTOR_BYTES = 512;
    private static final int SETUP_SECTORS_BY_DEFAULT = 4;
    private static final long LOAD_ADDRESS = 0x10_0000;
    private static final long OLD_INITRD_LIMIT = 0x3800_0000L;
    private static final int OLD_COMMAND_LINE_SIZE = 255;

    private final ByteBuffer bytes;

    private LinuxSetupHeader(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** Whether an image begins as a bzImage does. */
    static boolean isIn(ImageFile image) {
        ByteBuffer bytes = image.bytes();
        return bytes.limit() >= LONGEST
                && Short.toUnsignedInt(bytes.getShort(BOOT_FLAG)) == BOOT_FLAG_VALUE
                && bytes.getInt(MAGIC) == MAGIC_VALUE;
    }

    static LinuxSetupHeader read(ImageFile image) {
        if (!isIn(image)) {
            throw new BootException(
                    "%s is neither a bzImage ('HdrS' at offset 0x202) nor an ELF file; give one of them, or choose another 'boot'"
                            .formatted(image.name()));
        }
        LinuxSetupHeader header = new LinuxSetupHeader(image.slice(0, LONGEST));
        if (header.version() < OLDEST || (header.bytes.get(LOAD_FLAGS) & LOADED_HIGH) == 0) {
            throw new BootException(
                    "%s is a kernel of boot protocol %d.%02d that is loaded low (zImage); a bzImage of 2.02 or later can be booted"
                            .formatted(image.name(), header.version() >> 8, header.version() & 0xff));
        }
        if (header.setupBytes() >= image.size()) {
            throw new BootException("%s: its setup code says that it has %d bytes, and the file has %d; it is cut short"
                    .formatted(image.name(), header.setupBytes(), image.size()));
        }
        return header;
    }

    private int version() {
        return Short.toUnsignedInt(bytes.getShort(VERSION));
    }

    private boolean isFrom(int version) {
        return version() >= version;
    }

    /** Bytes of real-mode code in front of the kernel. */
    int setupBytes() {
        int sectors = Byte.toUnsignedInt(bytes.get(SETUP_SECTORS));
        return (1 + (sectors == 0 ? SETUP_SECTORS_BY_DEFAULT : sectors)) * SECTOR_BYTES;
    }

    /** Physical address that the kernel wants to be at. */
    long loadAddress() {
        return isFrom(0x020a) && bytes.get(RELOCATABLE) != 0 ? bytes.getLong(PREFERRED_ADDRESS) : LOAD_ADDRESS;
    }

    /** Bytes that the kernel uses from its load address on before it looks at the memory map; 0 where it does not say. */
    long memoryBytes() {
        return isFrom(0x020a) ? Integer.toUnsignedLong(bytes.getInt(INIT_SIZE)) : 0;
    }

    /** Whether it can be entered in long mode. */
    boolean has64BitEntry() {
        return isFrom(0x020c) && (bytes.getShort(EXTENDED_LOAD_FLAGS) & KERNEL_64) != 0;
    }

    /** The address that the initial file system must end below. */
    long initrdLimit() {
        return isFrom(0x0203) ? Integer.toUnsignedLong(bytes.getInt(INITRD_ADDRESS_MAX)) + 1 : OLD_INITRD_LIMIT;
    }

    /** The longest command line, without its NUL. */
    int commandLineSize() {
        int size = isFrom(0x0206) ? bytes.getInt(COMMAND_LINE_SIZE) : OLD_COMMAND_LINE_SIZE;
        return size > 0 ? size : OLD_COMMAND_LINE_SIZE;
    }

    /** Its own bytes, from {@link #START} on. */
    ByteBuffer contents() {
        int end = Math.min(LONGEST, MAGIC + Byte.toUnsignedInt(bytes.get(JUMP_LENGTH)));
        return bytes.slice(START, Math.max(end, VERSION + Short.BYTES) - START);
    }
}
