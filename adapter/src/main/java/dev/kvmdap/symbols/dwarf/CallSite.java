package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A call, with what the compiler tells of the values that it passes (DWARF 5, 3.4; in DWARF 4 by GNU's extension). */
final class CallSite {

    private static final String UNTOLD = "is optimized out here, and the caller does not tell what it passed";

    private final Unit unit;
    private final long entry;
    private final SymbolicFrame caller;
    private final @Nullable Term target;
    private final long calleeEntry;

    private CallSite(Unit unit, long entry, SymbolicFrame caller, @Nullable Term target, long calleeEntry) {
        this.unit = unit;
        this.entry = entry;
        this.caller = caller;
        this.target = target;
        this.calleeEntry = calleeEntry;
    }

    /**
     * A parameter of the function that is called.
     *
     * @param register what it is passed in; -1 where it is told by its entry
     * @param entry its entry's offset in .debug_info, or -1
     */
    record Parameter(int register, long entry) {

        private boolean isToldBy(EntryReader told) {
            if (register < 0) {
                OptionalLong parameter = told.reference(Attribute.CALL_PARAMETER);
                return (parameter.isPresent() ? parameter : told.reference(Attribute.ABSTRACT_ORIGIN))
                        .equals(OptionalLong.of(entry));
            }
            Optional<ByteReader> place = told.expression(Attribute.LOCATION);
            return place.isPresent() && registerOf(place.get()) == register;
        }

        private static long registerOf(ByteReader place) {
            int opcode = place.hasRemaining() ? place.u8() : 0;
            if (opcode == Operation.REGX) {
                return place.uleb();
            }
            return opcode >= Operation.REG0 && opcode < Operation.BREG0 ? opcode - Operation.REG0 : -1;
        }
    }

    /**
     * The call that a frame's function was entered by.
     *
     * @param returnAddress of the file, where the caller goes on
     * @throws MissingException where nothing is told of it, or where it called another function
     */
    static CallSite before(SymbolicFrame callee, long returnAddress) {
        DwarfFile file = callee.file();
        Unit unit = file.unitAt(returnAddress - 1);
        int function = unit == null ? -1 : unit.functions().functionAt(returnAddress - 1);
        EntryReader site = unit == null || function < 0 ? null : find(unit, function, returnAddress);
        if (unit == null || site == null) {
            throw new MissingException(UNTOLD);
        }
        SymbolicFrame caller = callee.caller(returnAddress);
        Callee called = Callee.at(file, callee.address());
        called.requireNoTailCallOfItself();
        OptionalLong origin = origin(site);
        if (origin.isPresent()) {
            called.requireWasCalled(origin.getAsLong(), returnAddress);
            return new CallSite(unit, site.offset(), caller, null, 0);
        }
        ByteReader target = first(site, Attribute.CALL_TARGET, Attribute.GNU_CALL_SITE_TARGET)
                .orElseThrow(() -> new MissingException(UNTOLD));
        Term computed = new LocationReader(ExpressionScope.of(unit, caller)).number(target);
        return new CallSite(unit, site.offset(), caller, computed, called.entry() + callee.offset());
    }

    static OptionalLong origin(EntryReader site) {
        OptionalLong origin = site.reference(Attribute.CALL_ORIGIN);
        return origin.isPresent() ? origin : site.reference(Attribute.ABSTRACT_ORIGIN);
    }

    private static Optional<ByteReader> first(EntryReader entry, int attribute, int before) {
        Optional<ByteReader> found = entry.expression(attribute);
        return found.isPresent() ? found : entry.expression(before);
    }

    private static @Nullable EntryReader find(Unit unit, int function, long returnAddress) {
        EntryReader entry = unit.entryReader(unit.functions().entry(function));
        while (entry.next() && entry.depth() > 0) {
            if (isCallSite(entry.tag()) && returnsTo(entry, returnAddress)) {
                return entry;
            }
        }
        return null;
    }

    static boolean isCallSite(int tag) {
        return tag == Tag.CALL_SITE || tag == Tag.GNU_CALL_SITE;
    }

    private static boolean returnsTo(EntryReader site, long returnAddress) {
        int attribute = site.tag() == Tag.CALL_SITE ? Attribute.CALL_RETURN_PC : Attribute.LOW_PC;
        return site.address(attribute).equals(OptionalLong.of(returnAddress));
    }

    /**
     * What the call passed, as terms of the frame that is looked at.
     *
     * @throws MissingException where it is not told
     */
    Term value(Parameter parameter) {
        EntryReader told = unit.entryReader(entry);
        Children children = new Children(told);
        while (children.next()) {
            boolean isParameter = told.tag() == Tag.CALL_SITE_PARAMETER || told.tag() == Tag.GNU_CALL_SITE_PARAMETER;
            if (isParameter && parameter.isToldBy(told)) {
                ByteReader value = first(told, Attribute.CALL_VALUE, Attribute.GNU_CALL_SITE_VALUE)
                        .orElseThrow(() -> new MissingException(UNTOLD));
                return new LocationReader(ExpressionScope.of(unit, caller)).number(value);
            }
        }
        throw new MissingException(UNTOLD);
    }

    /** Refuses where the call went by a pointer to another function. */
    void requireTarget(FrameState state) {
        if (target != null && target.evaluate(state) != calleeEntry) {
            throw new NoValueException(Callee.CALLED_OTHER);
        }
    }
}
