package dev.kvmdap.session;

import dev.kvmdap.engine.Breakpoint;
import dev.kvmdap.session.ClientBreakpoint.Places;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All breakpoints that the client has set. It sets them in groups, each replacing the group as a whole: the breakpoints of
 * one source file, those on functions, those on instructions. What is in the old group and in the new one stays as it is.
 */
public final class ClientBreakpoints {

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

    /** The breakpoint of an equal request, taken from the old group, or a new one. */
    private ClientBreakpoint take(BreakpointRequest request, List<ClientBreakpoint> old) {
        for (ClientBreakpoint kept : old) {
            if (kept.request().equals(request)) {
                old.remove(kept);
                return kept;
            }
        }
        return new ClientBreakpoint(nextId(), request);
    }

    /** A number that no breakpoint of the client's has had. */
    int nextId() {
        return ++lastId;
    }

    private void place(ClientBreakpoint breakpoint) {
        breakpoint.place(
                placer == null
                        ? Places.none("the guest runs without debugging (noDebug)")
                        : placer.place(breakpoint.request()));
    }

    private void remove(ClientBreakpoint breakpoint) {
        if (placer != null) {
            breakpoint.places().breakpoints().forEach(placer::remove);
        }
    }

    /** Places every breakpoint in a guest that has just been launched; null where it runs without debugging. */
    void placeIn(@Nullable BreakpointPlacer guest) {
        placer = guest;
        all().forEach(this::place);
    }

    /** The client's breakpoints that the engine's belong to. */
    List<ClientBreakpoint> of(List<Breakpoint> hit) {
        return all().filter(
                        breakpoint -> breakpoint.places().breakpoints().stream().anyMatch(hit::contains))
                .toList();
    }

    /** Those whose state is another than the client was told. */
    List<ClientBreakpoint> changed() {
        return all().filter(ClientBreakpoint::changed).toList();
    }

    private Stream<ClientBreakpoint> all() {
        return groups.values().stream().flatMap(List::stream);
    }
}
