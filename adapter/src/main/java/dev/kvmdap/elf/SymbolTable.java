package dev.kvmdap.elf;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A symbol table (gABI, Symbol Table), read where it lies: names become Strings only for the symbols that are asked for,
 * and the order by address is made on the first question about an address.
 */
public final class SymbolTable {

    private static final int ENTRY_SIZE_32 = 16;
    private static final int ENTRY_SIZE_64 = 24;
    /** How far below an address a function that covers it is looked for among labels that do not. */
    private static final int NESTED_AT_MOST = 64;

    private final ElfFile file;
    private final @Nullable ByteReader entries;
    private final @Nullable ByteReader names;
    private final int entrySize;
    private @Nullable AddressIndex code;
    private @Nullable AddressIndex data;

    private SymbolTable(ElfFile file, @Nullable ByteReader entries, @Nullable ByteReader names) {
        this.file = file;
        this.entries = entries;
        this.names = names;
        this.entrySize = file.is64() ? ENTRY_SIZE_64 : ENTRY_SIZE_32;
    }

    static SymbolTable of(ElfFile file) {
        Section table = sectionOfType(file, Section.SYMTAB);
        if (table == null) {
            table = sectionOfType(file, Section.DYNSYM);
        }
        if (table == null
                || table.link() <= 0
                || table.link() >= file.sections().size()) {
            return new SymbolTable(file, null, null);
        }
        return new SymbolTable(
                file, file.reader(table), file.reader(file.sections().get(table.link())));
    }

    private static @Nullable Section sectionOfType(ElfFile file, int type) {
        for (Section section : file.sections()) {
            if (section.type() == type) {
                return section;
            }
        }
        return null;
    }

    /** The number of symbols, the null symbol at index 0 included. */
    public int size() {
        return entries == null ? 0 : entries.size() / entrySize;
    }

    /** The symbol at an index from 0 up to {@link #size}, exclusive. */
    public Symbol get(int index) {
        ByteReader entry = at(index);
        long name = entry.u32();
        if (file.is64()) {
            int info = entry.u8();
            int section = entry.skip(1).u16();
            long value = entry.u64();
            return new Symbol(nameAt(name), value, entry.u64(), info & 0xf, info >> 4, section);
        }
        long value = entry.u32();
        long size = entry.u32();
        int info = entry.u8();
        return new Symbol(
                nameAt(name), value, size, info & 0xf, info >> 4, entry.skip(1).u16());
    }

    /** All defined symbols of exactly this name, in table order. */
    public List<Symbol> named(String name) {
        List<Symbol> found = new ArrayList<>();
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        int size = size();
        for (int i = 1; i < size; i++) {
            ByteReader entry = at(i);
            if (names != null && names.isCstring(entry.u32(), text)) {
                Symbol symbol = get(i);
                if (symbol.section() != Symbol.UNDEFINED) {
                    found.add(symbol);
                }
            }
        }
        return found;
    }

    /** All defined symbols whose names begin so, in table order; those of no name never. */
    public List<Symbol> beginningWith(String beginning) {
        List<Symbol> found = new ArrayList<>();
        int size = size();
        for (int i = 1; i < size; i++) {
            Symbol symbol = get(i);
            if (!symbol.name().isEmpty()
                    && symbol.name().startsWith(beginning)
                    && symbol.section() != Symbol.UNDEFINED) {
                found.add(symbol);
            }
        }
        return found;
    }

    /**
     * The symbol that the code at a linear address belongs to: the function that covers it by its size, else the nearest
     * label of unknown size below it in the same section, such as assembly has.
     */
    public Optional<Symbol> codeAt(long linear) {
        if (code == null) {
            code = index(this::isCode);
        }
        return at(linear, code);
    }

    /** The symbol that the data at a linear address belongs to: by its size, or else by being the nearest label below it. */
    public Optional<Symbol> dataAt(long linear) {
        if (data == null) {
            data = index(this::isData);
        }
        return at(linear, data);
    }

    private Optional<Symbol> at(long linear, AddressIndex index) {
        Symbol label = null;
        boolean beyondFunction = false;
        int floor = index.floor(linear);
        for (int i = floor; i >= 0 && i > floor - NESTED_AT_MOST; i--) {
            Symbol symbol = get(index.item(i));
            if (symbol.size() != 0) {
                if (Long.compareUnsigned(linear - symbol.value(), symbol.size()) < 0) {
                    return Optional.of(symbol);
                }
                beyondFunction = true;
            } else if (label == null && !beyondFunction && sectionContains(symbol, linear)) {
                label = symbol;
            }
        }
        return Optional.ofNullable(label);
    }

    /** Whether a symbol names code: a function or a label in a section of instructions. */
    public boolean isCode(Symbol symbol) {
        return isCode(symbol.type(), symbol.section()) && !symbol.name().isEmpty();
    }

    private boolean isCode(int type, int section) {
        return (type == Symbol.FUNCTION || type == Symbol.NOTYPE || type == Symbol.INDIRECT_FUNCTION)
                && section > 0
                && section < file.sections().size()
                && file.sections().get(section).isExecutable();
    }

    private boolean isData(int type, int section) {
        return (type == Symbol.OBJECT || type == Symbol.NOTYPE)
                && section > 0
                && section < file.sections().size()
                && file.sections().get(section).isAllocated()
                && !file.sections().get(section).isExecutable();
    }

    private boolean sectionContains(Symbol symbol, long linear) {
        return file.sections().get(symbol.section()).contains(linear);
    }

    /** Which symbols an index holds. */
    private interface Kind {
        boolean holds(int type, int section);
    }

    private AddressIndex index(Kind kind) {
        AddressIndex.Builder index = new AddressIndex.Builder();
        int size = size();
        for (int i = 1; i < size; i++) {
            ByteReader entry = at(i);
            long name = entry.u32();
            int info;
            int section;
            long value;
            if (file.is64()) {
                info = entry.u8();
                section = entry.skip(1).u16();
                value = entry.u64();
            } else {
                value = entry.u32();
                info = entry.skip(4).u8();
                section = entry.skip(1).u16();
            }
            if (name != 0 && kind.holds(info & 0xf, section)) {
                index.add(value, i);
            }
        }
        return index.build();
    }

    private ByteReader at(int index) {
        if (entries == null) {
            throw new IndexOutOfBoundsException(index);
        }
        return entries.seek((long) index * entrySize);
    }

    private String nameAt(long offset) {
        return names == null || offset >= names.size() ? "" : names.seek(offset).cstring();
    }
}
