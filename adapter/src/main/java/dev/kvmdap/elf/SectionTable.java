package dev.kvmdap.elf;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The section header table (gABI, Sections), with the numbers that did not fit into the ELF header. */
final class SectionTable {

    private static final String DEBUG = ".debug_";
    /** The prefix of compressed sections before SHF_COMPRESSED, as {@code gcc -gz=zlib-gnu} wrote them. */
    static final String LEGACY_COMPRESSED = ".zdebug_";

    private final List<Section> sections;
    private final Map<String, Section> byName = new HashMap<>();
    /** The program headers' number where it is 0xffff in the header (PN_XNUM). */
    private final int segmentCount;

    private final int stringSection;

    private SectionTable(List<Section> sections, int segmentCount, int stringSection) {
        this.sections = sections;
        this.segmentCount = segmentCount;
        this.stringSection = stringSection;
        sections.forEach(section -> byName.putIfAbsent(section.name(), section));
    }

    static SectionTable read(ImageBytes image, ElfHeader header) {
        if (header.sections().offset() == 0) {
            return new SectionTable(List.of(), header.segments().count(), 0);
        }
        RawSection zero = RawSection.read(header.sectionTable(image, 1), header.is64());
        int count = header.sections().count() != 0 ? header.sections().count() : (int) zero.size;
        int stringSection = header.stringSection() == ElfHeader.IN_SECTION_ZERO ? zero.link : header.stringSection();
        int segmentCount = header.segments().count() == ElfHeader.IN_SECTION_ZERO
                ? zero.info
                : header.segments().count();
        if (count < 0) {
            throw new ElfException("%s: %s sections; the section header table is damaged"
                    .formatted(image.name(), Integer.toUnsignedString(count)));
        }
        ByteReader table = header.sectionTable(image, count);
        RawSection[] raw = new RawSection[count];
        for (int i = 0; i < count; i++) {
            raw[i] = RawSection.read(table.seek((long) i * header.sections().entrySize()), header.is64());
        }
        ByteReader names = stringSection > 0 && stringSection < count
                ? image.reader(raw[stringSection].offset, raw[stringSection].size, "the section names")
                : null;
        Section[] sections = new Section[count];
        for (int i = 0; i < count; i++) {
            sections[i] = raw[i].named(i, names);
        }
        return new SectionTable(List.of(sections), segmentCount, stringSection);
    }

    List<Section> sections() {
        return sections;
    }

    int segmentCount() {
        return segmentCount;
    }

    int stringSection() {
        return stringSection;
    }

    @Nullable Section named(String name) {
        Section section = byName.get(name);
        if (section == null && name.startsWith(DEBUG)) {
            return byName.get(LEGACY_COMPRESSED + name.substring(DEBUG.length()));
        }
        return section;
    }

    private record RawSection(
            long name, int type, long flags, long address, long offset, long size, int link, int info, long entrySize) {

        static RawSection read(ByteReader reader, boolean is64) {
            int word = is64 ? 8 : 4;
            long name = reader.u32();
            int type = reader.s32();
            long flags = reader.unsigned(word);
            long address = reader.unsigned(word);
            long offset = reader.unsigned(word);
            long size = reader.unsigned(word);
            int link = reader.s32();
            int info = reader.s32();
            reader.skip(word);
            return new RawSection(name, type, flags, address, offset, size, link, info, reader.unsigned(word));
        }

        Section named(int index, @Nullable ByteReader names) {
            String text = names == null || name >= names.size()
                    ? ""
                    : names.seek(name).cstring();
            return new Section(index, text, type, flags, address, offset, size, link, entrySize);
        }
    }
}
