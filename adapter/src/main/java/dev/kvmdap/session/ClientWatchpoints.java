package dev.kvmdap.session;

import dev.kvmdap.engine.Condition;
import dev.kvmdap.engine.Engine;
import dev.kvmdap.engine.WatchHit;
import dev.kvmdap.engine.Watchpoint;
import dev.kvmdap.expression.ExpressionException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
    private @Nullable Engine engine;

    ClientWatchpoints(IntSupplier ids) {
        this.ids = ids;
    }

    /** Replaces all of the client's: the watchpoints in the order of the requests. */
    public List<ClientWatchpoint> replace(List<DataBreakpointRequest> requests) {
        List<ClientWatchpoint> old = new ArrayList<>(ofClient);
        List<ClientWatchpoint> fresh = new ArrayList<>();
        for (DataBreakpointRequest request : requests) {
            fresh.add(take(request, old));
        }
        old.forEach(this::remove);
        ofClient = List.copyOf(fresh);
        fresh.stream().filter(wanted -> !wanted.verified()).forEach(this::place);
        return ofClient;
    }

    /** The watchpoint of an equal request, taken from the old ones, or a new one. */
    private ClientWatchpoint take(DataBreakpointRequest request, List<ClientWatchpoint> old) {
        for (ClientWatchpoint kept : old) {
            if (kept.asked().equals(request) && (kept.verified() || !kept.isEnabled())) {
                old.remove(kept);
                return kept;
            }
        }
        return new ClientWatchpoint(
                ids.getAsInt(), request, request.range().address().toString());
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
        try {
            condition(expression);
        } catch (ExpressionException wrong) {
            throw RequestFailure.badArguments("condition: " + wrong.getMessage());
        }
        DataBreakpointRequest request = changed.request();
        changed.change(new DataBreakpointRequest(request.range(), request.access(), expression));
        placeAnew(changed);
    }

    /** Whether the console has set it. */
    boolean isOfConsole(ClientWatchpoint watchpoint) {
        return ofConsole.contains(watchpoint);
    }

    /** All, by number. */
    List<ClientWatchpoint> all() {
        return Stream.concat(ofClient.stream(), ofConsole.stream())
                .sorted(Comparator.comparingInt(ClientWatchpoint::id))
                .toList();
    }

    /** Places all of them in a guest that has just been launched; null where it runs without debugging. */
    void placeIn(@Nullable Engine launched) {
        engine = launched;
        all().forEach(watchpoint -> {
            watchpoint.hits().beginAnew();
            place(watchpoint);
        });
    }

    /** Those whose memory was accessed. */
    List<ClientWatchpoint> of(List<WatchHit> hits) {
        return all().stream()
                .filter(kept -> hits.stream().anyMatch(hit -> hit.watchpoint().equals(kept.watchpoint())))
                .toList();
    }

    private void placeAnew(ClientWatchpoint watchpoint) {
        remove(watchpoint);
        place(watchpoint);
    }

    private void remove(ClientWatchpoint removed) {
        Watchpoint placed = removed.watchpoint();
        if (engine != null && placed != null) {
            engine.removeWatchpoint(placed);
        }
    }

    private void place(ClientWatchpoint wanted) {
        if (engine == null) {
            wanted.placeNowhere("the guest runs without debugging (noDebug)");
            return;
        }
        if (!wanted.isEnabled()) {
            wanted.placeNowhere("disabled: 'enable " + wanted.id() + "' in the console switches it on");
            return;
        }
        DataBreakpointRequest request = wanted.request();
        try {
            Condition policy = new HitPolicy(condition(request.condition()), wanted.hits(), null, null);
            wanted.place(engine.addWatchpoint(
                    request.range().address(), request.range().length(), request.access(), policy, wanted.what()));
        } catch (ExpressionException wrong) {
            wanted.placeNowhere("condition: " + wrong.getMessage());
        }
    }

    private @Nullable Condition condition(String expression) {
        return engine == null || expression.isBlank() ? null : new ProgramNames(engine.symbols()).condition(expression);
    }
}
