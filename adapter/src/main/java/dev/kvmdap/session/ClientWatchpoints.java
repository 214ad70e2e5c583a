package dev.kvmdap.session;

import dev.kvmdap.engine.Engine;
import dev.kvmdap.engine.WatchHit;
import dev.kvmdap.engine.Watchpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** All data breakpoints that the client has set. It sets them together; those that stay are left alone. */
public final class ClientWatchpoints {

    private final IntSupplier ids;
    private List<ClientWatchpoint> set = List.of();
    private @Nullable BreakpointPlacer placer;

    ClientWatchpoints(IntSupplier ids) {
        this.ids = ids;
    }

    /** Replaces all: the data breakpoints in the order of the requests. */
    public List<ClientWatchpoint> replace(List<DataBreakpointRequest> requests) {
        List<ClientWatchpoint> old = new ArrayList<>(set);
        List<ClientWatchpoint> fresh = new ArrayList<>();
        for (DataBreakpointRequest request : requests) {
            fresh.add(take(request, old));
        }
        old.forEach(this::remove);
        set = List.copyOf(fresh);
        fresh.stream()
                .filter(wanted -> wanted.watchpoint() == null && !wanted.hasEnded())
                .forEach(this::place);
        fresh.forEach(ClientWatchpoint::changed);
        return set;
    }

    private ClientWatchpoint take(DataBreakpointRequest request, List<ClientWatchpoint> old) {
        for (ClientWatchpoint kept : old) {
            if (kept.request().equals(request)) {
                old.remove(kept);
                return kept;
            }
        }
        return new ClientWatchpoint(ids.getAsInt(), request);
    }

    /** Those that are set now, in the client's order. */
    public List<ClientWatchpoint> all() {
        return set;
    }

    /** Places all of them in a guest that has just been launched; null where it runs without debugging. */
    void placeIn(@Nullable BreakpointPlacer launched) {
        boolean again = placer != null;
        placer = launched;
        for (ClientWatchpoint wanted : set) {
            if (again && wanted.request().range().scope().isPresent()) {
                wanted.end();
            } else {
                place(wanted);
            }
        }
    }

    /** The client's data breakpoint that the engine's belongs to. */
    Optional<ClientWatchpoint> of(WatchHit hit) {
        return set.stream()
                .filter(kept -> hit.watchpoint().equals(kept.watchpoint()))
                .findFirst();
    }

    /** Takes those out whose variables exist no more. */
    List<ClientWatchpoint> takeEnded() {
        List<ClientWatchpoint> ended = set.stream()
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
        return set.stream().filter(ClientWatchpoint::changed).toList();
    }

    private void remove(ClientWatchpoint removed) {
        Watchpoint point = removed.watchpoint();
        if (placer != null && point != null) {
            placer.engine().removeWatchpoint(point);
        }
    }

    private void place(ClientWatchpoint wanted) {
        if (placer == null) {
            wanted.refuse("the guest runs without debugging (noDebug)");
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
                    placer.policy(request.when()),
                    range.term(),
                    range.scope().orElse(null)));
        } catch (RequestFailure wrong) {
            wanted.refuse(String.valueOf(wrong.getMessage()));
        }
    }
}
