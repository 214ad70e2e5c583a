package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A unit of .debug_info (DWARF 5, 3.1): what one compilation said. Everything but its header is read on demand. */
public final class Unit {

    /** DW_LANG_Mips_Assembler: what assemblers of every processor call their language. */
    private static final int LANGUAGE_ASSEMBLER = 0x8001;

    private static final int LANGUAGE_C89 = 0x01;
    private static final int LANGUAGE_C = 0x02;
    private static final int LANGUAGE_C99 = 0x0c;
    private static final int LANGUAGE_C11 = 0x1d;

    private final DwarfFile file;
    private final UnitHeader header;
    private @Nullable AbbreviationTable abbreviations;
    private @Nullable EntryReader root;
    private @Nullable Bases bases;
    private @Nullable FunctionTable functions;

    Unit(DwarfFile file, UnitHeader header) {
        this.file = file;
        this.header = header;
    }

    /** Where the unit's parts of shared tables begin (DWARF 5, 7.26 to 7.28). */
    record Bases(long strings, long addresses, long rangeLists, long locationLists) {}

    DwarfFile file() {
        return file;
    }

    UnitHeader header() {
        return header;
    }

    Encoding encoding() {
        return header.encoding();
    }

    /** DW_AT_name: the primary source, as the compiler was given it; empty where unknown. */
    public String name() {
        return root().string(Attribute.NAME, "");
    }

    /** DW_AT_comp_dir: the folder that relative names count from; empty where unknown. */
    public String directory() {
        return root().string(Attribute.COMP_DIR, "");
    }

    /** DW_AT_producer: the compiler, often with its options; empty where unknown. */
    public String producer() {
        return root().string(Attribute.PRODUCER, "");
    }

    /** Whether the unit was written in assembly. */
    public boolean isAssembly() {
        return root().constant(Attribute.LANGUAGE, 0) == LANGUAGE_ASSEMBLER;
    }

    /** Whether it was written in C, where a function may say nothing of its parameters (DWARF 5, 7.12, table 7.17). */
    boolean isC() {
        return switch ((int) root().constant(Attribute.LANGUAGE, 0)) {
            case LANGUAGE_C89, LANGUAGE_C, LANGUAGE_C99, LANGUAGE_C11 -> true;
            default -> false;
        };
    }

    /** The code of the unit; empty where it does not say. */
    AddressRanges ranges() {
        return root().ranges();
    }

    /** DW_AT_stmt_list: where its line program begins in .debug_line. */
    OptionalLong lineProgram() {
        return root().sectionOffset(Attribute.STMT_LIST);
    }

    /** DW_AT_low_pc: what the unit's range lists count from. */
    long low() {
        return root().address(Attribute.LOW_PC).orElse(0);
    }

    Bases bases() {
        if (bases == null) {
            long headerSize = encoding().offsetSize() == 8 ? 16 : 8;
            EntryReader entry = root();
            bases = new Bases(
                    entry.sectionOffset(Attribute.STR_OFFSETS_BASE).orElse(headerSize),
                    entry.sectionOffset(Attribute.ADDR_BASE).orElse(headerSize),
                    entry.sectionOffset(Attribute.RNGLISTS_BASE).orElse(headerSize + 4),
                    entry.sectionOffset(Attribute.LOCLISTS_BASE).orElse(headerSize + 4));
        }
        return bases;
    }

    /** The functions of the unit and the calls inlined in them. */
    public FunctionTable functions() {
        if (functions == null) {
            functions = FunctionTable.read(this);
        }
        return functions;
    }

    /** A new reader before the unit's first entry. */
    EntryReader entries() {
        return new EntryReader(
                this, file.section(DwarfSection.INFO).slice(header.offset(), header.end() - header.offset()));
    }

    /** A reader of its own at an entry of the unit, by the entry's offset in .debug_info. */
    EntryReader entryReader(long offset) {
        return entries().seek(offset - header.offset());
    }

    /** The offset of an entry by which all entries are known, of one that a reference from this unit counts in its section. */
    long globalOffset(long sectionOffset) {
        return sectionOffset;
    }

    /** The string that a value of any string form stands for; the reader is at the value. */
    String readString(Form form, ByteReader reader, Encoding encoding) {
        return switch (form) {
            case STRING -> reader.cstring();
            case STRP -> stringAt(DwarfSection.STR, form.readNumber(reader, encoding));
            case LINE_STRP -> stringAt(DwarfSection.LINE_STR, form.readNumber(reader, encoding));
            case STRX, STRX1, STRX2, STRX3, STRX4, GNU_STR_INDEX -> {
                int size = encoding().offsetSize();
                long entry = bases().strings + form.readNumber(reader, encoding) * size;
                yield stringAt(
                        DwarfSection.STR,
                        file.section(DwarfSection.STR_OFFSETS).seek(entry).unsigned(size));
            }
            default -> throw form.notA("string", reader);
        };
    }

    private String stringAt(DwarfSection section, long offset) {
        return file.section(section).seek(offset).cstring();
    }

    /** The address at an index of the unit's part of .debug_addr. */
    long addressAt(long index) {
        int size = encoding().addressSize();
        return file.section(DwarfSection.ADDR)
                .seek(bases().addresses + index * size)
                .unsigned(size);
    }

    Abbreviation abbreviation(long code) {
        if (abbreviations == null) {
            abbreviations = file.abbreviations(header.abbreviations());
        }
        return abbreviations.get(code);
    }

    /** The first entry, which stands for the whole unit; one without attributes where it cannot be read. */
    private EntryReader root() {
        if (root == null) {
            root = entries();
            try {
                root.next();
            } catch (ElfException e) {
                file.warnings().lost("the unit at .debug_info offset 0x%x".formatted(header.offset()), e);
            }
        }
        return root;
    }

    @Override
    public String toString() {
        return name();
    }
}
