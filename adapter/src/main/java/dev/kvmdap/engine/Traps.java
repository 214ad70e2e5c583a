package dev.kvmdap.engine;

import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.PageWalk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All places where execution stops, and how each of them is armed. Changed only behind the {@link Turnstile}; looked up by
 * vCPU threads without allocation.
 */
final class Traps {

    private final TrapByte trapByte;
    private final PlantedBytes planted;
    private final DebugSlots slots;
    private final Watches watches;
    private final Map<Breakpoint, Location> places = new HashMap<>();
    private final IdentityHashMap<Tripwire, Location> tripwires = new IdentityHashMap<>();
    private final List<Consumer<Cpu>> systemListeners = new ArrayList<>();
    private int version;

    Traps(TrapByte trapByte, PlantedBytes planted, DebugSlots slots, Watches watches) {
        this.trapByte = trapByte;
        this.planted = planted;
        this.slots = slots;
        this.watches = watches;
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

    PlantedBytes planted() {
        return planted;
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

    /** Arms a breakpoint's place, or shares the one that is armed there; the breakpoint's placement says how. */
    void add(Breakpoint breakpoint, Cpu cpu) {
        Location location = locate(breakpoint.address(), breakpoint.mode(), cpu);
        breakpoint.place(location.placement());
        if (location.placement().verified()) {
            location.breakpoints().add(breakpoint);
            places.put(breakpoint, location);
        }
    }

    void remove(Breakpoint breakpoint) {
        Location location = places.remove(breakpoint);
        if (location != null) {
            location.breakpoints().remove(breakpoint);
            disarmIfUnwanted(location);
        }
    }

    /** Arms a tripwire's place, or shares the one that is armed there; the answer says how, or why not. */
    Placement add(Tripwire wire, GuestVirtual address, BreakpointMode mode, Cpu cpu) {
        Location location = locate(address, mode, cpu);
        if (location.placement().verified()) {
            location.tripwires().add(wire);
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
        return !systemListeners.isEmpty();
    }

    /** A vCPU's {@link SystemRegisters} have changed. */
    void systemChanged(Cpu cpu) {
        List.copyOf(systemListeners).forEach(listener -> listener.accept(cpu));
    }

    /** Sets a watchpoint; its {@link Watchpoint#watching} says by what means. */
    void add(Watchpoint point, Cpu cpu) {
        version++;
        watches.add(point, cpu);
    }

    void remove(Watchpoint point) {
        version++;
        watches.remove(point);
    }

    /** Arms a place for the end of a step: in a slot while one is free, since that leaves the guest's memory alone. */
    Location addTemporary(GuestVirtual address, Cpu cpu) {
        Location location = locate(address, slots.free() > 0 ? BreakpointMode.HARDWARE : BreakpointMode.AUTO, cpu);
        location.addTemporary();
        return location;
    }

    void removeTemporary(Location location) {
        location.removeTemporary();
        disarmIfUnwanted(location);
    }

    private Location locate(GuestVirtual address, BreakpointMode mode, Cpu cpu) {
        Location armed = at(cpu, address.address());
        if (armed != null) {
            return armed;
        }
        version++;
        Location location = new Location(address);
        location.place(
                switch (mode) {
                    case HARDWARE -> takeSlot(location);
                    case SOFTWARE -> plant(location, cpu);
                    case AUTO -> {
                        Placement placement = plant(location, cpu);
                        yield placement.verified() ? placement : fallBackToSlot(location, placement);
                    }
                });
        return location;
    }

    private Placement fallBackToSlot(Location location, Placement whyNotPlanted) {
        Placement slot = takeSlot(location);
        return slot.verified() ? slot : new Placement.Failed(whyNotPlanted.text() + "; " + slot.text());
    }

    private Placement takeSlot(Location location) {
        int slot = slots.take(location);
        return slot >= 0 ? new Placement.Slot(slot) : new Placement.Failed(slots.describeHolders());
    }

    private Placement plant(Location location, Cpu cpu) {
        if (!trapByte.exists()) {
            return new Placement.Failed(trapByte.text());
        }
        long physical = cpu.translate(location.address().address());
        if (physical == PageWalk.NOT_MAPPED) {
            return new Placement.Failed(location.address() + " is not mapped now: no byte can be planted there");
        }
        if (!planted.canHold(physical)) {
            return new Placement.Failed(
                    location.address() + " is not in the guest's RAM: no byte can be planted there");
        }
        location.plant(planted.plant(physical, trapByte.value(), location));
        return new Placement.Planted(trapByte.value());
    }

    private void disarmIfUnwanted(Location location) {
        if (!location.unwanted()) {
            return;
        }
        version++;
        if (location.placement() instanceof Placement.Slot held) {
            slots.free(held.slot());
        }
        PlantedBytes.Planted bytes = location.planted();
        if (bytes != null) {
            planted.remove(bytes);
        }
    }
}
