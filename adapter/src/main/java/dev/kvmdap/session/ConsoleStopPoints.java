package dev.kvmdap.session;

import dev.kvmdap.console.CodeLocation;
import dev.kvmdap.console.ConsoleException;
import dev.kvmdap.console.StopPoint;
import dev.kvmdap.console.StopPoints;
import dev.kvmdap.engine.BreakpointMode;
import dev.kvmdap.engine.FrameScope;
import dev.kvmdap.engine.WatchAccess;
import dev.kvmdap.engine.Watching;
import dev.kvmdap.session.BreakpointRequest.AtFunction;
import dev.kvmdap.session.BreakpointRequest.AtInstruction;
import dev.kvmdap.session.BreakpointRequest.AtLine;
import dev.kvmdap.session.BreakpointRequest.Target;
import dev.kvmdap.session.BreakpointRequest.When;
import dev.kvmdap.session.ClientCatchpoints.Group;
import dev.kvmdap.symbols.Function;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.x86.GuestVirtual;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A session's breakpoints, watchpoints and catchpoints as the console lists and changes them. The client is told of each change.
 */
final class ConsoleStopPoints implements StopPoints {

    private final Session session;
    private final ClientBreakpoints breakpoints;
    private final ClientWatchpoints watchpoints;
    private final ClientCatchpoints catchpoints;
    private final ConsoleDebuggee debuggee;

    ConsoleStopPoints(Session session, ConsoleDebuggee debuggee) {
        this.session = session;
        this.breakpoints = session.breakpoints();
        this.watchpoints = session.watchpoints();
        this.catchpoints = session.catchpoints();
        this.debuggee = debuggee;
    }

    @Override
    public List<StopPoint> all() {
        return Stream.of(
                        breakpoints.all().stream().map(this::listed),
                        watchpoints.all().stream().map(this::listed),
                        catchpoints.all().stream().map(this::listed))
                .flatMap(points -> points)
                .sorted(Comparator.comparingInt(StopPoint::number))
                .toList();
    }

    @Override
    public List<StopPoint> hit() {
        return all().stream()
                .filter(point -> session.lastHit().contains(point.number()))
                .toList();
    }

    private StopPoint listed(ClientBreakpoint breakpoint) {
        When when = breakpoint.request().when();
        boolean hardware = breakpoint.request().mode() == BreakpointMode.HARDWARE;
        return new StopPoint(
                breakpoint.id(),
                !when.logMessage().isEmpty() ? "dprintf" : hardware ? "hw breakpoint" : "breakpoint",
                breakpoint.isTemporary(),
                breakpoint.isEnabled(),
                breakpoint.addresses(),
                what(breakpoint),
                when.condition(),
                when.hitCondition(),
                when.logMessage(),
                breakpoint.hits().count(),
                breakpoint.hits().ignored(),
                breakpoint.message(),
                setBy(breakpoints.isOfConsole(breakpoint)),
                false);
    }

    private String what(ClientBreakpoint breakpoint) {
        Symbols symbols = session.guest().symbols();
        String function = breakpoint.addresses().stream()
                .findFirst()
                .flatMap(symbols::functionAt)
                .map(Function::name)
                .orElse("");
        String line = breakpoint
                .source()
                .map(position -> position.file().name() + ":" + position.line())
                .orElse("");
        if (function.isEmpty() && line.isEmpty()) {
            return asked(breakpoint.request().target());
        }
        return function.isEmpty() ? line : line.isEmpty() ? function : function + " at " + line;
    }

    private static String asked(Target target) {
        if (target instanceof AtLine line) {
            return line.path().getFileName() + ":" + line.line();
        }
        return target instanceof AtFunction function
                ? function.name()
                : "*0x" + Long.toHexString(((AtInstruction) target).address());
    }

    private StopPoint listed(ClientWatchpoint watchpoint) {
        boolean reads = watchpoint.request().access() == WatchAccess.READ_WRITE;
        boolean hardware =
                watchpoint.watchpoint() != null && watchpoint.watchpoint().watching() instanceof Watching.Slots;
        return new StopPoint(
                watchpoint.id(),
                reads ? "acc watchpoint" : hardware ? "hw watchpoint" : "watchpoint",
                false,
                watchpoint.isEnabled(),
                List.of(watchpoint.request().range().address().address()),
                watchpoint.what(),
                watchpoint.request().when().condition(),
                "",
                "",
                watchpoint.hits().count(),
                watchpoint.hits().ignored(),
                watchpoint.message(),
                setBy(watchpoints.isOfConsole(watchpoint)),
                true);
    }

    private static String setBy(boolean console) {
        return console ? "" : "the client";
    }

