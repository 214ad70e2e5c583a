package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds variables: those of a whole program by name, those of a function by address (DWARF 5, 4.1). */
public final class VariableReader {

    private final DwarfFile file;
    private final TypeReader types;

    /** The variables in a file. */
    public VariableReader(DwarfFile file) {
        this.file = file;
        this.types = new TypeReader(file);
    }

    /** The first variable of a name outside of functions that has a place. */
    public Optional<VariableEntry> global(String name) {
        for (Unit unit : file.units()) {
            try {
                Optional<VariableEntry> found = global(name, unit);
                if (found.isPresent()) {
                    return found;
                }
            } catch (ElfException e) {
                file.warnings().lost("the variables of " + unit, e);
            }
        }
        return Optional.empty();
    }

    private Optional<VariableEntry> global(String name, Unit unit) {
        EntryReader entry = unit.entries();
        while (entry.next()) {
            if (entry.tag() == Tag.VARIABLE && entry.has(Attribute.LOCATION)) {
                Optional<VariableEntry> found =
                        variable(entry).filter(variable -> variable.name().equals(name));
                if (found.isPresent()) {
                    return found;
                }
            }
            if (entry.depth() > 0 && entry.tag() != Tag.NAMESPACE) {
                entry.skipChildren();
            }
        }
        return Optional.empty();
    }

    /**
     * The parameters and variables of the function at an address that are in scope there and whose place one expression
     * tells, outermost blocks first: a later one hides an earlier one of the same name.
     */
    public List<VariableEntry> locals(long address) {
        List<VariableEntry> found = new ArrayList<>();
        Unit unit = file.unitAt(address);
        int function = unit == null ? -1 : unit.functions().functionAt(address);
        if (unit == null || function < 0) {
            return found;
        }
        try {
            addLocals(unit, unit.functions().entry(function), address, found);
        } catch (ElfException e) {
            file.warnings().lost("some variables of " + unit.functions().name(function), e);
        }
        return found;
    }

    private void addLocals(Unit unit, long function, long address, List<VariableEntry> found) {
        EntryReader entry = unit.entries().seek(function - unit.header().offset());
        if (!entry.hasChildren()) {
            return;
        }
        while (entry.next() && entry.depth() > 0) {
            int tag = entry.tag();
            if (tag == Tag.FORMAL_PARAMETER || tag == Tag.VARIABLE) {
                variable(entry).ifPresent(found::add);
            }
            if (tag != Tag.LEXICAL_BLOCK || !entry.ranges().contains(address)) {
                entry.skipChildren();
            }
        }
    }

    private Optional<VariableEntry> variable(EntryReader entry) {
        Optional<ByteReader> location = entry.expression(Attribute.LOCATION);
        if (location.isEmpty()) {
            return Optional.empty();
        }
        String name = file.nameOf(entry.offset(), Attribute.NAME);
        return Optional.of(new VariableEntry(name, entry.unit(), types.typeOf(entry), location.get()));
    }
}
