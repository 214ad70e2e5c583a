package dev.kvmdap.engine;

import dev.kvmdap.x86.PageWalk;
import java.util.function.BiConsumer;

/**
 * Arms locations, each in a slot or by a planted byte, and shares the four slots: whoever can do without one gives way to
 * those that cannot. Changed only behind the {@link Turnstile}.
 */
final class Arming {

    private static final long CR4_LA57 = 1 << 12;

    private final TrapByte trapByte;
    private final PlantedBytes planted;
    private final DebugSlots slots;
    private final GuardedMemory guards;
    private final UserCode userCode;
    private final BiConsumer<Location, Cpu> rewritten;
    private final Runnable moved;

    /**
     * @param rewritten hears of a location whose byte the guest has written over
     * @param moved hears that a location has given way
     */
    Arming(
            TrapByte trapByte,
            PlantedBytes planted,
            DebugSlots slots,
            GuardedMemory guards,
            UserCode userCode,
            BiConsumer<Location, Cpu> rewritten,
            Runnable moved) {
        this.trapByte = trapByte;
        this.planted = planted;
        this.slots = slots;
        this.guards = guards;
        this.userCode = userCode;
        this.rewritten = rewritten;
        this.moved = moved;
    }

    /** Arms a location, as its placement says then. */
    void arm(Location location, BreakpointMode mode, Cpu cpu) {
        location.place(
                switch (mode) {
                    case HARDWARE -> takeSlot(location, cpu);
                    case SOFTWARE -> plant(location, cpu);
                    case AUTO -> {
                        Placement placement = plant(location, cpu);
                        yield placement.verified() ? placement : fallBackToSlot(location, placement, cpu);
                    }
                });
    }

    /** A slot where no byte can be planted; where none is free, what the byte waits for. */
    private Placement fallBackToSlot(Location location, Placement whyNotPlanted, Cpu cpu) {
        Placement slot = takeSlot(location, cpu);
        if (slot.verified()) {
            return slot;
        }
        return whyNotPlanted instanceof Placement.Pending
                ? whyNotPlanted
                : new Placement.Failed(whyNotPlanted.text() + "; " + slot.text());
    }

    private Placement takeSlot(Location location, Cpu cpu) {
        String refusal = refusal(location.address().address(), cpu);
        if (!refusal.isEmpty()) {
            return new Placement.Failed(refusal);
        }
        if (!userCode.slotStops(cpu, location.address().address())) {
            return new Placement.Failed(
                    location.address()
                            + " is open to user mode, which this host's KVM does not stop by debug registers; use a software breakpoint");
        }
        makeRoom(1, cpu);
        int slot = slots.take(location);
        return slot >= 0 ? new Placement.Slot(slot) : new Placement.Failed(slots.describeHolders());
    }

    /** Why no debug register can hold an address: KVM takes it, and fails at the next KVM_RUN. Empty where one can. */
    private static String refusal(long address, Cpu cpu) {
        int bits = (cpu.sregs().cr4() & CR4_LA57) != 0 ? 57 : 48;
        int unused = Long.SIZE - bits;
        return address << unused >> unused == address
                ? ""
                : "0x%x is not canonical: bits %d to 63 must equal bit %d (SDM vol. 1, 3.3.7.1)"
                        .formatted(address, bits, bits - 1);
    }

    /** Has those give up their slots who can do with a planted byte, until so many are free or nobody can. */
    void makeRoom(int wanted, Cpu cpu) {
        for (int slot = 0; slot < DebugSlots.COUNT && slots.free() < wanted; slot++) {
            Location holder = slots.location(slot);
            if (holder != null && !holder.insistsOnSlot()) {
                Placement placement = plant(holder, cpu);
                if (placement.verified()) {
                    slots.free(slot);
                    holder.place(placement);
                    moved.run();
                }
            }
        }
    }

    /** Moves a planted location into a slot, if there is one. */
    void moveToSlot(Location location, Cpu cpu) {
        Placement slot = takeSlot(location, cpu);
        if (slot.verified()) {
            unplant(location);
            location.place(slot);
        }
    }

    private Placement plant(Location location, Cpu cpu) {
        if (!trapByte.exists()) {
            return new Placement.Failed(trapByte.text());
        }
        long physical = cpu.translate(location.address().address());
        if (physical == PageWalk.NOT_MAPPED) {
            return new Placement.Pending(location.address() + " is not mapped now: no byte can be planted there yet");
        }
        if (!planted.canHold(physical)) {
            return new Placement.Pending(
                    location.address() + " is not in the guest's RAM now: no byte can be planted there yet");
        }
        if (!userCode.byteStops(cpu, location.address().address())) {
            return new Placement.Failed(
                    location.address()
                            + " is open to 32-bit user mode, which this host's KVM does not stop by planted bytes; use a hardware breakpoint");
        }
        if (!location.expected().isAt(physical, cpu.memory())) {
            return new Placement.Pending("the code at " + location.address()
                    + " is not loaded yet: what is in memory there is not what the file has");
        }
        plant(location, physical);
        return new Placement.Planted(trapByte.value(), false);
    }

    private void plant(Location location, long physical) {
        Guard guard = location.expected().guard(physical, cpu -> rewritten.accept(location, cpu));
        guards.add(guard);
        location.plant(planted.plant(physical, trapByte.value(), location), guard);
    }

    /** Lets a location stop nobody any more. */
    void disarm(Location location) {
        if (location.placement() instanceof Placement.Slot held) {
            slots.free(held.slot());
        }
        unplant(location);
        location.place(new Placement.Failed("not armed"));
    }

    private void unplant(Location location) {
        PlantedBytes.Planted bytes = location.planted();
        Guard guard = location.guard();
        if (bytes != null && guard != null) {
            planted.remove(bytes);
            guards.remove(guard);
            location.unplant();
        }
    }
}
