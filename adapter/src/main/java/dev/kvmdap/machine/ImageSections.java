package dev.kvmdap.machine;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.Section;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The section header table of a kernel's ELF file as Multiboot hands it on, and the sections that no segment has loaded: symbols,
 * names, debug information. Their addresses are filled in; 0 is left where one is not in memory.
 *
 * @param headers the table
 * @param count its entries
 * @param entryBytes bytes of one entry
 * @param names index of the section with the sections' names
 */
record ImageSections(ByteBuffer headers, int count, int entryBytes, int names) {

    private static final int STRTAB = 3;

    private static final int ADDRESS_32 = 0x0c;
    private static final int ADDRESS_64 = 0x10;
    private static final int ALIGNMENT = 16;

    /** Sections beyond symbols and names are left out when they would take more than this part of RAM. */
    private static final int SMALL_PART = 4;

    ImageSections {
        headers = headers.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Puts the sections at the end of RAM.
     *
     * @param limit the address that none may reach
     */
    static ImageSections load(ElfFile elf, long limit, LoadMap map) {
        List<Section> sections = elf.sections();
        ByteBuffer stored = elf.sectionHeaders();
        ByteBuffer headers = ByteBuffer.allocate(stored.remaining())
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(stored)
                .rewind();
        boolean all = sections.stream()
                        .filter(ImageSections::isLeft)
                        .mapToLong(Section::size)
                        .sum()
                <= map.ramFrom(0) / SMALL_PART;
        for (Section section : sections) {
            if (isLeft(section) && (all || isAboutSymbols(section))) {
                ByteBuffer contents = elf.storedContents(section);
                int header = section.index() * elf.sectionHeaderBytes();
                map.reserveIfThereIsRoom(limit, "section " + section.name(), section.size(), ALIGNMENT)
                        .ifPresent(start -> {
                            map.copy(start, contents);
                            putAddress(headers, header, start, elf.is64());
                        });
            }
        }
        return new ImageSections(headers, sections.size(), elf.sectionHeaderBytes(), elf.sectionOfNames());
    }

    private static void putAddress(ByteBuffer headers, int header, long address, boolean is64) {
        if (is64) {
            headers.putLong(header + ADDRESS_64, address);
        } else {
            headers.putInt(header + ADDRESS_32, (int) address);
        }
    }

    /** Whether no segment has loaded it. */
    private static boolean isLeft(Section section) {
        return section.index() > 0
                && section.type() != Section.NOBITS
                && !section.isAllocated()
                && section.address() == 0
                && section.size() > 0;
    }

    private static boolean isAboutSymbols(Section section) {
        return section.type() == Section.SYMTAB || section.type() == STRTAB;
    }
}
