package dev.kvmdap.session;

import dev.kvmdap.engine.Engine;
import dev.kvmdap.engine.WatchHit;
import dev.kvmdap.engine.Watchpoint;
import dev.kvmdap.session.BreakpointRequest.When;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All watchpoints. The client sets its own together; those that stay are left alone. The console sets single ones, which the
 * client's do not replace.
 */
public final class ClientWatchpoints {

    private final IntSupplier ids;
    private List<ClientWatchpoint> ofClient = List.of();
    private List<ClientWatchpoint> ofConsole = List.of();
    private @Nullable BreakpointPlacer placer;

    ClientWatchpoints(IntSupplier ids) {
        this.ids = ids;
    }

    /**
     * Replaces the client's.
     *
     * @return them in the order of the requests
     */
    public List<ClientWatchpoint> replace(List<DataBreakpointRequest> requests) {
        List<ClientWatchpoint> old = new ArrayList<>(ofClient);
        List<ClientWatchpoint> fresh = new ArrayList<>();
        for (DataBreakpointRequest request : requests) {
            fresh.add(take(request, old));
        }
        old.forEach(this::remove);
        ofClient = List.copyOf(fresh);
        fresh.stream()
                .filter(wanted -> wanted.watchpoint() == null && !wanted.hasEnded())
                .forEach(this::place);
        fresh.forEach(ClientWatchpoint::changed);
        return ofClient;
    }

    /** The watchpoint of an equal request, taken from the old ones, or a new one. */
    private ClientWatchpoint take(DataBreakpointRequest request, List<ClientWatchpoint> old) {
        for (ClientWatchpoint kept : old) {
            if (kept.asked().equals(request)) {
                old.remove(kept);
                return kept;
            }
        }
        return new ClientWatchpoint(ids.getAsInt(), request, request.range().term());
    }

    /**
     * Sets a watchpoint of the console's.
     *
     * @param what the user's words for the memory
     */
    ClientWatchpoint add(DataBreakpointRequest request, String what) {
        ClientWatchpoint added = new ClientWatchpoint(ids.getAsInt(), request, what);
        ofConsole = Stream.concat(ofConsole.stream(), Stream.of(added)).toList();
        place(added);
        added.changed();
        return added;
    }

    /** Takes a watchpoint away, whoever has set it. */
    void delete(ClientWatchpoint deleted) {
        ofClient = ofClient.stream().filter(other -> other != deleted).toList();
        ofConsole = ofConsole.stream().filter(other -> other != deleted).toList();
        remove(deleted);
    }

    /** Switches a watchpoint on or off. */
    void enable(ClientWatchpoint changed, boolean enabled) {
        changed.enable(enabled);
        placeAnew(changed);
    }

    /**
     * Changes the condition of a watchpoint.
     *
     * @param expression empty for none
     * @throws RequestFailure where the expression cannot be a condition; nothing has changed
     */
    void changeCondition(ClientWatchpoint changed, String expression) {
        if (placer != null) {
            placer.checkCondition(expression);
        }
        DataBreakpointRequest request = changed.request();
        When when = request.when();
        changed.change(new DataBreakpointRequest(
                request.range(), request.access(), new When(expression, when.hitCondition(), when.logMessage())));
        placeAnew(changed);
    }

    /** Whether the console has set it. */
    boolean isOfConsole(ClientWatchpoint watchpoint) {
        return ofConsole.contains(watchpoint);
    }

    /** All, by number. */
    public List<ClientWatchpoint> all() {
        return Stream.concat(ofClient.stream(), ofConsole.stream())
                .sorted(Comparator.comparingInt(ClientWatchpoint::id))
                .toList();
    }

    /** Places all of them in a guest that has just been launched; null where it runs without debugging. */
    void placeIn(@Nullable BreakpointPlacer launched) {
        boolean again = placer != null;
        placer = launched;
        for (ClientWatchpoint wanted : all()) {
            wanted.hits().beginAnew();
            if (again && wanted.request().range().scope().isPresent()) {
                wanted.end();
            } else {
                place(wanted);
            }
        }
    }

    /** The watchpoint that the engine's belongs to. */
    Optional<ClientWatchpoint> of(WatchHit hit) {
        return all().stream()
                .filter(kept -> hit.watchpoint().equals(kept.watchpoint()))
                .findFirst();
    }

    /** Takes those out whose variables exist no more. */
    List<ClientWatchpoint> takeEnded() {
        List<ClientWatchpoint> ended = all().stream()
                .filter(kept -> {
                    Watchpoint point = kept.watchpoint();
                    return point != null && point.hasEnded();
                })
                .toList();
        ended.forEach(this::remove);
        ended.forEach(ClientWatchpoint::end);
        return ended;
    }

    /** Those whose state is another than the client was told. */
    List<ClientWatchpoint> changed() {
        return all().stream().filter(ClientWatchpoint::changed).toList();
    }

    private void placeAnew(ClientWatchpoint watchpoint) {
        remove(watchpoint);
        if (!watchpoint.hasEnded()) {
            place(watchpoint);
        }
    }

    private void remove(ClientWatchpoint removed) {
        Watchpoint point = removed.watchpoint();
        if (placer != null && point != null) {
            placer.engine().removeWatchpoint(point);
        }
    }

    private void place(ClientWatchpoint wanted) {
        if (placer == null) {
            wanted.placeNowhere("the guest runs without debugging (noDebug)");
            return;
        }
        if (!wanted.isEnabled()) {
            wanted.placeNowhere("disabled: 'enable " + wanted.id() + "' in the console switches it on");
            return;
        }
        DataBreakpointRequest request = wanted.request();
        DataRange range = request.range();
        Engine engine = placer.engine();
        try {
            wanted.place(engine.addWatchpoint(
                    range.address(),
                    range.length(),
                    request.access(),
                    placer.policy(request.when(), wanted.hits()),
                    wanted.what(),
                    range.scope().orElse(null)));
        } catch (RequestFailure wrong) {
            wanted.placeNowhere(String.valueOf(wrong.getMessage()));
        }
    }
}
