package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ElfException;
import dev.kvmdap.symbols.dwarf.NamedEntries.EnumeratorEntry;
import dev.kvmdap.types.EnumType;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.TypeName;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** Finds the types and enumerators that a function declares in its blocks. */
public final class LocalNames {

    private final DwarfFile file;

    /** The names in the functions of a file. */
    public LocalNames(DwarfFile file) {
        this.file = file;
    }

    /** The type of a name that is in scope at an address; the innermost block's. */
    public Optional<Type> type(TypeName name, long address) {
        return innermost(
                address,
                entry -> NamedEntries.isTagOf(name.keyword(), entry.tag())
                                && entry.string(Attribute.NAME, "").equals(name.name())
                        ? Optional.of(file.types().typeAt(entry.offset()))
                        : Optional.empty());
    }

    /** The enumerator of a name that is in scope at an address; the innermost block's. */
    public Optional<EnumeratorEntry> enumerator(String name, long address) {
        return innermost(
                address,
                entry -> entry.tag() == Tag.ENUMERATION_TYPE
                                && file.types().typeAt(entry.offset()) instanceof EnumType type
                        ? type.named(name).map(known -> new EnumeratorEntry(type, known))
                        : Optional.empty());
    }

    private <T> Optional<T> innermost(long address, Function<EntryReader, Optional<T>> wanted) {
        Unit unit = file.unitAt(address);
        int function = unit == null ? -1 : unit.functions().functionAt(address);
        if (unit == null || function < 0) {
            return Optional.empty();
        }
        long copy = unit.functions().entry(function);
        try {
            Optional<T> found = search(copy, address, wanted);
            EntryReader entry = file.entryAt(copy);
            OptionalLong origin = entry == null ? OptionalLong.empty() : entry.reference(Attribute.ABSTRACT_ORIGIN);
            return found.isPresent() || origin.isEmpty() ? found : search(origin.getAsLong(), address, wanted);
        } catch (ElfException e) {
            file.warnings().lost("some types of " + unit.functions().name(function), e);
            return Optional.empty();
        }
    }

    private <T> Optional<T> search(long function, long address, Function<EntryReader, Optional<T>> wanted) {
        EntryReader entry = file.entryAt(function);
        Optional<T> found = Optional.empty();
        if (entry == null || !entry.hasChildren()) {
            return found;
        }
        while (entry.next() && entry.depth() > 0) {
            Optional<T> here = wanted.apply(entry);
            found = here.isPresent() ? here : found;
            AddressRanges block = entry.tag() == Tag.LEXICAL_BLOCK ? entry.ranges() : null;
            boolean isInScope = block != null && (block.size() == 0 || block.contains(address));
            if (!isInScope) {
                entry.skipChildren();
            }
        }
        return found;
    }
}
