package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;
import dev.kvmdap.types.FloatType;
import dev.kvmdap.types.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntPredicate;
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
        return Optional.of(variable(entry, 0, new LocationReader(ExpressionScope.global(entry.unit(), offset))));
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
        return unit == null || function < 0
                ? List.of()
                : ofScope(unit, function, address, tag -> tag == Tag.INLINED_SUBROUTINE);
    }

    /**
     * The same of one activation alone.
     *
     * @param level 0 for the innermost call that was inlined at the address, 1 for the one around it, and so on; the last is the
     *     function with code of its own
     */
    public List<VariableEntry> locals(long address, int level) {
        Unit unit = file.unitAt(address);
        int scope = unit == null ? -1 : unit.functions().scopeAt(address);
        for (int i = 0; i < level && unit != null && scope >= 0; i++) {
            scope = unit.functions().isInlined(scope) ? unit.functions().parent(scope) : -1;
        }
        return unit == null || scope < 0 ? List.of() : ofScope(unit, scope, address, tag -> false);
    }

    /** All variables of a function at its entry, whatever block they are in. */
    public List<VariableEntry> ofFunction(Unit unit, int function) {
        AddressRanges code = unit.functions().ranges(function);
        return ofScope(unit, function, code.low(0), null);
    }

    /**
     * @param entered which blocks are looked into besides lexical ones that hold the address; null for all blocks
     */
    private List<VariableEntry> ofScope(Unit unit, int scope, long address, @Nullable IntPredicate entered) {
        List<VariableEntry> found = new ArrayList<>();
        try {
            FunctionTable functions = unit.functions();
            LocationReader locations = new LocationReader(ExpressionScope.of(unit, frame(unit, address)));
            addForgotten(functions.entry(scope), found);
            addLocals(unit.entryReader(functions.entry(scope)), address, entered, locations, found);
        } catch (ElfException e) {
            file.warnings().lost("some variables of " + unit.functions().name(scope), e);
        }
        return found;
    }

    private SymbolicFrame frame(Unit unit, long address) {
        int wordSize = unit.encoding().addressSize() == Long.BYTES ? Long.BYTES : Integer.BYTES;
        return SymbolicFrame.at(file, address, offset, wordSize);
    }

    /**
     * What a variable is worth as a number in a frame.
     *
     * @throws MissingException where it has no value there
     */
    Term value(long entryOffset, SymbolicFrame frame, StackType type) {
        EntryReader entry = file.entryAt(entryOffset);
        if (entry == null) {
            throw new MissingException(LocationReader.OPTIMIZED_OUT);
        }
        VariableEntry variable =
                variable(entry, frame.address(), new LocationReader(ExpressionScope.of(entry.unit(), frame)));
        if (variable.location() instanceof Location.Missing missing) {
            throw new MissingException(missing.reason());
        }
        long bytes = variable.type().bytes();
        if (bytes < 1 || bytes > Long.BYTES) {
            throw new MissingException("depends on '" + variable.name() + "', which is no number");
        }
        return new Term.Stored(type, variable.location(), (int) bytes);
    }

    /** Adds the variables of a function that the entry of this copy of it leaves out, since nothing is left of them. */
    private void addForgotten(long copy, List<VariableEntry> found) {
        EntryReader entry = file.entryAt(copy);
        OptionalLong origin = entry == null ? OptionalLong.empty() : entry.reference(Attribute.ABSTRACT_ORIGIN);
        EntryReader original = origin.isEmpty() ? null : file.entryAt(origin.getAsLong());
        if (entry == null || original == null || !entry.hasChildren() || !original.hasChildren()) {
            return;
        }
        Set<Long> told = new HashSet<>();
        while (entry.next() && entry.depth() > 0) {
            if (isVariable(entry.tag())) {
                entry.reference(Attribute.ABSTRACT_ORIGIN).ifPresent(told::add);
            }
        }
        while (original.next() && original.depth() > 0) {
            if (isVariable(original.tag())
                    && !original.flag(Attribute.DECLARATION)
                    && !told.contains(original.offset())) {
                found.add(new VariableEntry(
                        original.string(Attribute.NAME, ""),
                        file.types().typeOf(original),
                        null,
                        new Location.Missing(LocationReader.OPTIMIZED_OUT),
                        original.tag() == Tag.FORMAL_PARAMETER));
            }
            if (!isLexicalBlock(original.tag())) {
                original.skipChildren();
            }
        }
    }

    private static boolean isVariable(int tag) {
        return tag == Tag.FORMAL_PARAMETER || tag == Tag.VARIABLE;
    }

    private void addLocals(
            EntryReader entry,
            long address,
            @Nullable IntPredicate entered,
            LocationReader locations,
            List<VariableEntry> found) {
        if (!entry.hasChildren()) {
            return;
        }
        while (entry.next() && entry.depth() > 0) {
            int tag = entry.tag();
            if (isVariable(tag) && (isPlaced(entry) || !entry.flag(Attribute.DECLARATION))) {
                found.add(variable(entry, address, locations));
            }
            boolean isInScope = entered == null
                    ? isLexicalBlock(tag) || tag == Tag.INLINED_SUBROUTINE
                    : (isLexicalBlock(tag) || entered.test(tag))
                            && entry.ranges().contains(address);
            if (!isInScope) {
                entry.skipChildren();
            }
        }
    }

    private static boolean isLexicalBlock(int tag) {
        return tag == Tag.LEXICAL_BLOCK || tag == Tag.TRY_BLOCK || tag == Tag.CATCH_BLOCK;
    }

    private VariableEntry variable(EntryReader entry, long address, LocationReader locations) {
        Type type = file.types().typeOf(entry);
        return new VariableEntry(
                file.nameOf(entry.offset(), Attribute.NAME),
                type,
                new FrameTypeReader(file, locations.scope()).typeOf(entry),
                rounded(location(entry, address, locations), type),
                entry.tag() == Tag.FORMAL_PARAMETER);
    }

    /** A number in a register of the x87, which is wider than its type. */
    private static Location rounded(Location location, Type type) {
        if (location instanceof Location.Register register
                && CallingConvention.isX87(register.wordSize(), register.number())
                && type.stripped() instanceof FloatType real
                && real.width() <= Double.BYTES) {
            StackType extended = new StackType(StackType.Kind.FLOAT, FloatType.EXTENDED_BYTES);
            Term value = new Term.TypedRegister(extended, register.number(), register.wordSize());
            return new Location.Value(Terms.converted(value, new StackType(StackType.Kind.FLOAT, real.width())));
        }
        return location;
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
                ? new Location.Value(Terms.constant(StackType.generic(Long.BYTES), number.getAsLong()))
                : constant.constantBytes(Attribute.CONST_VALUE)
                        .<Location>map(Location.Bytes::new)
                        .orElse(new Location.Missing(LocationReader.OPTIMIZED_OUT));
    }
}
