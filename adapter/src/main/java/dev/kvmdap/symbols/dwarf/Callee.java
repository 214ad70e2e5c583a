package dev.kvmdap.symbols.dwarf;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.Section;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;

/** The function that a frame is of, as the target of a call. */
final class Callee {

    static final String CALLED_OTHER =
            "is optimized out here, and the caller had called another function, which went on to this one";

    private static final int TAIL_CALLS_AT_MOST = 1000;
    private static final int CALL_REL32 = 0xe8;
    private static final int CALL_BYTES = 5;

    private final Unit unit;
    private final int function;

    private Callee(Unit unit, int function) {
        this.unit = unit;
        this.function = function;
    }

    /** The function at an address of the file. */
    static Callee at(DwarfFile file, long address) {
        Unit unit = file.unitAt(address);
        int function = unit == null ? -1 : unit.functions().functionAt(address);
        if (unit == null || function < 0) {
            throw new MissingException("belongs to a function of which nothing is told");
        }
        return new Callee(unit, function);
    }

    /** The address of the file that it begins at. */
    long entry() {
        return unit.functions().ranges(function).low(0);
    }

    /**
     * Refuses where a direct call led to another function.
     *
     * @param called the entry that its call site names
     * @param returnAddress of the file, behind the call
     */
    void requireWasCalled(long called, long returnAddress) {
        OptionalLong target = directTarget(returnAddress);
        boolean isThis = target.isPresent() ? target.getAsLong() == entry() : isNamedBy(called);
        if (!isThis) {
            throw new MissingException(CALLED_OTHER);
        }
    }

    /** Where the CALL rel32 in front of an address leads to, by the bytes of the image; empty where none is there. */
    private OptionalLong directTarget(long returnAddress) {
        for (Section section : unit.file().elf().sections()) {
            if (section.isExecutable()
                    && section.type() != Section.NOBITS
                    && section.contains(returnAddress - CALL_BYTES)
                    && section.contains(returnAddress - 1)) {
                ByteReader code =
                        unit.file().elf().reader(section).seek(returnAddress - CALL_BYTES - section.address());
                return code.u8() == CALL_REL32
                        ? OptionalLong.of(unit.encoding().maxAddress() & (returnAddress + code.s32()))
                        : OptionalLong.empty();
            }
        }
        return OptionalLong.empty();
    }

    /** Whether an entry is this function's own, or declares it. */
    private boolean isNamedBy(long called) {
        DwarfFile file = unit.file();
        EntryReader entry = file.entryAt(called);
        if (entry == null || called == unit.functions().entry(function)) {
            return entry != null;
        }
        if (entry.ranges().size() > 0) {
            return entry.ranges().low(0) == entry();
        }
        String linkage = file.linkageNameOf(called);
        String own = unit.functions().linkageName(function);
        return (linkage.isEmpty() && own.isEmpty())
                ? file.nameOf(called, Attribute.NAME).equals(unit.functions().name(function))
                : linkage.equals(own);
    }

    /** Refuses where the function may have been left by a jump to another one that has come back to it with other parameters. */
    void requireNoTailCallOfItself() {
        Set<Long> seen = new HashSet<>();
        Deque<Long> open = new ArrayDeque<>();
        open.add(unit.functions().entry(function));
        while (!open.isEmpty() && seen.size() < TAIL_CALLS_AT_MOST) {
            EntryReader entry = unit.file().entryAt(open.remove());
            if (entry == null || !entry.hasChildren()) {
                continue;
            }
            while (entry.next() && entry.depth() > 0) {
                OptionalLong called = isTailCall(entry) ? CallSite.origin(entry) : OptionalLong.empty();
                if (called.isPresent() && isNamedBy(called.getAsLong())) {
                    throw new MissingException(
                            "is optimized out here, and the function may have called itself with other values");
                }
                if (called.isPresent() && seen.add(called.getAsLong())) {
                    open.add(called.getAsLong());
                }
            }
        }
    }

    private static boolean isTailCall(EntryReader entry) {
        return CallSite.isCallSite(entry.tag())
                && (entry.flag(Attribute.CALL_TAIL_CALL) || entry.flag(Attribute.GNU_TAIL_CALL));
    }
}
