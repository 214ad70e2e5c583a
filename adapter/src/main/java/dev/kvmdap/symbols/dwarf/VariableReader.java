package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads variables: those outside of functions by their entries, those of a function by address (DWARF 5, 4.1). */
public final class VariableReader {

    private final DwarfFile file;
    private final long offset;

    /**
     * The variables in a file.
     *
     * @param offset what to add to the file's addresses to get linear ones
     */
    public VariableReader(DwarfFile file, long offset) {
        this.file = file;
        this.offset = offset;
    }

    /** The variable that an entry at an offset of .debug_info describes; none where it only declares one. */
    Optional<VariableEntry> global(long entryOffset) {
        EntryReader entry = file.entryAt(entryOffset);
        if (entry == null || (!isPlaced(entry) && entry.flag(Attribute.DECLARATION))) {
            return Optional.empty();
        }
        return Optional.of(variable(entry, 0, new LocationReader(entry.unit(), offset, null, null)));
    }

    /** Whether a variable has a place or a value; a compiler that optimises leaves some without. */
    static boolean isPlaced(EntryReader entry) {
        return entry.has(Attribute.LOCATION) || entry.has(Attribute.CONST_VALUE);
    }

    /**
     * The parameters and variables of the function at an address that are in scope there, those of calls inlined there
     * too, outermost blocks first: a later one hides an earlier one of the same name.
     *
     * @param address of the file
     */
    public List<VariableEntry> locals(long address) {
        Unit unit = file.unitAt(address);
        int function = unit == null ? -1 : unit.functions().functionAt(address);
        return unit == null || function < 0 ? List.of() : ofFunction(unit, function, address, address);
    }

    /** All variables of a function at its entry, whatever block they are in. */
    public List<VariableEntry> ofFunction(Unit unit, int function) {
        AddressRanges code = unit.functions().ranges(function);
        return ofFunction(unit, function, code.low(0), null);
    }

    /**
     * @param inScope the address whose blocks are looked into; null for all blocks
     */
    private List<VariableEntry> ofFunction(Unit unit, int function, long address, @Nullable Long inScope) {
        List<VariableEntry> found = new ArrayList<>();
        try {
            FunctionTable functions = unit.functions();
            LocationReader locations = new LocationReader(
                    unit,
                    offset,
                    file.callFrames().rowAt(address),
                    functions.frameBase(function, address).orElse(null));
            addLocals(unit, functions.entry(function), address, inScope, locations, found);
        } catch (ElfException e) {
            file.warnings().lost("some variables of " + unit.functions().name(function), e);
        }
        return found;
    }

    private void addLocals(
            Unit unit,
            long function,
            long address,
            @Nullable Long inScope,
            LocationReader locations,
            List<VariableEntry> found) {
        EntryReader entry = unit.entries().seek(function - unit.header().offset());
        if (!entry.hasChildren()) {
            return;
        }
        while (entry.next() && entry.depth() > 0) {
            int tag = entry.tag();
            boolean isVariable = tag == Tag.FORMAL_PARAMETER || tag == Tag.VARIABLE;
            if (isVariable && (isPlaced(entry) || !entry.flag(Attribute.DECLARATION))) {
                found.add(variable(entry, address, locations));
            }
            if (!isBlock(tag) || (inScope != null && !entry.ranges().contains(inScope))) {
                entry.skipChildren();
            }
        }
    }

    private static boolean isBlock(int tag) {
        return tag == Tag.LEXICAL_BLOCK
                || tag == Tag.INLINED_SUBROUTINE
                || tag == Tag.TRY_BLOCK
                || tag == Tag.CATCH_BLOCK;
    }

    private VariableEntry variable(EntryReader entry, long address, LocationReader locations) {
        return new VariableEntry(
                file.nameOf(entry.offset(), Attribute.NAME),
                file.types().typeOf(entry),
                location(entry, address, locations),
                entry.tag() == Tag.FORMAL_PARAMETER);
    }

    private Location location(EntryReader entry, long address, LocationReader locations) {
        Optional<ByteReader> expression = entry.expression(Attribute.LOCATION, address);
        if (expression.isPresent()) {
            return locations.read(expression.get());
        }
        EntryReader constant = file.withAttribute(Attribute.CONST_VALUE, entry.offset());
        if (constant == null || entry.has(Attribute.LOCATION)) {
            return new Location.Missing(LocationReader.OPTIMIZED_OUT);
        }
        OptionalLong number = constant.plainConstant(Attribute.CONST_VALUE);
        return number.isPresent()
                ? new Location.Value(new Term.Constant(number.getAsLong()))
                : constant.constantBytes(Attribute.CONST_VALUE)
                        .<Location>map(Location.Bytes::new)
                        .orElse(new Location.Missing(LocationReader.OPTIMIZED_OUT));
    }
}
