package dev.kvmdap.session;

import dev.kvmdap.engine.Condition;
import dev.kvmdap.engine.Engine;
import dev.kvmdap.engine.WatchHit;
import dev.kvmdap.engine.Watchpoint;
import dev.kvmdap.expression.ExpressionException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** All data breakpoints that the client has set. It sets them together; those that stay are left alone. */
public final class ClientWatchpoints {

    private final IntSupplier ids;
    private List<ClientWatchpoint> set = List.of();
    private @Nullable Engine engine;

    /**
     * One of them.
     *
     * @param id the client's number of it, which no breakpoint has either
     * @param watchpoint the engine's; null where there is none
     * @param problem why there is none; empty otherwise
     */
    public record ClientWatchpoint(
            int id, DataBreakpointRequest request, @Nullable Watchpoint watchpoint, String problem) {

        /** Whether accesses are noticed. */
        public boolean verified() {
            return watchpoint != null && watchpoint.watching().works();
        }

        /** For people: by what means, or why not. */
        public String message() {
            return watchpoint == null ? problem : watchpoint.watching().text();
        }
    }

    ClientWatchpoints(IntSupplier ids) {
        this.ids = ids;
    }

    /** Replaces all: the data breakpoints in the order of the requests. */
    public List<ClientWatchpoint> replace(List<DataBreakpointRequest> requests) {
        List<ClientWatchpoint> old = new ArrayList<>(set);
        List<ClientWatchpoint> fresh = new ArrayList<>();
        for (DataBreakpointRequest request : requests) {
            fresh.add(old.stream()
                    .filter(kept -> kept.request().equals(request) && kept.verified())
                    .findFirst()
                    .orElseGet(() -> new ClientWatchpoint(ids.getAsInt(), request, null, "not set yet")));
        }
        old.removeAll(fresh);
        old.forEach(this::remove);
        set = fresh.stream()
                .map(wanted -> wanted.verified() ? wanted : place(wanted))
                .toList();
        return set;
    }

    /** Places all of them in a guest that has just been launched; null where it runs without debugging. */
    void placeIn(@Nullable Engine launched) {
        engine = launched;
        set = set.stream().map(this::place).toList();
    }

    /** Those whose memory was accessed. */
    List<ClientWatchpoint> of(List<WatchHit> hits) {
        return set.stream()
                .filter(kept -> hits.stream().anyMatch(hit -> hit.watchpoint().equals(kept.watchpoint())))
                .toList();
    }

    private void remove(ClientWatchpoint removed) {
        if (engine != null && removed.watchpoint() != null) {
            engine.removeWatchpoint(removed.watchpoint());
        }
    }

    private ClientWatchpoint place(ClientWatchpoint wanted) {
        if (engine == null) {
            return new ClientWatchpoint(
                    wanted.id(), wanted.request(), null, "the guest runs without debugging (noDebug)");
        }
        DataBreakpointRequest request = wanted.request();
        Condition condition;
        try {
            condition = request.condition().isBlank()
                    ? null
                    : new ProgramNames(engine.symbols()).condition(request.condition());
        } catch (ExpressionException wrong) {
            return new ClientWatchpoint(wanted.id(), request, null, "condition: " + wrong.getMessage());
        }
        Watchpoint point = engine.addWatchpoint(
                request.range().address(),
                request.range().length(),
                request.access(),
                condition,
                request.range().address().toString());
        return new ClientWatchpoint(wanted.id(), request, point, "");
    }
}
