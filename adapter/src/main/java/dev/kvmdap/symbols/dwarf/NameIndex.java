package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ElfException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Where the names outside of functions are told: variables, types and enumerators, those in namespaces with the namespace
 * in front ({@code net::buffer}). Reading it takes one pass over .debug_info; it keeps 12 bytes a name.
 */
final class NameIndex {

    private final DwarfFile file;
    private int[] hashes = new int[1024];
    private long[] entries = new long[1024];
    private int size;

    private NameIndex(DwarfFile file) {
        this.file = file;
    }

    /** Reads the names of all units. */
    static NameIndex read(DwarfFile file) {
        NameIndex index = new NameIndex(file);
        for (Unit unit : file.allUnits()) {
            try {
                index.addNames(unit);
            } catch (ElfException e) {
                file.warnings().lost("some names of " + unit, e);
            }
        }
        index.sort();
        return index;
    }

    private void addNames(Unit unit) {
        String[] scopes = {""};
        EntryReader entry = unit.entries();
        while (entry.next()) {
            int depth = entry.depth();
            int tag = entry.tag();
            if (depth == 0) {
                continue;
            }
            String scope = scopes[Math.min(depth - 1, scopes.length - 1)];
            if (tag == Tag.NAMESPACE) {
                scopes = Arrays.copyOf(scopes, Math.max(scopes.length, depth + 1));
                scopes[depth] = scope + entry.string(Attribute.NAME, "(anonymous namespace)") + "::";
                continue;
            }
            if (isNamed(tag)) {
                add(entry, scope);
            }
            if (tag != Tag.ENUMERATION_TYPE) {
                entry.skipChildren();
            } else {
                scopes = Arrays.copyOf(scopes, Math.max(scopes.length, depth + 1));
                scopes[depth] = scope;
            }
        }
    }

    private static boolean isNamed(int tag) {
        return switch (tag) {
            case Tag.VARIABLE,
                    Tag.ENUMERATOR,
                    Tag.BASE_TYPE,
                    Tag.TYPEDEF,
                    Tag.STRUCTURE_TYPE,
                    Tag.UNION_TYPE,
                    Tag.CLASS_TYPE,
                    Tag.ENUMERATION_TYPE -> true;
            default -> false;
        };
    }

    private void add(EntryReader entry, String scope) {
        String name = entry.has(Attribute.NAME)
                ? entry.string(Attribute.NAME, "")
                : file.nameOf(entry.offset(), Attribute.NAME);
        if (name.isEmpty()) {
            return;
        }
        if (size == hashes.length) {
            hashes = Arrays.copyOf(hashes, 2 * size);
            entries = Arrays.copyOf(entries, 2 * size);
        }
        hashes[size] = scope.isEmpty() ? name.hashCode() : (scope + name).hashCode();
        entries[size++] = entry.offset();
    }

    /** Orders by hash, and within a hash by entry. */
    private void sort() {
        long[] order = new long[size];
        for (int i = 0; i < size; i++) {
            order[i] = (long) hashes[i] << 32 | i;
        }
        Arrays.sort(order);
        int[] sortedHashes = new int[size];
        long[] sortedEntries = new long[size];
        for (int i = 0; i < size; i++) {
            sortedHashes[i] = (int) (order[i] >> 32);
            sortedEntries[i] = entries[(int) order[i]];
        }
        hashes = sortedHashes;
        entries = sortedEntries;
    }

    /**
     * The entries of a name, in the order of the file.
     *
     * @param tag accepts the tags that are wanted
     */
    List<Long> named(String name, IntPredicate tag) {
        List<Long> found = new ArrayList<>();
        String simple = name.substring(name.lastIndexOf(':') + 1);
        int hash = name.hashCode();
        int at = Arrays.binarySearch(hashes, hash);
        while (at > 0 && hashes[at - 1] == hash) {
            at--;
        }
        for (int i = Math.max(0, at); i < size && hashes[i] == hash; i++) {
            EntryReader entry = file.entryAt(entries[i]);
            if (entry != null
                    && tag.test(entry.tag())
                    && file.nameOf(entries[i], Attribute.NAME).equals(simple)) {
                found.add(entries[i]);
            }
        }
        return found;
    }

    /** The names of all entries of some tags, without namespaces. */
    List<String> names(IntPredicate tag) {
        return names(tag, null);
    }

    /** The names of all entries of some tags in one unit; in all where it is null. */
    List<String> names(IntPredicate tag, @Nullable Unit of) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            EntryReader entry = file.entryAt(entries[i]);
            if (entry != null && tag.test(entry.tag()) && (of == null || entry.unit() == of)) {
                names.add(file.nameOf(entries[i], Attribute.NAME));
            }
        }
        return names;
    }
}
