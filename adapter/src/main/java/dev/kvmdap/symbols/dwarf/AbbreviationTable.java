package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The abbreviations of a unit (DWARF 5, 7.5.3) by their codes. A table that is damaged keeps what stands before the
 * damage, and why it ends there.
 */
final class AbbreviationTable {

    /** By code - 1: compilers count from 1. */
    private final List<Abbreviation> counted = new ArrayList<>();
    /** Those out of order. */
    private final Map<Long, Abbreviation> others = new HashMap<>();

    private @Nullable ElfException damage;

    static AbbreviationTable read(ByteReader section, long offset) {
        AbbreviationTable table = new AbbreviationTable();
        try {
            section.seek(offset);
            long code;
            while ((code = section.uleb()) != 0) {
                table.add(code, Abbreviation.read(section));
            }
        } catch (ElfException e) {
            table.damage = e;
        }
        return table;
    }

    private void add(long code, Abbreviation abbreviation) {
        if (code == counted.size() + 1) {
            counted.add(abbreviation);
        } else {
            others.putIfAbsent(code, abbreviation);
        }
    }

    Abbreviation get(long code) {
        Abbreviation found = code > 0 && code <= counted.size() ? counted.get((int) code - 1) : others.get(code);
        if (found != null) {
            return found;
        }
        throw damage != null ? damage : new DwarfException("abbreviation %d is not declared".formatted(code));
    }
}
