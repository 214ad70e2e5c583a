package dev.kvmdap.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Stops that vCPUs came to while another vCPU's was about to be told. Each is told when its vCPU is to go on, unless there is
 * nothing to tell by then. Session thread.
 */
final class UntoldStops {

    private record Untold(Stop stop, long pc) {}

    private final List<Untold> stops = new ArrayList<>();

    /** Whether a stop tells more than that its vCPU stands still, as all of them do by then. */
    static boolean isWorthTelling(Stop stop) {
        return !(stop instanceof Stop.Paused) && !(stop instanceof Stop.Step);
    }

    /**
     * Keeps a stop that is worth telling.
     *
     * @param pc linear address at which its vCPU stands
     */
    void add(Stop stop, long pc) {
        if (isWorthTelling(stop)) {
            stops.add(new Untold(stop, pc));
        }
    }

    /**
     * Takes the oldest stop of the vCPUs that are to go on.
     *
     * @param goesOn those vCPUs
     * @param pc linear address at which a vCPU stands now: one that was moved is not at its breakpoint any more
     */
    Optional<Stop> take(IntPredicate goesOn, IntToLongFunction pc) {
        stops.removeIf(kept -> kept.stop instanceof Stop.Breakpoints && pc.applyAsLong(kept.stop.vcpu()) != kept.pc);
        Optional<Untold> first =
                stops.stream().filter(kept -> goesOn.test(kept.stop.vcpu())).findFirst();
        first.ifPresent(stops::remove);
        return first.map(Untold::stop);
    }

    /** There is no such breakpoint any more. */
    void forget(Breakpoint removed) {
        replace(stop -> stop instanceof Stop.Breakpoints at ? without(at, removed) : stop);
    }

    /** There is no such watchpoint any more. */
    void forget(Watchpoint removed) {
        replace(stop -> stop instanceof Stop.Watchpoints at ? without(at, removed) : stop);
    }

    /** There is no such catchpoint any more. */
    void forget(Catchpoint removed) {
        replace(stop -> stop instanceof Stop.Caught at ? without(at, removed) : stop);
    }

    private interface Change {
        @Nullable Stop of(Stop stop);
    }

    private void replace(Change change) {
        List<Untold> left = new ArrayList<>();
        for (Untold kept : stops) {
            Stop changed = change.of(kept.stop);
            if (changed != null) {
                left.add(new Untold(changed, kept.pc));
            }
        }
        stops.clear();
        stops.addAll(left);
    }

    private static @Nullable Stop without(Stop.Breakpoints stop, Breakpoint removed) {
        List<Breakpoint> left =
                stop.hit().stream().filter(hit -> !hit.equals(removed)).toList();
        return left.isEmpty() ? null : new Stop.Breakpoints(stop.vcpu(), left, stop.problem());
    }

    private static @Nullable Stop without(Stop.Watchpoints stop, Watchpoint removed) {
        List<WatchHit> left = stop.hits().stream()
                .filter(hit -> !hit.watchpoint().equals(removed))
                .toList();
        return left.isEmpty() ? null : new Stop.Watchpoints(stop.vcpu(), left, stop.problem());
    }

    private static @Nullable Stop without(Stop.Caught stop, Catchpoint removed) {
        List<Catchpoint> left =
                stop.hit().stream().filter(hit -> !hit.equals(removed)).toList();
        return left.isEmpty()
                ? null
                : new Stop.Caught(stop.vcpu(), left, stop.what(), stop.instruction(), stop.problem());
    }
}
