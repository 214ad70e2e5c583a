package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.types.EnumType;
import dev.kvmdap.types.Enumerator;
import dev.kvmdap.types.StructType;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.TypeName;
import dev.kvmdap.types.TypeName.Keyword;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds what has a name: first in the unit that is asked from, then in the others. Of several entries of a name, one that
 * defines counts more than one that declares.
 */
public final class NamedEntries {

    private static final int MOST_PREFERRED = 2;

    private final DwarfFile file;
    private final VariableReader variables;
    private @Nullable NameIndex index;

    /** What a file has names for. */
    public NamedEntries(DwarfFile file, VariableReader variables) {
        this.file = file;
        this.variables = variables;
    }

    /** An enumerator, and the enumeration that it belongs to. */
    public record EnumeratorEntry(EnumType type, Enumerator enumerator) {}

    private NameIndex index() {
        if (index == null) {
            index = NameIndex.read(file);
        }
        return index;
    }

    /**
     * A variable outside of functions. Of another unit than the one asked from, one that all units see counts more than one
     * that is its file's own.
     *
     * @param from the unit that the name stands in; null for none
     */
    public Optional<VariableEntry> variable(String name, @Nullable Unit from) {
        List<Long> entries = index().named(name, tag -> tag == Tag.VARIABLE);
        return best(entries, from, NamedEntries::visibility, variables::global);
    }

    private static int visibility(EntryReader variable) {
        boolean isPlaced = VariableReader.isPlaced(variable);
        return isPlaced && variable.has(Attribute.EXTERNAL) ? MOST_PREFERRED : isPlaced ? 1 : 0;
    }

    /** A variable outside of functions of one unit, or none. */
    public Optional<VariableEntry> variableOf(Unit unit, String name) {
        List<Long> entries = index().named(name, tag -> tag == Tag.VARIABLE).stream()
                .filter(entry -> file.unitHolding(entry) == unit)
                .toList();
        return best(entries, unit, entry -> 0, variables::global);
    }

    /** A variable of a function, whatever block it is in. */
    public Optional<VariableEntry> variableOf(Unit unit, int function, String name) {
        return variables.ofFunction(unit, function).stream()
                .filter(variable -> variable.name().equals(name))
                .findFirst();
    }

    /** A type. */
    public Optional<Type> type(TypeName name, @Nullable Unit from) {
        List<Long> entries = index().named(name.name(), tag -> isTagOf(name.keyword(), tag));
        return best(entries, from, entry -> 0, entry -> Optional.of(file.types().typeAt(entry)))
                .filter(type -> !(type instanceof StructType struct && struct.isDeclaration() && struct.bytes() == 0));
    }

    private static boolean isTagOf(Keyword keyword, int tag) {
        return switch (keyword) {
            case NONE -> tag == Tag.TYPEDEF || tag == Tag.BASE_TYPE || tag == Tag.CLASS_TYPE;
            case STRUCT, CLASS -> tag == Tag.STRUCTURE_TYPE || tag == Tag.CLASS_TYPE;
            case UNION -> tag == Tag.UNION_TYPE;
            case ENUM -> tag == Tag.ENUMERATION_TYPE;
        };
    }

    /** The definition of a structure that is only declared; null where there is none. */
    @Nullable StructType definition(StructType declared) {
        Keyword keyword = declared.kind() == StructType.Kind.UNION ? Keyword.UNION : Keyword.STRUCT;
        for (long entry : index().named(declared.tag(), tag -> isTagOf(keyword, tag))) {
            EntryReader reader = file.entryAt(entry);
            if (reader != null
                    && !reader.flag(Attribute.DECLARATION)
                    && file.types().typeAt(entry) instanceof StructType struct) {
                return struct;
            }
        }
        return null;
    }

    /** An enumerator of an enumeration outside of functions. */
    public Optional<EnumeratorEntry> enumerator(String name, @Nullable Unit from) {
        List<Long> entries = index().named(name, tag -> tag == Tag.ENUMERATOR);
        return best(entries, from, entry -> 0, this::enumerator);
    }

    private Optional<EnumeratorEntry> enumerator(long offset) {
        EntryReader entry = file.entryAt(offset);
        if (entry == null || !(file.types().typeAt(enumerationOf(entry)) instanceof EnumType type)) {
            return Optional.empty();
        }
        return type.named(entry.string(Attribute.NAME, "")).map(known -> new EnumeratorEntry(type, known));
    }

    /** The enumeration that an enumerator stands in: the last one of the unit before it. */
    private static long enumerationOf(EntryReader enumerator) {
        EntryReader entry = enumerator.unit().entries();
        long last = enumerator.offset();
        while (entry.next() && entry.offset() < enumerator.offset()) {
            if (entry.tag() == Tag.ENUMERATION_TYPE) {
                last = entry.offset();
            } else if (entry.depth() > 0 && entry.tag() != Tag.NAMESPACE) {
                entry.skipChildren();
            }
        }
        return last;
    }

    private <T> Optional<T> best(
            List<Long> entries,
            @Nullable Unit from,
            ToIntFunction<EntryReader> preference,
            Function<Long, Optional<T>> read) {
        Optional<T> found = Optional.empty();
        int rank = 0;
        for (long offset : entries) {
            EntryReader entry = file.entryAt(offset);
            if (entry == null) {
                continue;
            }
            int worth = 1
                    + preference.applyAsInt(entry)
                    + (entry.unit() == from ? MOST_PREFERRED + 1 : 0)
                    + (entry.flag(Attribute.DECLARATION) ? 0 : 2 * (MOST_PREFERRED + 1));
            if (worth > rank) {
                Optional<T> candidate = read.apply(offset);
                found = candidate.isPresent() ? candidate : found;
                rank = candidate.isPresent() ? worth : rank;
            }
        }
        return found;
    }

    /** The names of all variables and enumerators outside of functions. */
    public List<String> variableNames() {
        return index().names(tag -> tag == Tag.VARIABLE || tag == Tag.ENUMERATOR);
    }

    /** The names of all enumerators outside of functions. */
    public List<String> enumeratorNames() {
        return index().names(tag -> tag == Tag.ENUMERATOR);
    }

    /** The names of the variables outside of functions of one unit. */
    public List<String> variableNamesOf(Unit unit) {
        return index().names(tag -> tag == Tag.VARIABLE, unit);
    }

    /** The names of all types that can stand behind a keyword. */
    public List<String> typeNames(Keyword keyword) {
        return index().names(tag -> isTagOf(keyword, tag));
    }
}
