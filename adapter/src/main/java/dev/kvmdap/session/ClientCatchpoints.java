package dev.kvmdap.session;

import dev.kvmdap.console.Catchable;
import dev.kvmdap.engine.Stop;
import dev.kvmdap.session.BreakpointRequest.When;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All catchpoints. Who sets them does so in groups, each replacing the group as a whole; those that stay are left alone. The
 * console sets single ones.
 */
public final class ClientCatchpoints {

    private final IntSupplier ids;
    private final Map<Group, List<ClientCatchpoint>> groups = new EnumMap<>(Group.class);
    private @Nullable CatchpointPlacer placer;
    private boolean filtersChosen;

    /** Who has set a catchpoint. */
    public enum Group {
        /** The client's exception filters. */
        FILTERS,
        /** The client's data breakpoints on I/O ports. */
        PORTS,
        /** The launch configuration's. */
        LAUNCH,
        /** The user's, by the console. */
        CONSOLE
    }

    ClientCatchpoints(IntSupplier ids) {
        this.ids = ids;
    }

    /**
     * Replaces a group.
     *
     * @return its catchpoints in the order of the requests
     */
    public List<ClientCatchpoint> replace(Group group, List<CatchRequest> requests) {
        filtersChosen |= group == Group.FILTERS;
        List<ClientCatchpoint> old = new ArrayList<>(of(group));
        List<ClientCatchpoint> fresh = new ArrayList<>();
        List<ClientCatchpoint> added = new ArrayList<>();
        for (CatchRequest request : requests) {
            ClientCatchpoint kept = old.stream()
                    .filter(before -> before.asked().equals(request))
                    .findFirst()
                    .orElse(null);
            if (kept == null) {
                kept = new ClientCatchpoint(ids.getAsInt(), request, false);
                added.add(kept);
            }
            old.remove(kept);
            fresh.add(kept);
        }
        old.forEach(this::remove);
        groups.put(group, List.copyOf(fresh));
        added.forEach(this::place);
        tellTripleFault();
        fresh.forEach(ClientCatchpoint::changed);
        return fresh;
    }

    /**
     * Sets a catchpoint of the console's.
     *
     * @param temporary whether it goes with its first stop
     */
    ClientCatchpoint add(CatchRequest request, boolean temporary) {
        ClientCatchpoint added = new ClientCatchpoint(ids.getAsInt(), request, temporary);
        groups.put(
                Group.CONSOLE,
                Stream.concat(of(Group.CONSOLE).stream(), Stream.of(added)).toList());
        place(added);
        tellTripleFault();
        added.changed();
        return added;
    }

    /** Takes a catchpoint away, whoever has set it. */
    void delete(ClientCatchpoint deleted) {
        groups.replaceAll((group, members) ->
                members.stream().filter(other -> other != deleted).toList());
        remove(deleted);
        tellTripleFault();
    }

    /** Switches a catchpoint on or off. */
    void enable(ClientCatchpoint changed, boolean enabled) {
        changed.enable(enabled);
        placeAnew(changed);
        tellTripleFault();
    }

    /**
     * Changes the condition of a catchpoint.
     *
     * @param expression empty for none
     * @throws RequestFailure where the expression cannot be a condition; nothing has changed
     */
    void changeCondition(ClientCatchpoint changed, String expression) {
        if (placer != null) {
            placer.conditions().check(changed.what(), expression);
        }
        changed.change(new CatchRequest(
                changed.what(), new When(expression, changed.request().when().hitCondition(), "")));
        placeAnew(changed);
    }

    /** Whether it is one of a group's. */
    boolean isOf(Group group, ClientCatchpoint catchpoint) {
        return of(group).contains(catchpoint);
    }

    /** All, by number. */
    List<ClientCatchpoint> all() {
        return stream().sorted(Comparator.comparingInt(ClientCatchpoint::id)).toList();
    }

    /** Those that have made a stop. */
    List<ClientCatchpoint> of(Stop stop) {
        return all().stream()
                .filter(catchpoint -> catchpoint.means().hasMade(stop))
                .toList();
    }

    /** Those whose state is another than the client was told. */
    List<ClientCatchpoint> changed() {
        return stream().filter(ClientCatchpoint::changed).toList();
    }

    /** Places all of them in a guest that has just been launched; null where it runs without debugging. */
    void placeIn(@Nullable CatchpointPlacer launched) {
        placer = launched;
        stream().forEach(catchpoint -> {
            catchpoint.hits().beginAnew();
            place(catchpoint);
        });
        tellTripleFault();
    }

    private List<ClientCatchpoint> of(Group group) {
        return groups.getOrDefault(group, List.of());
    }

    private Stream<ClientCatchpoint> stream() {
        return groups.values().stream().flatMap(List::stream);
    }

    /** It stops the guest where somebody wants it, and where nobody has said what he wants. */
    private void tellTripleFault() {
        if (placer == null) {
            return;
        }
        List<ClientCatchpoint> wanted = stream()
                .filter(catchpoint -> catchpoint.what() instanceof Catchable.TripleFault)
                .toList();
        boolean stop = wanted.isEmpty() ? !filtersChosen : wanted.stream().anyMatch(ClientCatchpoint::verified);
        placer.engine().stopAtTripleFault(stop);
    }

    private void placeAnew(ClientCatchpoint catchpoint) {
        remove(catchpoint);
        place(catchpoint);
    }

    private void remove(ClientCatchpoint removed) {
        if (placer != null) {
            placer.remove(removed.means());
        }
    }

    private void place(ClientCatchpoint wanted) {
        if (!wanted.isEnabled()) {
            wanted.place(new CatchMeans.None("disabled: 'enable " + wanted.id() + "' in the console switches it on"));
        } else if (placer == null) {
            wanted.place(new CatchMeans.None("the guest runs without debugging (noDebug)"));
        } else {
            wanted.place(placer.place(wanted.request(), wanted.hits()));
        }
    }
}
