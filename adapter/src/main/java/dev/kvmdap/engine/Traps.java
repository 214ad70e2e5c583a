package dev.kvmdap.engine;

import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.machine.Machine;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.PageWalk;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All places where execution stops, all watched memory, and how each of them is armed. Changed only behind the
 * {@link Turnstile}; looked up by vCPU threads without allocation.
 */
final class Traps {

    private final TrapByte trapByte;
    private final PlantedBytes planted;
    private final DebugSlots slots = new DebugSlots();
    private final GuardedMemory guards;
    private final Arming arming;
    private final Watches watches;
    private final Catchpoints catchpoints;
    private final UserCode userCode;
    private final WithheldPages withheld;
    private final WaitingBreakpoints waiting;
    private final Runnable changed;
    private final IdentityHashMap<Breakpoint, List<Location>> places = new IdentityHashMap<>();
    private final IdentityHashMap<Tripwire, Location> tripwires = new IdentityHashMap<>();
    private final IdentityHashMap<Watchpoint, Tripwire> frameEnds = new IdentityHashMap<>();
    private final List<Consumer<Cpu>> systemListeners = new ArrayList<>();
    private int version;

    /**
     * Nothing is armed yet.
     *
     * @param changed hears that a breakpoint or watchpoint stands otherwise than before; behind the turnstile
     */
    Traps(Machine machine, PlantedBytes planted, TrapByte trapByte, HostFindings host, Runnable changed) {
        this.trapByte = trapByte;
        this.planted = planted;
        this.changed = changed;
        PageTraps pages = new PageTraps(machine);
        guards = new GuardedMemory(pages, planted, host);
        withheld = new WithheldPages(pages, planted);
        userCode = new UserCode(host);
        arming = new Arming(trapByte, planted, slots, guards, userCode, this::rewritten, changed);
        watches = new Watches(pages, slots, arming, host);
        catchpoints = new Catchpoints(machine.kernelDevices());
        waiting = new WaitingBreakpoints(guards, planted, this::place, this::retry);
    }

    TrapByte trapByte() {
        return trapByte;
    }

    /** Changes whenever what has to be armed in a vCPU does. */
    int version() {
        return version;
    }

    DebugSlots slots() {
        return slots;
    }

    Watches watches() {
        return watches;
    }

    /** What the user waits for elsewhere than at places and in memory. */
    Catchpoints catchpoints() {
        return catchpoints;
    }

    /** Whether the guest must be stepped, since something is armed that nothing else notices. */
    boolean needStepping() {
        return watches.needStepping() || catchpoints.needStepping();
    }

    PlantedBytes planted() {
        return planted;
    }

    WithheldPages withheld() {
        return withheld;
    }

    GuardedMemory guards() {
        return guards;
    }

    /** The place at which {@code cpu} is about to execute {@code linear}; null where nothing is armed. */
    @Nullable Location at(Cpu cpu, long linear) {
        int slot = slots.at(linear);
        if (slot >= 0) {
            return slots.location(slot);
        }
        if (planted.isEmpty()) {
            return null;
        }
        long physical = cpu.translate(linear);
        PlantedBytes.Planted bytes = physical == PageWalk.NOT_MAPPED ? null : planted.at(physical);
        return bytes == null ? null : bytes.location();
    }

    /** Whether a byte is planted for anybody but tripwires of this kind. */
    boolean plantsForOthersThan(Class<? extends Tripwire> kind) {
        return planted.any(location -> !location.isOnlyFor(kind));
    }

    /** Sets a breakpoint, or lets it wait; the breakpoint's placement says which. */
    void add(Breakpoint breakpoint, Cpu cpu) {
        if (!place(breakpoint, cpu)) {
            waiting.add(breakpoint, cpu);
        }
    }

    void remove(Breakpoint breakpoint) {
        waiting.remove(breakpoint);
        List<Location> locations = places.remove(breakpoint);
        if (locations != null) {
            locations.forEach(location -> leave(location, breakpoint));
        }
    }

    private void leave(Location location, Breakpoint breakpoint) {
        location.breakpoints().remove(breakpoint);
        disarmIfUnwanted(location);
    }

    /** Arms a breakpoint's place, or shares the one that is armed there: whether it stands now. */
    private boolean place(Breakpoint breakpoint, Cpu cpu) {
        Location location = locate(breakpoint.address(), breakpoint.mode(), breakpoint.expected(), cpu);
        if (location.placement().verified()) {
            location.add(breakpoint);
            places.computeIfAbsent(breakpoint, added -> new ArrayList<>(1)).add(location);
            return true;
        }
        breakpoint.place(location.placement());
        return false;
    }

    /** Arms a tripwire's place, or shares the one that is armed there; the answer says how, or why not. */
    Placement add(Tripwire wire, GuestVirtual address, BreakpointMode mode, Cpu cpu) {
        Location location = locate(address, mode, ExpectedCode.ANY, cpu);
        if (location.placement().verified()) {
            location.add(wire, mode);
            tripwires.put(wire, location);
        }
        return location.placement();
    }

    /** Takes a tripwire away; one that is not set is ignored. */
    void remove(Tripwire wire) {
        Location location = tripwires.remove(wire);
        if (location != null) {
            location.tripwires().remove(wire);
            disarmIfUnwanted(location);
        }
    }

    /** Whether a tripwire is set, and what {@code cpu} finds at its address is its trap. */
    boolean isArmed(Tripwire wire, Cpu cpu) {
        Location location = tripwires.get(wire);
        return location != null && at(cpu, location.address().address()) == location;
    }

    /** Has someone hear, behind the {@link Turnstile}, of a vCPU whose {@link SystemRegisters} have changed. */
    void addSystemListener(Consumer<Cpu> listener) {
        systemListeners.add(listener);
    }

