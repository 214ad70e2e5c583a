package dev.kvmdap.elf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An ELF image of 32 or 64 bits for i386 or x86-64. Opening reads the header only; each table is read when it is first
 * asked for, and a damaged one fails then, so that an image with broken debug sections still boots. Whatever is wrong
 * with the file is an {@link ElfException}. Not for use by several threads at once.
 *
 * <p>Files up to 4 MiB are copied into memory; larger ones are mapped, and one that is cut short later makes the JVM
 * throw {@link InternalError} where lost bytes are read.
 */
public final class ElfFile {

    private final ImageBytes image;
    private final ElfHeader header;
    private @Nullable List<Segment> segments;
    private @Nullable SectionTable sections;
    private @Nullable SymbolTable symbols;

    private ElfFile(ImageBytes image) {
        this.image = image;
        this.header = ElfHeader.read(image);
    }

    /** Opens an image on disk. */
    public static ElfFile open(Path file) {
        return new ElfFile(ImageBytes.read(file));
    }

    /**
     * Reads an image in memory.
     *
     * @param name its name, for messages
     * @param bytes the bytes between the buffer's position and limit; shared, not copied
     */
    public static ElfFile parse(String name, ByteBuffer bytes) {
        return new ElfFile(ImageBytes.of(name, bytes));
    }

    /** Whether a file begins like an ELF image, of whatever processor; false where it cannot be read. */
    public static boolean isElf(Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            return ElfHeader.hasMagic(ByteBuffer.wrap(stream.readNBytes(4)));
        } catch (IOException e) {
            return false;
        }
    }

    /** The path it was opened by, or the name it was given. */
    public String name() {
        return image.name();
    }

    /** The length of the file in bytes. */
    public long size() {
        return image.size();
    }

    /** ELFCLASS64 rather than ELFCLASS32. 64-bit code may be wrapped in a 32-bit file, never the other way round. */
    public boolean is64() {
        return header.is64();
    }

    /** The processor it is built for. */
    public Machine machine() {
        return header.machine();
    }

    /** What kind of image it is. */
    public ElfType type() {
        return header.type();
    }

    /** {@code e_entry}: the linear address where it wants to be started; 0 where it has none. */
    public long entry() {
        return header.entry();
    }

    /** The program header table, in file order. */
    public List<Segment> segments() {
        if (segments == null) {
            int count = header.segments().count();
            segments = header.readSegments(
                    image, count == ElfHeader.IN_SECTION_ZERO ? sectionTable().segmentCount() : count);
        }
        return segments;
    }

    /** The section header table, in file order, the null section at index 0 included; empty where it has none. */
    public List<Section> sections() {
        return sectionTable().sections();
    }

    /** The index of the section with the sections' names; 0 where there is none. */
    public int sectionOfNames() {
        return sectionTable().stringSection();
    }

    /** The bytes of one entry of the section header table in the file. */
    public int sectionHeaderBytes() {
        return header.sections().entrySize();
    }

    /** The section header table as it is in the file, read-only and little-endian; empty where it has none. */
    public ByteBuffer sectionHeaders() {
        int count = sections().size();
        return header.sectionTable(image, count).block((long) count * sectionHeaderBytes());
    }

    /** The bytes of a section as they are in the file, packed or not; none for {@link Section#NOBITS}. */
    public ByteBuffer storedContents(Section section) {
        return section.type() == Section.NOBITS
                ? ByteBuffer.allocate(0)
                : image.slice(section.offset(), section.size(), "section " + section.name())
                        .asReadOnlyBuffer();
    }

    /** The notes of all segments for notes, in file order; where one is damaged, those behind it are left out. */
    public List<Note> notes() {
        return segments().stream()
                .filter(segment -> segment.type() == Segment.NOTE)
                .flatMap(segment -> notes(segment).stream())
                .toList();
    }

    private List<Note> notes(Segment segment) {
        try {
            ByteReader reader = new ByteReader(name() + ": the notes", contents(segment));
            return Note.read(reader, segment.alignment() == Long.BYTES ? Long.BYTES : Integer.BYTES);
        } catch (ElfException damaged) {
            return List.of();
        }
    }

    /** The first section of a name; {@code .debug_x} also finds the {@code .zdebug_x} of older compilers. */
    public Optional<Section> section(String name) {
        return Optional.ofNullable(sectionTable().named(name));
    }

    /** The bytes of a segment in the file, {@link Segment#fileSize} of them, read-only and little-endian. */
    public ByteBuffer contents(Segment segment) {
        return image.slice(
                segment.offset(),
                segment.fileSize(),
                "the segment for physical address 0x%x".formatted(segment.physicalAddress()));
    }

    /**
     * The bytes of a section, unpacked where it is compressed (anew on each call), read-only and little-endian; none for
     * {@link Section#NOBITS}.
     */
    public ByteBuffer contents(Section section) {
        return unpacked(section).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A reader over {@link #contents(Section)}. */
    public ByteReader reader(Section section) {
        return new ByteReader(name() + ": " + section.name(), unpacked(section));
    }

    /** The full symbol table, or that of dynamic linking where the file is stripped, or an empty one. */
    public SymbolTable symbols() {
        if (symbols == null) {
            symbols = SymbolTable.of(this);
        }
        return symbols;
    }

    private ByteBuffer unpacked(Section section) {
        if (section.type() == Section.NOBITS) {
            return ByteBuffer.allocate(0);
        }
        if ((section.flags() & Section.COMPRESSED) != 0) {
            return CompressedSection.unpack(stored(section), is64());
        }
        if (section.name().startsWith(SectionTable.LEGACY_COMPRESSED)) {
            return CompressedSection.unpackLegacy(stored(section));
        }
        return image.slice(section.offset(), section.size(), "section " + section.name());
    }

    private ByteReader stored(Section section) {
        return image.reader(section.offset(), section.size(), section.name());
    }

    private SectionTable sectionTable() {
        if (sections == null) {
            sections = SectionTable.read(image, header);
        }
        return sections;
    }

    @Override
    public String toString() {
        return name();
    }
}
