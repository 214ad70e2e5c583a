package dev.kvmdap.session;

import dev.kvmdap.engine.Breakpoint;
import dev.kvmdap.engine.Condition;
import dev.kvmdap.engine.Engine;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.session.BreakpointRequest.AtFunction;
import dev.kvmdap.session.BreakpointRequest.AtInstruction;
import dev.kvmdap.session.BreakpointRequest.AtLine;
import dev.kvmdap.session.BreakpointRequest.When;
import dev.kvmdap.session.ClientBreakpoint.Places;
import dev.kvmdap.session.ClientBreakpoint.SourcePosition;
import dev.kvmdap.symbols.Function;
import dev.kvmdap.symbols.ResolvedLine;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.x86.GuestVirtual;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds the places in the guest that a breakpoint is meant for, and sets it there. */
final class BreakpointPlacer {

    private static final Pattern ADDRESS = Pattern.compile("\\*?\\s*(0[xX][0-9a-fA-F]{1,16})");

    private final Engine engine;
    private final Symbols symbols;
    private final GuestOutput log;

    /** Places breakpoints whose logpoints write to {@code log}. */
    BreakpointPlacer(Engine engine, Symbols symbols, GuestOutput log) {
        this.engine = engine;
        this.symbols = symbols;
        this.log = log;
    }

    /** What sets them. */
    Engine engine() {
        return engine;
    }

    /**
     * Sets a breakpoint at all its places; where there is none the answer says why.
     *
     * @param hits where its hits are counted
     */
    Places place(BreakpointRequest request, Hits hits) {
        try {
            return found(request, hits);
        } catch (RequestFailure wrong) {
            return Places.none(String.valueOf(wrong.getMessage()));
        }
    }

    private Places found(BreakpointRequest request, Hits hits) {
        if (request.target() instanceof AtLine line) {
            return atLine(line, request, hits);
        }
        if (request.target() instanceof AtFunction function) {
            Matcher address = ADDRESS.matcher(function.name().strip());
            return address.matches()
                    ? at(
                            Long.parseUnsignedLong(
                                    address.group(1), 2, address.group(1).length(), 16),
                            request,
                            hits)
                    : atFunction(function.name().strip(), request, hits);
        }
        return at(((AtInstruction) request.target()).address(), request, hits);
    }

    /**
     * Whether an expression can be the condition of a breakpoint that stands at the addresses; of one that stands nowhere yet,
     * whether it is an expression.
     *
     * @throws RequestFailure where it cannot: why
     */
    void checkCondition(String expression, List<Long> addresses) {
        if (!expression.isBlank()) {
            read("condition", () -> Expression.parse(expression));
            addresses.forEach(address ->
                    read("condition", () -> ProgramNames.at(symbols, address).condition(expression)));
        }
    }

    /**
     * Whether an expression can be the condition of a watchpoint, which may be hit anywhere.
     *
     * @throws RequestFailure where it cannot: why
     */
    void checkCondition(String expression) {
        if (!expression.isBlank()) {
            read("condition", () -> new ProgramNames(symbols).condition(expression));
        }
    }

    /**
     * When a watchpoint stops, which may be hit anywhere: its expressions name no local variables.
     *
     * @param hits where its hits are counted
     * @throws RequestFailure where one of its texts is wrong
     */
    Condition policy(When when, Hits hits) {
        return policy(when, hits, new ProgramNames(symbols));
    }

    private Condition policy(When when, Hits hits, ProgramNames names) {
        HitCount count = when.hitCondition().isBlank() ? null : HitCount.parse(when.hitCondition());
        Condition condition =
                when.condition().isBlank() ? null : read("condition", () -> names.condition(when.condition()));
        LogMessage message = when.logMessage().isEmpty()
                ? null
                : read("log message", () -> new LogMessage(when.logMessage(), names));
        return new HitPolicy(condition, hits, count, message == null ? null : new Logpoint(message, log));
    }

    private static <T> T read(String what, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (ExpressionException wrong) {
            throw RequestFailure.badArguments(what + ": " + wrong.getMessage());
        }
    }

    private Places atLine(AtLine target, BreakpointRequest request, Hits hits) {
        Optional<ResolvedLine> found = symbols.resolve(target.path(), target.line());
        if (found.isEmpty()) {
            return Places.none(whyNoCode(target));
        }
        ResolvedLine line = found.get();
        return new Places(
                set(line.addresses(), request, hits), "", Optional.of(new SourcePosition(line.file(), line.line())));
    }

    private String whyNoCode(AtLine target) {
        boolean known = symbols.sources().stream().anyMatch(file -> file.path().equals(target.path()));
        if (known) {
            return target.path().getFileName() + " has no code at line " + target.line() + " or below";
        }
        return symbols.files().isEmpty()
                ? "no symbols are loaded: build the guest with -g, or name an ELF file in 'symbolFiles'"
                : target.path() + " is not among the sources of "
                        + symbols.files().stream()
                                .map(file -> file.path().toString())
                                .collect(Collectors.joining(", "))
                        + ": build it with -g, or map its folder in 'sourceMap'";
    }

    private Places atFunction(String name, BreakpointRequest request, Hits hits) {
        List<Function> functions = symbols.functionsNamed(name);
        if (functions.isEmpty()) {
            return Places.none("there is no function '" + name + "'");
        }
        List<Long> addresses =
                functions.stream().map(symbols::afterPrologue).distinct().toList();
        return new Places(set(addresses, request, hits), "", position(addresses.get(0)));
    }

    private Places at(long address, BreakpointRequest request, Hits hits) {
        return new Places(set(List.of(address), request, hits), "", position(address));
    }

    private Optional<SourcePosition> position(long address) {
        return symbols.lineAt(address).map(line -> new SourcePosition(line.file(), line.line()));
    }

    /** The expressions of a breakpoint may name the local variables of the code at each of its addresses. */
    private List<Breakpoint> set(List<Long> addresses, BreakpointRequest request, Hits hits) {
        List<Condition> policies = addresses.stream()
                .map(address -> policy(request.when(), hits, ProgramNames.at(symbols, address)))
                .toList();
        List<Breakpoint> breakpoints = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            breakpoints.add(engine.addBreakpoint(new GuestVirtual(addresses.get(i)), request.mode(), policies.get(i)));
        }
        return breakpoints;
    }

    /** Takes a breakpoint of the engine out of the guest. */
    void remove(Breakpoint breakpoint) {
        engine.removeBreakpoint(breakpoint);
    }
}
