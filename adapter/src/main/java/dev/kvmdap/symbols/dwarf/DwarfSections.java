package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;
import dev.kvmdap.elf.ElfFile;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;

/** The DWARF sections of an image, each found and unpacked when it is first wanted. */
final class DwarfSections {

    private final ElfFile elf;
    private final Warnings warnings;
    private final Map<DwarfSection, ByteReader> readers = new EnumMap<>(DwarfSection.class);

    DwarfSections(ElfFile elf, Warnings warnings) {
        this.elf = elf;
        this.warnings = warnings;
    }

    /** The whole section; an empty reader where the image has none or a damaged one. Its position belongs to nobody. */
    ByteReader get(DwarfSection section) {
        return readers.computeIfAbsent(section, this::open);
    }

    private ByteReader open(DwarfSection section) {
        try {
            return elf.section(section.sectionName).map(elf::reader).orElseGet(() -> empty(section));
        } catch (ElfException e) {
            warnings.lost(section.sectionName, e);
            return empty(section);
        }
    }

    private ByteReader empty(DwarfSection section) {
        return new ByteReader(elf.name() + ": " + section.sectionName, ByteBuffer.allocate(0));
    }
}
