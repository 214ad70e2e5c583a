package dev.kvmdap.machine;

import dev.kvmdap.bios.MemoryMap;
import dev.kvmdap.bios.TextMode;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a Multiboot 2 kernel is told about its machine (Multiboot2 specification 2.0, 3.6): a list of tags in one piece. */
final class Multiboot2Information {

    private static final int ALIGNMENT = 8;
    private static final int TAG_BYTES = 8;
    private static final int TOTAL_BYTES = 0;
    private static final int FIRST_TAG = 8;

    private static final int MEMORY_ENTRY_BYTES = 24;
    private static final int TEXT_BITS = 16;
    private static final int TEXT_TYPE = 2;

    private static final String NO_EFI = "there is no EFI here";
    private static final String NO_ACPI = "there are no ACPI tables here";

    private final BootBlock block = new BootBlock();

    /** The information that the specification defines. */
    enum Kind {
        END(0, "the end", ""),
        COMMAND_LINE(1, "the command line", ""),
        LOADER_NAME(2, "the boot loader's name", ""),
        MODULE(3, "modules", ""),
        BASIC_MEMORY(4, "the amount of memory", ""),
        BOOT_DEVICE(5, "the BIOS's boot device", "it was not booted from a disk"),
        MEMORY_MAP(6, "the memory map", ""),
        VBE(7, "VBE information", "there are no graphics here"),
        FRAMEBUFFER(8, "the screen", ""),
        SECTIONS(9, "ELF sections", ""),
        APM(10, "the APM table", "there is no APM here"),
        EFI_32(11, "the EFI 32-bit system table", NO_EFI),
        EFI_64(12, "the EFI 64-bit system table", NO_EFI),
        SMBIOS(13, "the SMBIOS tables", "there are no SMBIOS tables here"),
        ACPI_OLD(14, "the ACPI 1.0 RSDP", NO_ACPI),
        ACPI_NEW(15, "the ACPI 2.0 RSDP", NO_ACPI),
        NETWORK(16, "the DHCP acknowledgement", "it was not booted from a network"),
        EFI_MEMORY_MAP(17, "the EFI memory map", NO_EFI),
        EFI_BOOT_SERVICES(18, "whether EFI's boot services run", NO_EFI),
        EFI_32_IMAGE(19, "the EFI 32-bit image handle", NO_EFI),
        EFI_64_IMAGE(20, "the EFI 64-bit image handle", NO_EFI),
        LOAD_BASE(21, "the load base address", "");

        private final int type;
        private final String title;
        private final String whyNot;

        Kind(int type, String title, String whyNot) {
            this.type = type;
            this.title = title;
            this.whyNot = whyNot;
        }

        /** The kind of a type number; empty where none is defined. */
        static Optional<Kind> of(int type) {
            return Arrays.stream(values()).filter(kind -> kind.type == type).findFirst();
        }

        /** What it is and its number, for messages. */
        String title() {
            return "%s (tag %d)".formatted(title, type);
        }

        /**
         * Whether this loader gives it where there is any.
         *
         * @param acpi whether there are ACPI tables
         */
        boolean isGiven(boolean acpi) {
            return whyNot.isEmpty() || (acpi && whyNot.equals(NO_ACPI));
        }

        /** Why this loader does not give it. */
        String whyNot() {
            return whyNot;
        }
    }

    Multiboot2Information() {
        block.add(FIRST_TAG, 1);
    }

    /** Begins a tag of a size: its offset. */
    private int tag(Kind kind, int size) {
        int tag = block.add(size, ALIGNMENT);
        block.putInt(tag, kind.type).putInt(tag + 4, size);
        return tag;
    }

    private void tag(Kind kind, ByteBuffer contents) {
        block.putBytes(tag(kind, TAG_BYTES + contents.remaining()) + TAG_BYTES, contents);
    }

    void commandLine(String text) {
        tag(Kind.COMMAND_LINE, ByteBuffer.wrap(BootBlock.terminated(text)));
    }

    void loaderName(String text) {
        tag(Kind.LOADER_NAME, ByteBuffer.wrap(BootBlock.terminated(text)));
    }

    void modules(List<LoadedModule> modules) {
        for (LoadedModule module : modules) {
            byte[] text = BootBlock.terminated(module.text());
            int tag = tag(Kind.MODULE, 16 + text.length);
            block.putInt(tag + 8, (int) module.start())
                    .putInt(tag + 12, (int) module.end())
                    .putBytes(tag + 16, ByteBuffer.wrap(text));
        }
    }

    void memory(MemoryMap memory) {
        int basic = tag(Kind.BASIC_MEMORY, 16);
        block.putInt(basic + 8, memory.lowerKib()).putInt(basic + 12, memory.upperKib());
        int map = tag(Kind.MEMORY_MAP, 16 + memory.ranges().size() * MEMORY_ENTRY_BYTES);
        block.putInt(map + 8, MEMORY_ENTRY_BYTES).putInt(map + 12, 0);
        int entry = map + 16;
        for (MemoryMap.Range range : memory.ranges()) {
            block.putLong(entry, range.start())
                    .putLong(entry + 8, range.size())
                    .putInt(entry + 16, range.type().number());
            entry += MEMORY_ENTRY_BYTES;
        }
    }

    /** The {@link TextMode}. */
    void screen() {
        int tag = tag(Kind.FRAMEBUFFER, 32);
        block.putLong(tag + 8, TextMode.ADDRESS)
                .putInt(tag + 16, TextMode.BYTES_PER_ROW)
                .putInt(tag + 20, TextMode.COLUMNS)
                .putInt(tag + 24, TextMode.ROWS)
                .putByte(tag + 28, TEXT_BITS)
                .putByte(tag + 29, TEXT_TYPE);
    }

    void sections(ImageSections sections) {
        int tag = tag(Kind.SECTIONS, 20 + sections.headers().remaining());
        block.putInt(tag + 8, sections.count())
                .putInt(tag + 12, sections.entryBytes())
                .putInt(tag + 16, sections.names())
                .putBytes(tag + 20, sections.headers());
    }

    /** Where ACPI tables begin, as ACPI 1.0 has it and, where it is newer, as later ones have it. */
    void acpi(AcpiRoot root) {
        tag(Kind.ACPI_OLD, root.descriptor().slice(0, AcpiRoot.FIRST_BYTES));
        if (root.isExtended()) {
            tag(Kind.ACPI_NEW, root.descriptor().duplicate());
        }
    }

    /** Where a relocatable image lies. */
    void loadBase(long address) {
        block.putInt(tag(Kind.LOAD_BASE, 12) + 8, (int) address);
    }

    /** Writes it to a free place: its physical address. */
    long place(LoadMap map) {
        tag(Kind.END, TAG_BYTES);
        block.putInt(TOTAL_BYTES, block.size());
        return block.place("Multiboot information", ALIGNMENT, map);
    }
}
