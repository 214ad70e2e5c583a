package dev.kvmdap.session;

import dev.kvmdap.engine.Breakpoint;
import dev.kvmdap.session.BreakpointRequest.When;
import dev.kvmdap.session.ClientBreakpoint.Places;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All breakpoints. The client sets its own in groups, each replacing the group as a whole: the breakpoints of one source file,
 * those on functions, those on instructions. What is in the old group and in the new one stays as it is. The console sets
 * single ones, which no group of the client's replaces.
 */
public final class ClientBreakpoints {

    private static final String CONSOLE = "console";

    private final Map<Object, List<ClientBreakpoint>> groups = new HashMap<>();
    private @Nullable BreakpointPlacer placer;
    private int lastId;

    /**
     * Replaces a group.
     *
     * @param group what tells groups apart: a source file's path, or the kind
     * @return the breakpoints in the order of the requests
     */
    public List<ClientBreakpoint> replace(Object group, List<BreakpointRequest> requests) {
        List<ClientBreakpoint> old = new ArrayList<>(groups.getOrDefault(group, List.of()));
        List<ClientBreakpoint> fresh = new ArrayList<>();
        for (BreakpointRequest request : requests) {
            fresh.add(take(request, old));
        }
        old.forEach(this::remove);
        groups.put(group, List.copyOf(fresh));
        fresh.stream().filter(ClientBreakpoint::isUnplaced).forEach(this::place);
        fresh.forEach(ClientBreakpoint::changed);
        return fresh;
    }

    /**
     * Sets a breakpoint of the console's.
     *
     * @param temporary whether it goes with its first stop
     */
    ClientBreakpoint add(BreakpointRequest request, boolean temporary) {
        ClientBreakpoint added = new ClientBreakpoint(nextId(), request, temporary);
        List<ClientBreakpoint> ours = new ArrayList<>(groups.getOrDefault(CONSOLE, List.of()));
        ours.add(added);
        groups.put(CONSOLE, List.copyOf(ours));
        place(added);
        added.changed();
        return added;
    }

    /** Takes a breakpoint away, whoever has set it. */
    void delete(ClientBreakpoint breakpoint) {
        groups.replaceAll((group, members) ->
                members.stream().filter(member -> member != breakpoint).toList());
        remove(breakpoint);
    }

    /** Switches a breakpoint on or off. */
    void enable(ClientBreakpoint breakpoint, boolean enabled) {
        breakpoint.enable(enabled);
        placeAnew(breakpoint);
    }

    /**
     * Changes the condition of a breakpoint.
     *
     * @param expression empty for none
     * @throws RequestFailure where the expression cannot be a condition; nothing has changed
     */
    void changeCondition(ClientBreakpoint breakpoint, String expression) {
        if (placer != null) {
            placer.checkCondition(expression, breakpoint.addresses());
        }
        BreakpointRequest request = breakpoint.request();
        When when = request.when();
        breakpoint.change(new BreakpointRequest(
                request.target(), new When(expression, when.hitCondition(), when.logMessage()), request.mode()));
        placeAnew(breakpoint);
    }

    /** Whether the console has set it, and the client has not made it its own. */
    boolean isOfConsole(ClientBreakpoint breakpoint) {
        return groups.getOrDefault(CONSOLE, List.of()).contains(breakpoint);
    }

    private void placeAnew(ClientBreakpoint breakpoint) {
        remove(breakpoint);
        place(breakpoint);
    }

    /** The breakpoint of an equal request, taken from the old group, or a new one. */
    private ClientBreakpoint take(BreakpointRequest request, List<ClientBreakpoint> old) {
        for (ClientBreakpoint kept : old) {
            if (kept.asked().equals(request)) {
                old.remove(kept);
                return kept;
            }
        }
        return adopted(request).orElseGet(() -> new ClientBreakpoint(nextId(), request, false));
    }

    /**
     * The console's breakpoint that a client sends back, having been told of it: at the same line, with nothing else said. From
     * now on it is the client's.
     */
    private Optional<ClientBreakpoint> adopted(BreakpointRequest request) {
        List<ClientBreakpoint> ours = groups.getOrDefault(CONSOLE, List.of());
        Optional<ClientBreakpoint> known = ours.stream()
                .filter(breakpoint -> !breakpoint.isTemporary() && breakpoint.isToldAs(request))
                .findFirst();
        known.ifPresent(taken -> groups.put(
                CONSOLE, ours.stream().filter(other -> other != taken).toList()));
        return known;
    }

    /** A number that no breakpoint of the client's has had. */
    int nextId() {
        return ++lastId;
    }

    private void place(ClientBreakpoint breakpoint) {
        if (!breakpoint.isEnabled()) {
            breakpoint.place(Places.none("disabled: 'enable " + breakpoint.id() + "' in the console switches it on"));
        } else if (placer == null) {
            breakpoint.place(Places.none("the guest runs without debugging (noDebug)"));
        } else {
            breakpoint.place(placer.place(breakpoint.request(), breakpoint.hits()));
        }
    }

    private void remove(ClientBreakpoint breakpoint) {
        if (placer != null) {
            breakpoint.places().breakpoints().forEach(placer::remove);
        }
    }

    /** Places every breakpoint in a guest that has just been launched; null where it runs without debugging. */
    void placeIn(@Nullable BreakpointPlacer guest) {
        placer = guest;
        stream().forEach(breakpoint -> {
            breakpoint.hits().beginAnew();
            place(breakpoint);
        });
    }

    /** All, by number. */
    List<ClientBreakpoint> all() {
        return stream().sorted(Comparator.comparingInt(ClientBreakpoint::id)).toList();
    }

    /** The client's breakpoints that the engine's belong to. */
    List<ClientBreakpoint> of(List<Breakpoint> hit) {
        return stream()
                .filter(breakpoint -> breakpoint.places().breakpoints().stream().anyMatch(hit::contains))
                .toList();
    }

    /** Those whose state is another than the client was told. */
    List<ClientBreakpoint> changed() {
        return stream().filter(ClientBreakpoint::changed).toList();
    }

    private Stream<ClientBreakpoint> stream() {
        return groups.values().stream().flatMap(List::stream);
    }
}
