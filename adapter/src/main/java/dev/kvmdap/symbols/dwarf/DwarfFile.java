package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;
import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.Section;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The debugging information of one image. Nothing is read until it is asked for; what is damaged is left out of the
 * answers and noted in {@link #warnings}. Addresses are the file's own. Not for use by several threads at once.
 */
public final class DwarfFile {

    /** How often an entry that completes another one is followed. */
    private static final int ORIGINS_AT_MOST = 8;

    private final ElfFile elf;
    private final Warnings warnings = new Warnings();
    private final DwarfSections sections;
    private final Map<Long, AbbreviationTable> abbreviations = new HashMap<>();
    private final Map<Long, LineTable> lineTables = new HashMap<>();
    private @Nullable UnitIndex units;
    private @Nullable CallFrameTable callFrames;
    private @Nullable TypeReader types;
    private @Nullable NamedEntries named;

    /** The debugging information of an image; may be none. */
    public DwarfFile(ElfFile elf) {
        this.elf = elf;
        this.sections = new DwarfSections(elf, warnings);
    }

    /** The image it is in. */
    public ElfFile elf() {
        return elf;
    }

    /** What could not be read so far. */
    public Warnings warnings() {
        return warnings;
    }

    /** The units that may hold code, in file order. */
    public List<Unit> units() {
        return unitIndex().units();
    }

    /** All units in file order, those that hold types alone too. */
    List<Unit> allUnits() {
        return unitIndex().all();
    }

    /** The unit whose code an address belongs to. */
    public @Nullable Unit unitAt(long address) {
        return unitIndex().unitAt(address);
    }

    /** The unit that holds the entry at an offset of .debug_info. */
    @Nullable Unit unitHolding(long offset) {
        return unitIndex().unitHolding(offset);
    }

    /** The line table of a unit; null where it has none. */
    public @Nullable LineTable lineTable(Unit unit) {
        OptionalLong offset = unit.lineProgram();
        if (offset.isEmpty()) {
            return null;
        }
        return lineTables.computeIfAbsent(offset.getAsLong(), key -> runLineProgram(unit, key));
    }

    /** The source files of a unit, without running its line program; null where it has none. */
    public @Nullable FileTable fileTable(Unit unit) {
        OptionalLong offset = unit.lineProgram();
        if (offset.isEmpty()) {
            return null;
        }
        LineTable table = lineTables.get(offset.getAsLong());
        if (table != null) {
            return table.files();
        }
        try {
            return new LineHeader(unit, offset.getAsLong()).files;
        } catch (ElfException e) {
            warnings.lost("the source files of " + unit, e);
            return null;
        }
    }

    private @Nullable LineTable runLineProgram(Unit unit, long offset) {
        try {
            return LineProgram.run(unit, offset);
        } catch (ElfException e) {
            warnings.lost("the lines of " + unit, e);
            return null;
        }
    }

    /** How to unwind from each address, by .debug_frame and .eh_frame. */
    public CallFrameTable callFrames() {
        if (callFrames == null) {
            callFrames = new CallFrameTable(this);
        }
        return callFrames;
    }

    /** The types that entries describe. */
    TypeReader types() {
        if (types == null) {
            types = new TypeReader(this, declared -> named == null ? null : named.definition(declared));
        }
        return types;
    }

    /**
     * What has a name outside of functions.
     *
     * @param variables reads the variables among it
     */
    public NamedEntries named(VariableReader variables) {
        if (named == null) {
            named = new NamedEntries(this, variables);
        }
        return named;
    }

    /** A name of the entry at an offset of .debug_info, or of the one it completes; empty where there is none. */
    String nameOf(long entryOffset, int attribute) {
        try {
            EntryReader entry = withAttribute(attribute, entryOffset);
            return entry == null ? "" : entry.string(attribute, "");
        } catch (ElfException e) {
            warnings.lost("the name of the entry at .debug_info offset 0x%x".formatted(entryOffset), e);
            return "";
        }
    }

    /** The name in the symbol table of what an entry describes; empty where it is not told. */
    String linkageNameOf(long entryOffset) {
        String name = nameOf(entryOffset, Attribute.LINKAGE_NAME);
        return name.isEmpty() ? nameOf(entryOffset, Attribute.MIPS_LINKAGE_NAME) : name;
    }

    /**
     * A reader at the entry at an offset of .debug_info, or at the one it completes by DW_AT_abstract_origin or
     * DW_AT_specification, that has an attribute; null where none has.
     */
    @Nullable EntryReader withAttribute(int attribute, long offset) {
        EntryReader entry = entryAt(offset);
        for (int hops = 0; entry != null && hops < ORIGINS_AT_MOST; hops++) {
            if (entry.has(attribute)) {
                return entry;
            }
            OptionalLong origin = entry.reference(Attribute.ABSTRACT_ORIGIN);
            if (origin.isEmpty()) {
                origin = entry.reference(Attribute.SPECIFICATION);
            }
            entry = origin.isPresent() ? entryAt(origin.getAsLong()) : null;
        }
        return null;
    }

    /** A reader of its own at the entry at an offset of .debug_info; null where no unit is there. */
    @Nullable EntryReader entryAt(long offset) {
        Unit unit = unitHolding(offset);
        return unit == null ? null : unit.entries().seek(offset - unit.header().offset());
    }

    ByteReader section(DwarfSection section) {
        return sections.get(section);
    }

    AbbreviationTable abbreviations(long offset) {
        return abbreviations.computeIfAbsent(offset, key -> AbbreviationTable.read(section(DwarfSection.ABBREV), key));
    }

    /**
     * Whether code that claims to begin at an address is none: the linker has thrown it away and left 0, or all ones,
     * where nothing of the image is in memory.
     */
    boolean isDiscarded(long low, Encoding encoding) {
        if (low != 0 && Long.compareUnsigned(low, encoding.maxAddress() - 1) < 0) {
            return false;
        }
        boolean hasSections = false;
        for (Section section : elf.sections()) {
            if (section.contains(low)) {
                return false;
            }
            hasSections |= section.isAllocated();
        }
        return hasSections;
    }

    private UnitIndex unitIndex() {
        if (units == null) {
            units = UnitIndex.read(this);
        }
        return units;
    }
}
