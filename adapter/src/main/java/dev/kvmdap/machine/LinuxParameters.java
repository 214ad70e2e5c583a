package dev.kvmdap.machine;

import dev.kvmdap.bios.MemoryMap;
import dev.kvmdap.bios.TextMode;
import java.nio.ByteBuffer;

/**
 * What Linux is told about its machine, {@code struct boot_params} or "the zero page" (Documentation/arch/x86/zero-page.rst),
 * with its command line behind it.
 */
final class LinuxParameters {

    private static final int BYTES = 4096;

    private static final int VIDEO_MODE = 0x06;
    private static final int VIDEO_COLUMNS = 0x07;
    private static final int VIDEO_ROWS = 0x0e;
    private static final int VIDEO_IS_VGA = 0x0f;
    private static final int VIDEO_POINTS = 0x10;
    private static final int ACPI_ROOT = 0x70;
    private static final int INITRD_HIGH = 0xc0;
    private static final int INITRD_SIZE_HIGH = 0xc4;
    private static final int MEMORY_ENTRIES = 0x1e8;
    private static final int BOOT_FLAG = 0x1fe;
    private static final int MAGIC = 0x202;
    private static final int VERSION = 0x206;
    private static final int LOADER_TYPE = 0x210;
    private static final int LOAD_FLAGS = 0x211;
    private static final int INITRD = 0x218;
    private static final int INITRD_SIZE = 0x21c;
    private static final int HEAP_END = 0x224;
    private static final int COMMAND_LINE = 0x228;
    private static final int MEMORY = 0x2d0;

    private static final int MEMORY_BYTES = 20;
    private static final int TEXT_80_BY_25 = 3;
    private static final int FONT_ROWS = 16;
    private static final int BOOT_FLAG_VALUE = 0xaa55;
    private static final int MAGIC_VALUE = 0x5372_6448;
    private static final int VERSION_VALUE = 0x020f;
    private static final int UNDEFINED_LOADER = 0xff;
    private static final int LOADED_HIGH = 1;
    private static final int CAN_USE_HEAP = 1 << 7;
    private static final int HEAP_END_VALUE = 0xfe00;

    /** COMMAND_LINE_SIZE of the kernel's x86 code. */
    private static final int COMMAND_LINE_BYTES = 2047;

    private final BootBlock block = new BootBlock();
    private final int commandLineBytes;

    private LinuxParameters(int commandLineBytes) {
        this.commandLineBytes = commandLineBytes;
        block.add(BYTES, 1);
        block.putByte(VIDEO_MODE, TEXT_80_BY_25)
                .putByte(VIDEO_COLUMNS, TextMode.COLUMNS)
                .putByte(VIDEO_ROWS, TextMode.ROWS)
                .putByte(VIDEO_IS_VGA, 1)
                .putShort(VIDEO_POINTS, FONT_ROWS);
    }

    /** For a bzImage, whose setup header they repeat. */
    static LinuxParameters forBzImage(LinuxSetupHeader header) {
        LinuxParameters parameters = new LinuxParameters(header.commandLineSize());
        ByteBuffer contents = header.contents();
        int flags = contents.get(LOAD_FLAGS - LinuxSetupHeader.START);
        parameters.block.putBytes(LinuxSetupHeader.START, contents);
        parameters.loader(flags | CAN_USE_HEAP);
        return parameters;
    }

    /** For the ELF file of a kernel, which has no setup header. */
    static LinuxParameters forVmlinux() {
        LinuxParameters parameters = new LinuxParameters(COMMAND_LINE_BYTES);
        parameters
                .block
                .putShort(BOOT_FLAG, BOOT_FLAG_VALUE)
                .putInt(MAGIC, MAGIC_VALUE)
                .putShort(VERSION, VERSION_VALUE);
        parameters.loader(LOADED_HIGH | CAN_USE_HEAP);
        return parameters;
    }

    private void loader(int flags) {
        block.putByte(LOADER_TYPE, UNDEFINED_LOADER).putByte(LOAD_FLAGS, flags).putShort(HEAP_END, HEAP_END_VALUE);
    }

    void initrd(long start, long size) {
        block.putInt(INITRD, (int) start)
                .putInt(INITRD_HIGH, (int) (start >>> Integer.SIZE))
                .putInt(INITRD_SIZE, (int) size)
                .putInt(INITRD_SIZE_HIGH, (int) (size >>> Integer.SIZE));
    }

    void commandLine(String text) {
        byte[] bytes = BootBlock.terminated(text);
        if (bytes.length - 1 > commandLineBytes) {
            throw new BootException("cmdline: it has %d bytes, and this kernel takes at most %d; shorten it"
                    .formatted(bytes.length - 1, commandLineBytes));
        }
        block.point(COMMAND_LINE, block.add(ByteBuffer.wrap(bytes), 1));
    }

    void memory(MemoryMap memory) {
        int entry = MEMORY;
        for (MemoryMap.Range range : memory.ranges()) {
            block.putLong(entry, range.start())
                    .putLong(entry + 8, range.size())
                    .putInt(entry + 16, range.type().number());
            entry += MEMORY_BYTES;
        }
        block.putByte(MEMORY_ENTRIES, memory.ranges().size());
    }

    void acpi(AcpiRoot root) {
        block.putLong(ACPI_ROOT, root.address());
    }

    /** Writes it to a free place: its physical address. */
    long place(LoadMap map) {
        return block.place("Linux boot parameters", BYTES, map);
    }
}
