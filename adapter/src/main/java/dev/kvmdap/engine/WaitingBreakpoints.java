package dev.kvmdap.engine;

import dev.kvmdap.x86.PageWalk;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * Breakpoints that do not stand, in the order in which they came to wait: for their page, for their code, for a slot. Changed
 * only behind the {@link Turnstile}.
 */
final class WaitingBreakpoints {

    private final GuardedMemory guards;
    private final PlantedBytes planted;
    private final BiPredicate<Breakpoint, Cpu> place;
    private final Map<Breakpoint, Optional<Guard>> waiting = new LinkedHashMap<>();
    private final Consumer<Cpu> arrived;
    private volatile boolean pending;

    /**
     * @param place tries to set a breakpoint: whether it stands now
     * @param arrived hears that the code of one may have come
     */
    WaitingBreakpoints(
            GuardedMemory guards, PlantedBytes planted, BiPredicate<Breakpoint, Cpu> place, Consumer<Cpu> arrived) {
        this.guards = guards;
        this.planted = planted;
        this.place = place;
        this.arrived = arrived;
    }

    /** Lets a breakpoint wait that could not be set. */
    void add(Breakpoint breakpoint, Cpu cpu) {
        Optional<Guard> guard = guard(breakpoint, cpu);
        guard.ifPresent(guards::add);
        waiting.put(breakpoint, guard);
        pending = isPending();
    }

    /** Whether it waited. */
    boolean remove(Breakpoint breakpoint) {
        Optional<Guard> guard = waiting.remove(breakpoint);
        if (guard == null) {
            return false;
        }
        guard.ifPresent(guards::remove);
        pending = isPending();
        return true;
    }

    /** Whether any waits for the guest, which may make its place ready without leaving KVM. Any thread. */
    boolean arePending() {
        return pending;
    }

    /** Tries all again: whether anything about them is new. */
    boolean retry(Cpu cpu) {
        boolean changed = false;
        for (Breakpoint breakpoint : List.copyOf(waiting.keySet())) {
            String before = breakpoint.placement().text();
            if (place.test(breakpoint, cpu)) {
                remove(breakpoint);
                changed = true;
            } else {
                changed |= !before.equals(breakpoint.placement().text());
                guardAnew(breakpoint, cpu);
            }
        }
        pending = isPending();
        return changed;
    }

    private void guardAnew(Breakpoint breakpoint, Cpu cpu) {
        Optional<Guard> old = waiting.getOrDefault(breakpoint, Optional.empty());
        Optional<Guard> fresh = guard(breakpoint, cpu);
        if (!old.map(Guard::physical).equals(fresh.map(Guard::physical))) {
            old.ifPresent(guards::remove);
            fresh.ifPresent(guards::add);
            waiting.put(breakpoint, fresh);
        }
    }

    /** Notices the code's arrival, where it is known to what place it will come. */
    private Optional<Guard> guard(Breakpoint breakpoint, Cpu cpu) {
        long physical = cpu.translate(breakpoint.address().address());
        boolean toCome = breakpoint.placement() instanceof Placement.Pending
                && physical != PageWalk.NOT_MAPPED
                && planted.canHold(physical);
        return toCome ? Optional.of(breakpoint.expected().guard(physical, arrived)) : Optional.empty();
    }

    private boolean isPending() {
        return waiting.keySet().stream().anyMatch(one -> one.placement() instanceof Placement.Pending);
    }
}
