package dev.kvmdap.symbols;

import dev.kvmdap.elf.ElfException;
import dev.kvmdap.elf.Symbol;
import dev.kvmdap.symbols.Variable.Encoding;
import dev.kvmdap.symbols.dwarf.DwarfFile;
import dev.kvmdap.symbols.dwarf.Expression;
import dev.kvmdap.symbols.dwarf.FunctionTable;
import dev.kvmdap.symbols.dwarf.Location;
import dev.kvmdap.symbols.dwarf.TypeDescription;
import dev.kvmdap.symbols.dwarf.Unit;
import dev.kvmdap.symbols.dwarf.VariableEntry;
import dev.kvmdap.symbols.dwarf.VariableReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds variables that lie in memory, from the debugging information of one image, then from its symbol table. */
final class Variables {

    private final DwarfFile dwarf;
    private final VariableReader reader;
    private final long offset;

    /**
     * @param offset what to add to the file's addresses to get linear ones
     */
    Variables(DwarfFile dwarf, long offset) {
        this.dwarf = dwarf;
        this.reader = new VariableReader(dwarf);
        this.offset = offset;
    }

    Optional<Variable> global(String name) {
        return reader.global(name)
                .flatMap(entry -> inMemory(entry, FrameContext.none(offset)))
                .or(() -> symbol(name));
    }

    /** The variables of a frame's function that are in scope and lie in memory; inner ones hide outer ones. */
    List<Variable> locals(FrameRegisters frame, MemoryReader memory) {
        long address = frame.lookupAddress() - offset;
        Unit unit = dwarf.unitAt(address);
        if (unit == null) {
            return List.of();
        }
        FunctionTable functions = unit.functions();
        int function = functions.functionAt(address);
        if (function < 0) {
            return List.of();
        }
        FrameContext context = new FrameContext(
                frame, memory, offset, dwarf.callFrames().rowAt(address), functions.frameBase(function));
        Map<String, Variable> locals = new LinkedHashMap<>();
        for (VariableEntry entry : reader.locals(address)) {
            inMemory(entry, context).ifPresent(variable -> locals.put(variable.name(), variable));
        }
        return List.copyOf(locals.values());
    }

    private Optional<Variable> inMemory(VariableEntry entry, Expression.Context context) {
        try {
            Location location = entry.locate(context);
            if (location.kind() != Location.Kind.MEMORY) {
                return Optional.empty();
            }
            TypeDescription type = entry.type();
            return Optional.of(new Variable(
                    entry.name(), location.number(), type.byteSize(), type.name(), encoding(type.encoding())));
        } catch (ElfException e) {
            dwarf.warnings().lost("the variable " + entry.name(), e);
            return Optional.empty();
        }
    }

    private Optional<Variable> symbol(String name) {
        for (Symbol symbol : dwarf.elf().symbols().named(name)) {
            if (symbol.section() != Symbol.ABSOLUTE && !dwarf.elf().symbols().isCode(symbol)) {
                return Optional.of(new Variable(name, symbol.value() + offset, symbol.size(), "", Encoding.OTHER));
            }
        }
        return Optional.empty();
    }

    private static Encoding encoding(int dwarfEncoding) {
        return switch (dwarfEncoding) {
            case TypeDescription.ADDRESS -> Encoding.POINTER;
            case TypeDescription.BOOLEAN -> Encoding.BOOLEAN;
            case TypeDescription.FLOAT -> Encoding.FLOAT;
            case TypeDescription.SIGNED -> Encoding.SIGNED;
            case TypeDescription.UNSIGNED -> Encoding.UNSIGNED;
            case TypeDescription.SIGNED_CHAR, TypeDescription.UNSIGNED_CHAR, TypeDescription.UTF -> Encoding.CHARACTER;
            default -> Encoding.OTHER;
        };
    }
}