    /** Has it hear no more; while nobody listens, a change costs the guest nothing. */
    void removeSystemListener(Consumer<Cpu> listener) {
        systemListeners.remove(listener);
    }

    /** Whether anybody wants to hear of changed system registers. */
    boolean hasSystemListeners() {
        return !systemListeners.isEmpty() || !places.isEmpty() || waiting.arePending() || watches.arePending();
    }

    /** A vCPU's {@link SystemRegisters} have changed. */
    void systemChanged(Cpu cpu) {
        review(cpu);
        List.copyOf(systemListeners).forEach(listener -> listener.accept(cpu));
        guards.settle(cpu);
    }

    /** Says that something stands otherwise than before. */
    void tellChanged() {
        changed.run();
    }

    /** Whether a look at the guest may show something that no exit has shown. Any thread but the vCPUs'. */
    boolean mayHaveChanged() {
        return waiting.arePending() || watches.arePending() || guards.looksChanged();
    }

    /** Trapped writes of the guest's, or other signs, make it likely that guarded bytes have changed. */
    void tellGuards(Cpu cpu) {
        guards.tell(cpu);
        guards.settle(cpu);
    }

    /** Lets the guest have all pages that are trapped without the user's wish: it does what KVM cannot do on them. */
    void giveUpGuards(Cpu cpu) {
        guards.giveUpAll();
        guards.settle(cpu);
    }

    /** Looks at what the guest may have done to memory and page tables: all that waits is tried again. */
    void review(Cpu cpu) {
        guards.tell(cpu);
        retry(cpu);
        follow(cpu);
        guards.settle(cpu);
    }

    /** Tries again for all that waits: something has become free, or the guest has made it ready. */
    void retry(Cpu cpu) {
        boolean breakpointsChanged = waiting.retry(cpu);
        boolean watchpointsChanged = watches.retry(cpu);
        if (breakpointsChanged || watchpointsChanged) {
            version++;
            changed.run();
        }
    }

    /** Plants where the page tables lead to the same code at another physical address than when it was planted first. */
    private void follow(Cpu cpu) {
        for (Breakpoint breakpoint : List.copyOf(places.keySet())) {
            long physical = cpu.translate(breakpoint.address().address());
            boolean isNew = breakpoint.expected().isKnown()
                    && physical != PageWalk.NOT_MAPPED
                    && at(cpu, breakpoint.address().address()) == null;
            if (isNew && planted.canHold(physical) && breakpoint.expected().isAt(physical, cpu.memory())) {
                place(breakpoint, cpu);
            }
        }
    }

    /** The guest has written over a planted byte, or beside it. */
    private void rewritten(Location location, Cpu cpu) {
        PlantedBytes.Planted bytes = location.planted();
        if (bytes == null) {
            return;
        }
        planted.replantOverwritten(bytes);
        boolean rewritten = bytes.takeRewritten();
        if (location.isBreakpointsOnly() && !location.expected().isAt(bytes.physical(), cpu.memory())) {
            setAnew(location, cpu);
            changed.run();
        } else if (rewritten) {
            location.place(new Placement.Planted(bytes.trap(), true));
            changed.run();
        }
    }

    /** Has a location's breakpoints find another one, or wait until their code is there again. */
    private void setAnew(Location location, Cpu cpu) {
        List<Breakpoint> moved = List.copyOf(location.breakpoints());
        location.breakpoints().clear();
        disarmIfUnwanted(location);
        for (Breakpoint breakpoint : moved) {
            List<Location> others = places.getOrDefault(breakpoint, new ArrayList<>());
            others.remove(location);
            if (others.isEmpty()) {
                places.remove(breakpoint);
                add(breakpoint, cpu);
            }
        }
    }

    /** Sets a watchpoint, or lets it wait; its {@link Watchpoint#watching} says which, and by what means. */
    void add(Watchpoint point, Cpu cpu) {
        version++;
        watches.add(point, cpu);
        FrameScope scope = point.scope();
        if (scope != null) {
            Tripwire end = returned -> {
                if (point.endAt(returned)) {
                    changed.run();
                }
                return null;
            };
            frameEnds.put(point, end);
            point.endIsNoticed(
                    add(end, scope.returnAddress(), BreakpointMode.AUTO, cpu).verified());
        }
    }

    void remove(Watchpoint point) {
        version++;
        watches.remove(point);
        Tripwire end = frameEnds.remove(point);
        if (end != null) {
            remove(end);
        }
    }

    /** Arms a place for the end of a step: in a slot while one is free, since that leaves the guest's memory alone. */
    Location addTemporary(GuestVirtual address, Cpu cpu) {
        Location armed = at(cpu, address.address());
        boolean slot = slots.free() > 0 && userCode.slotStops(cpu, address.address());
        BreakpointMode mode = slot ? BreakpointMode.HARDWARE : BreakpointMode.AUTO;
        Location location = armed != null ? armed : locate(address, mode, ExpectedCode.ANY, cpu);
        location.addTemporary();
        return location;
    }

    void removeTemporary(Location location) {
        location.removeTemporary();
        disarmIfUnwanted(location);
    }

    private Location locate(GuestVirtual address, BreakpointMode mode, ExpectedCode expected, Cpu cpu) {
        version++;
        Location armed = at(cpu, address.address());
        if (armed != null) {
            if (mode == BreakpointMode.HARDWARE && armed.planted() != null && !armed.insistsOnByte()) {
                arming.moveToSlot(armed, cpu);
            }
            return armed;
        }
        Location location = new Location(address, expected);
        arming.arm(location, mode, cpu);
        return location;
    }

    private void disarmIfUnwanted(Location location) {
        if (location.unwanted()) {
            version++;
            arming.disarm(location);
        }
    }
}
