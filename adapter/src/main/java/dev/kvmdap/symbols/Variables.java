package dev.kvmdap.symbols;

import dev.kvmdap.elf.Symbol;
import dev.kvmdap.symbols.dwarf.DwarfFile;
import dev.kvmdap.symbols.dwarf.FunctionTable;
import dev.kvmdap.symbols.dwarf.Location;
import dev.kvmdap.symbols.dwarf.NamedEntries;
import dev.kvmdap.symbols.dwarf.NamedEntries.EnumeratorEntry;
import dev.kvmdap.symbols.dwarf.Unit;
import dev.kvmdap.symbols.dwarf.VariableEntry;
import dev.kvmdap.symbols.dwarf.VariableReader;
import dev.kvmdap.types.OpaqueType;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.TypeName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Finds variables, types and enumerators in the debugging information of one image, and variables in its symbol table.
 * Addresses that are asked for are the file's own.
 */
final class Variables {

    private final DwarfFile dwarf;
    private final VariableReader reader;
    private final NamedEntries named;
    private final long offset;

    /**
     * @param offset what to add to the file's addresses to get linear ones
     */
    Variables(DwarfFile dwarf, long offset) {
        this.dwarf = dwarf;
        this.reader = new VariableReader(dwarf, offset);
        this.named = dwarf.named(reader);
        this.offset = offset;
    }

    /** The variables in scope at an address; inner ones hide outer ones. */
    List<Variable> locals(long address) {
        return visible(reader.locals(address));
    }

    /** The same of one activation alone, see {@link Symbols#locals(long, int)}. */
    List<Variable> locals(long address, int level) {
        return visible(reader.locals(address, level));
    }

    private static List<Variable> visible(List<VariableEntry> entries) {
        Map<String, Variable> locals = new LinkedHashMap<>();
        for (VariableEntry entry : entries) {
            if (!entry.name().isEmpty()) {
                locals.put(entry.name(), variable(entry));
            }
        }
        return List.copyOf(locals.values());
    }

    /** The variable outside of functions that a name means in the code at an address. */
    Optional<Variable> global(String name, long address) {
        return named.variable(name, dwarf.unitAt(address))
                .map(Variables::variable)
                .or(() -> symbol(name));
    }

    /** A variable of a function, or one outside of functions of a source file. */
    Optional<Variable> inScope(String scope, String name) {
        for (Unit unit : dwarf.units()) {
            Optional<Variable> found = ofFunctions(unit, scope, name);
            if (found.isEmpty() && SourceFiles.isNamed(unit.name(), scope)) {
                found = named.variableOf(unit, name).map(Variables::variable);
            }
            if (found.isPresent()) {
                return found;
            }
        }
        return named.variable(scope + "::" + name, null).map(Variables::variable);
    }

    /** The entry of a function of a source file. */
    OptionalLong functionInScope(String file, String name) {
        for (Unit unit : dwarf.units()) {
            FunctionTable functions = unit.functions();
            for (int i = 0; SourceFiles.isNamed(unit.name(), file) && i < functions.size(); i++) {
                if (!functions.isInlined(i) && functions.name(i).equals(name)) {
                    return OptionalLong.of(functions.ranges(i).low(0));
                }
            }
        }
        return OptionalLong.empty();
    }

    private Optional<Variable> ofFunctions(Unit unit, String function, String name) {
        FunctionTable functions = unit.functions();
        for (int scope = 0; scope < functions.size(); scope++) {
            if (!functions.isInlined(scope) && functions.name(scope).equals(function)) {
                Optional<Variable> found = named.variableOf(unit, scope, name).map(Variables::variable);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /** Whether there is a function or source file of a name. */
    boolean hasScope(String scope) {
        for (Unit unit : dwarf.units()) {
            if (SourceFiles.isNamed(unit.name(), scope)) {
                return true;
            }
            FunctionTable functions = unit.functions();
            for (int i = 0; i < functions.size(); i++) {
                if (functions.name(i).equals(scope)) {
                    return true;
                }
            }
        }
        return false;
    }

    Optional<Type> type(TypeName name, long address) {
        return named.type(name, dwarf.unitAt(address));
    }

    Optional<EnumeratorEntry> enumerator(String name, long address) {
        return named.enumerator(name, dwarf.unitAt(address));
    }

    /** The type of the function that begins at an address. */
    Optional<Type> functionType(long address) {
        Unit unit = dwarf.unitAt(address);
        int function = unit == null ? -1 : unit.functions().functionAt(address);
        return unit == null || function < 0 || unit.functions().ranges(function).low(0) != address
                ? Optional.empty()
                : Optional.of(unit.functions().type(function));
    }

    List<String> variableNames() {
        List<String> names = new ArrayList<>(named.variableNames());
        for (int i = 1; i < dwarf.elf().symbols().size(); i++) {
            names.add(dwarf.elf().symbols().get(i).name());
        }
        return names;
    }

    /** The names of the variables of the functions of a name, and of those outside of functions of source files of that name. */
    List<String> variableNamesIn(String scope) {
        List<String> names = new ArrayList<>();
        for (Unit unit : dwarf.units()) {
            FunctionTable functions = unit.functions();
            for (int i = 0; i < functions.size(); i++) {
                if (!functions.isInlined(i) && functions.name(i).equals(scope)) {
                    reader.ofFunction(unit, i).forEach(variable -> names.add(variable.name()));
                }
            }
            if (SourceFiles.isNamed(unit.name(), scope)) {
                names.addAll(named.variableNamesOf(unit));
            }
        }
        return names;
    }

    List<String> enumeratorNames() {
        return named.enumeratorNames();
    }

    List<String> typeNames(TypeName.Keyword keyword) {
        return named.typeNames(keyword);
    }

    private static Variable variable(VariableEntry entry) {
        return new Variable(entry.name(), entry.type(), entry.frameType(), entry.location(), entry.isParameter());
    }

    private Optional<Variable> symbol(String name) {
        for (Symbol symbol : dwarf.elf().symbols().named(name)) {
            if (symbol.section() != Symbol.ABSOLUTE && !dwarf.elf().symbols().isCode(symbol)) {
                return Optional.of(new Variable(
                        name, OpaqueType.UNKNOWN, null, Location.Memory.at(symbol.value() + offset), false));
            }
        }
        return Optional.empty();
    }
}