    private StopPoint listed(ClientCatchpoint catchpoint) {
        When when = catchpoint.request().when();
        boolean launched = catchpoints.isOf(Group.LAUNCH, catchpoint);
        return new StopPoint(
                catchpoint.id(),
                "catchpoint",
                catchpoint.isTemporary(),
                catchpoint.isEnabled(),
                List.of(),
                catchpoint.what().description(),
                when.condition(),
                when.hitCondition(),
                "",
                catchpoint.hits().count(),
                catchpoint.hits().ignored(),
                catchpoint.message(),
                launched ? "the launch configuration" : setBy(catchpoints.isOf(Group.CONSOLE, catchpoint)),
                false);
    }

    @Override
    public StopPoint set(NewBreakpoint wanted) {
        BreakpointMode mode = wanted.mode() != null
                ? wanted.mode()
                : session.guest().configuration().breakpointMode();
        When when = new When(wanted.condition(), "", wanted.message());
        ClientBreakpoint set =
                breakpoints.add(new BreakpointRequest(target(wanted.place()), when, mode), wanted.temporary());
        if (!set.verified() && !set.isPending()) {
            breakpoints.delete(set);
            throw new ConsoleException(set.message());
        }
        session.breakpointsSet();
        session.afterAnswer(() -> session.events().breakpointNew(answer(set)));
        return listed(set);
    }

    private static Target target(CodeLocation place) {
        if (place instanceof CodeLocation.AtLine line) {
            return new AtLine(line.file(), line.line());
        }
        return place instanceof CodeLocation.AtFunction function
                ? new AtFunction(function.name())
                : new AtInstruction(((CodeLocation.AtAddress) place).linear());
    }

    @Override
    public StopPoint set(NewWatchpoint wanted) {
        GuestVirtual address = new GuestVirtual(wanted.address());
        Optional<FrameScope> scope = wanted.variable()
                ? session.guest().engine().activationAt(debuggee.stoppedFrame().vcpu(), address)
                : Optional.empty();
        DataRange range = new DataRange(address, wanted.length(), scope, wanted.variable() ? wanted.what() : "");
        ClientWatchpoint set = watchpoints.add(
                new DataBreakpointRequest(range, wanted.access(), new When(wanted.condition(), "", "")), wanted.what());
        if (!set.verified()) {
            watchpoints.delete(set);
            throw new ConsoleException(set.message());
        }
        session.afterAnswer(() -> session.events().breakpointNew(BreakpointAnswer.of(set)));
        return listed(set);
    }

    @Override
    public StopPoint set(NewCatchpoint wanted) {
        ClientCatchpoint set = catchpoints.add(CatchRequest.of(wanted.what(), wanted.condition()), wanted.temporary());
        if (!set.verified()) {
            catchpoints.delete(set);
            throw new ConsoleException(set.message());
        }
        session.afterAnswer(() -> session.events().breakpointNew(BreakpointAnswer.of(set)));
        return listed(set);
    }

    @Override
    public void delete(int number) {
        change(
                number,
                breakpoint -> {
                    breakpoints.delete(breakpoint);
                    session.breakpointsSet();
                    session.afterAnswer(() -> session.events().breakpointRemoved(breakpoint.id()));
                },
                watchpoint -> {
                    watchpoints.delete(watchpoint);
                    session.afterAnswer(() -> session.events().breakpointRemoved(watchpoint.id()));
                },
                catchpoint -> {
                    catchpoints.delete(catchpoint);
                    session.afterAnswer(() -> session.events().breakpointRemoved(catchpoint.id()));
                });
    }

    @Override
    public void enable(int number, boolean enabled) {
        change(
                number,
                breakpoint -> {
                    breakpoints.enable(breakpoint, enabled);
                    session.breakpointsSet();
                },
                watchpoint -> {
                    watchpoints.enable(watchpoint, enabled);
                    session.breakpointsSet();
                },
                catchpoint -> {
                    catchpoints.enable(catchpoint, enabled);
                    session.breakpointsSet();
                });
    }

    @Override
    public void condition(int number, String expression) {
        change(
                number,
                breakpoint -> {
                    breakpoints.changeCondition(breakpoint, expression);
                    session.breakpointsSet();
                },
                watchpoint -> watchpoints.changeCondition(watchpoint, expression),
                catchpoint -> catchpoints.changeCondition(catchpoint, expression));
    }

    @Override
    public void ignore(int number, long hits) {
        change(
                number,
                breakpoint -> breakpoint.hits().ignore(hits),
                watchpoint -> watchpoint.hits().ignore(hits),
                catchpoint -> catchpoint.hits().ignore(hits));
    }

    private void change(
            int number,
            Consumer<ClientBreakpoint> breakpoint,
            Consumer<ClientWatchpoint> watchpoint,
            Consumer<ClientCatchpoint> catchpoint) {
        breakpoints.all().stream().filter(one -> one.id() == number).forEach(breakpoint);
        watchpoints.all().stream().filter(one -> one.id() == number).forEach(watchpoint);
        catchpoints.all().stream().filter(one -> one.id() == number).forEach(catchpoint);
    }

    private org.eclipse.lsp4j.debug.Breakpoint answer(ClientBreakpoint breakpoint) {
        return BreakpointAnswer.of(breakpoint, session.clientFeatures());
    }
}
