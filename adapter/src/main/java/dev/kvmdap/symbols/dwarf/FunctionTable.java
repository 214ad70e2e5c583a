package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;
import dev.kvmdap.types.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The code scopes of a unit: functions with code of their own (DW_TAG_subprogram) and the calls that were inlined in them
 * (DW_TAG_inlined_subroutine). Scopes are numbered in the order of their entries, so that an enclosing one comes first.
 */
public final class FunctionTable {

    private final Unit unit;
    private final List<AddressRanges> ranges = new ArrayList<>();
    private long[] entries = new long[16];
    private int[] parents = new int[16];
    private boolean[] inlined = new boolean[16];
    private final RangeMap byAddress;

    private FunctionTable(Unit unit) {
        this.unit = unit;
        RangeMap.Builder builder = new RangeMap.Builder();
        try {
            readScopes(builder);
        } catch (ElfException e) {
            unit.file().warnings().lost("the rest of the functions of " + unit, e);
        }
        byAddress = builder.build();
    }

    static FunctionTable read(Unit unit) {
        return new FunctionTable(unit);
    }

    private void readScopes(RangeMap.Builder builder) {
        int[] enclosing = new int[16];
        EntryReader entry = unit.entries();
        while (entry.next()) {
            int depth = entry.depth();
            if (depth + 1 >= enclosing.length) {
                enclosing = Arrays.copyOf(enclosing, 2 * depth + 2);
            }
            int parent = depth == 0 ? -1 : enclosing[depth];
            enclosing[depth + 1] = parent;
            boolean isInlined = entry.tag() == Tag.INLINED_SUBROUTINE;
            if (isInlined || entry.tag() == Tag.SUBPROGRAM) {
                AddressRanges code = entry.ranges();
                if (code.size() > 0) {
                    enclosing[depth + 1] = ranges.size();
                    builder.addAll(code, ranges.size());
                    add(entry.offset(), code, parent, isInlined);
                }
            }
        }
    }

    private void add(long offset, AddressRanges code, int parent, boolean isInlined) {
        int scope = ranges.size();
        if (scope == entries.length) {
            entries = Arrays.copyOf(entries, 2 * scope);
            parents = Arrays.copyOf(parents, 2 * scope);
            inlined = Arrays.copyOf(inlined, 2 * scope);
        }
        ranges.add(code);
        entries[scope] = offset;
        parents[scope] = parent;
        inlined[scope] = isInlined;
    }

    /** The number of scopes. */
    public int size() {
        return ranges.size();
    }

    /** The innermost scope that holds an address, or -1. */
    public int scopeAt(long address) {
        int scope = byAddress.itemBelow(address);
        while (scope >= 0 && !ranges.get(scope).contains(address)) {
            scope = parents[scope];
        }
        return scope >= 0 ? scope : byAddress.itemAt(address);
    }

    /** The function with code of its own that holds an address, or -1. */
    public int functionAt(long address) {
        int scope = scopeAt(address);
        while (scope >= 0 && inlined[scope]) {
            scope = parents[scope];
        }
        return scope;
    }

    /** The scope that encloses a scope, or -1. */
    public int parent(int scope) {
        return parents[scope];
    }

    /** Whether a scope is an inlined call rather than a function with code of its own. */
    public boolean isInlined(int scope) {
        return inlined[scope];
    }

    /** Whether a scope is a call inlined on a line of the source, by the number of its file in the unit's line table. */
    public boolean isCalledOn(int scope, int fileNumber, int line) {
        return inlined[scope] && callLine(scope) == line && callFile(scope) == fileNumber;
    }

    /** Where an inlined scope was called, by the unit's line table: the number of its file. */
    public int callFile(int scope) {
        return (int) callConstant(scope, Attribute.CALL_FILE);
    }

    /** The line that an inlined scope was called on, from 1; 0 where it is not told. */
    public int callLine(int scope) {
        return (int) callConstant(scope, Attribute.CALL_LINE);
    }

    /** The column that an inlined scope was called in, from 1; 0 where it is not told. */
    public int callColumn(int scope) {
        return (int) callConstant(scope, Attribute.CALL_COLUMN);
    }

    private long callConstant(int scope, int attribute) {
        EntryReader entry = unit.file().entryAt(entries[scope]);
        return entry == null ? 0 : entry.constant(attribute, 0);
    }

    /** The code of a scope; the first range of a function begins with its entry point unless the unit says otherwise. */
    public AddressRanges ranges(int scope) {
        return ranges.get(scope);
    }

    /** Where the entry of a scope begins in .debug_info. */
    public long entry(int scope) {
        return entries[scope];
    }

    /** The name of a scope's function, as its source has it; empty where it has none. */
    public String name(int scope) {
        return unit.file().nameOf(entries[scope], Attribute.NAME);
    }

    /** The name of a scope's function in the symbol table; empty where it is not told. */
    public String linkageName(int scope) {
        return unit.file().linkageNameOf(entries[scope]);
    }

    /** The type of a scope's function. */
    public Type type(int scope) {
        return unit.file().types().typeAt(entries[scope]);
    }

    /** The expression of DW_AT_frame_base, which a scope's variables count from (DWARF 5, 3.3.5), at an address. */
    public Optional<ByteReader> frameBase(int scope, long address) {
        EntryReader entry = unit.file().withAttribute(Attribute.FRAME_BASE, entries[scope]);
        return entry == null ? Optional.empty() : entry.expression(Attribute.FRAME_BASE, address);
    }
}
