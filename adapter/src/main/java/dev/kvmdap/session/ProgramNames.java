package dev.kvmdap.session;

import dev.kvmdap.engine.Condition;
import dev.kvmdap.engine.Condition.ConditionException;
import dev.kvmdap.engine.Cpu;
import dev.kvmdap.expression.Bound;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.Memory;
import dev.kvmdap.expression.Names;
import dev.kvmdap.expression.Operand;
import dev.kvmdap.expression.Place;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.symbols.Function;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.symbols.Variable;
import dev.kvmdap.symbols.dwarf.FrameState;
import dev.kvmdap.symbols.dwarf.Location;
import dev.kvmdap.symbols.dwarf.NamedEntries.EnumeratorEntry;
import dev.kvmdap.types.AddressSpace;
import dev.kvmdap.types.ArrayType;
import dev.kvmdap.types.DataModel;
import dev.kvmdap.types.FunctionType;
import dev.kvmdap.types.IntegerType;
import dev.kvmdap.types.OpaqueType;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.TypeName;
import dev.kvmdap.view.RegisterNames;
import dev.kvmdap.x86.Spelling;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What expressions may name in the program: the registers of the vCPU; in the code at an address its parameters and local
 * variables, innermost blocks first; the variables outside of functions, first those of the code's own file; enumerators; and
 * functions. Symbols are read when names are resolved, on the session thread; what is resolved is evaluated by any thread.
 */
final class ProgramNames implements Names<Cpu> {

    /** The type of a function that only the symbol table knows. */
    private static final Type SOME_FUNCTION = new FunctionType(IntegerType.INT, List.of(), false);

    private final Names<Cpu> registers = new RegisterNames<>(Cpu::regs, Cpu::sregs);
    private final Symbols symbols;
    private final long address;
    private final VariablePlace.@Nullable FrameOf frame;
    private final Memory<Cpu> memory;
    private @Nullable List<Variable> locals;

    /** The names that are known wherever the guest stands. */
    ProgramNames(Symbols symbols) {
        this(symbols, 0, null, CpuMemory.UNOBSERVED);
    }

    /**
     * The names in the code at an address.
     *
     * @param frame whose local variables; null for those of no frame
     * @param memory where variables are changed
     */
    ProgramNames(Symbols symbols, long address, VariablePlace.@Nullable FrameOf frame, Memory<Cpu> memory) {
        this.symbols = symbols;
        this.address = address;
        this.frame = frame;
        this.memory = memory;
    }

    /** The names for a vCPU that has come to an address: local variables are those of its innermost frame. */
    static ProgramNames at(Symbols symbols, long address) {
        return new ProgramNames(symbols, address, cpu -> cpu, CpuMemory.UNOBSERVED);
    }

    /**
     * A breakpoint's condition.
     *
     * @throws ExpressionException where the text is no expression or names something unknown
     */
    Condition condition(String text) {
        Bound<Cpu> bound = Expression.parse(text).bind(this).number();
        return cpu -> {
            try {
                return bound.holds(cpu);
            } catch (ExpressionException noValue) {
                throw new ConditionException(String.valueOf(noValue.getMessage()));
            }
        };
    }

    @Override
    public Optional<Operand<Cpu>> register(String name) {
        return registers.register(name);
    }

    @Override
    public Optional<Operand<Cpu>> modelSpecificRegister(long index) {
        return registers.modelSpecificRegister(index);
    }

    @Override
    public Optional<Operand<Cpu>> variable(String name) {
        return locals().stream()
                .filter(local -> local.name().equals(name))
                .findFirst()
                .or(() -> symbols.variable(name, address))
                .map(this::operand)
                .or(() -> enumerator(name))
                .or(() -> function(name));
    }

    private List<Variable> locals() {
        List<Variable> known = locals;
        if (known == null) {
            known = frame == null ? List.of() : symbols.locals(address);
            locals = known;
        }
        return known;
    }

    private Operand<Cpu> operand(Variable found) {
        FrameState now = frame == null ? null : frame.now();
        Variable variable = now == null ? found : found.in(now);
        boolean isLabel = variable.type().equals(OpaqueType.UNKNOWN);
        Type type = isLabel ? new ArrayType(IntegerType.UNSIGNED_CHAR, ArrayType.OPEN) : variable.type();
        return Operand.of(type, place(variable.name(), variable.location()));
    }

    private Place<Cpu> place(String name, Location location) {
        return new VariablePlace(name, location, frame == null ? cpu -> cpu : frame, memory);
    }

    private Optional<Operand<Cpu>> enumerator(String name) {
        Optional<EnumeratorEntry> found = symbols.enumerator(name, address);
        return found.map(entry ->
                Operand.of(entry.type(), Place.constant(entry.enumerator().value())));
    }

    private Optional<Operand<Cpu>> function(String name) {
        List<Function> functions = symbols.functionsNamed(name);
        return functions.isEmpty()
                ? Optional.empty()
                : Optional.of(function(functions.get(0).low()));
    }

    private Operand<Cpu> function(long entry) {
        Type type = symbols.functionType(entry).orElse(SOME_FUNCTION);
        return Operand.of(type, Place.at(AddressSpace.LINEAR, cpu -> entry, memory()));
    }

    @Override
    public Optional<Operand<Cpu>> variable(String scope, String name) {
        if (scope.isEmpty()) {
            return new ProgramNames(symbols, 0, null, memory).variable(name);
        }
        Optional<Variable> variable = symbols.variableIn(scope, name);
        if (variable.isPresent()) {
            return variable.map(this::operand);
        }
        OptionalLong function = symbols.functionIn(scope, name);
        if (function.isPresent()) {
            return Optional.of(function(function.getAsLong()));
        }
        if (!symbols.hasScope(scope)) {
            throw new UnreadableException("there is neither a function nor a source file '" + scope + "'");
        }
        return Optional.empty();
    }

    @Override
    public Optional<Type> type(TypeName name) {
        return symbols.type(name, address);
    }

    @Override
    public Optional<String> similarVariable(String name) {
        List<String> known = Stream.concat(locals().stream().map(Variable::name), symbols.variableNames().stream())
                .distinct()
                .toList();
        return Spelling.closest(name, known);
    }

    @Override
    public Optional<String> similarType(TypeName name) {
        return Spelling.closest(name.name(), symbols.typeNames(name.keyword()))
                .map(near -> new TypeName(name.keyword(), near).toString());
    }

    @Override
    public DataModel model() {
        return symbols.model(address);
    }

    @Override
    public Memory<Cpu> memory() {
        return memory;
    }
}
