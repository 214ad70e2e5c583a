package dev.kvmdap.engine;

import dev.kvmdap.engine.Condition.ConditionException;
import dev.kvmdap.x86.GuestVirtual;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An address at which execution stops, and those who want it to. Changed only behind the {@link Turnstile}. */
final class Location implements SlotUse {

    private final GuestVirtual address;
    private final ExpectedCode expected;
    private final List<Breakpoint> breakpoints = new ArrayList<>(1);
    private final List<Tripwire> tripwires = new ArrayList<>(0);
    private int temporaries;
    private boolean slotWanted;
    private Placement placement = new Placement.Failed("not placed yet");
    private PlantedBytes.@Nullable Planted planted;
    private @Nullable Guard guard;

    Location(GuestVirtual address, ExpectedCode expected) {
        this.address = address;
        this.expected = expected;
    }

    @Override
    public GuestVirtual address() {
        return address;
    }

    /** Execution of the instruction: R/W and LEN are 0. */
    @Override
    public int condition() {
        return 0;
    }

    @Override
    public String holder() {
        String names = breakpoints.stream().map(Breakpoint::name).distinct().collect(Collectors.joining(" and "));
        if (!names.isEmpty()) {
            return "breakpoint " + names + (names.contains("0x") ? "" : " at " + address);
        }
        return tripwires.isEmpty() ? "the end of a step at " + address : "kvmdap's own trap at " + address;
    }

    /** What must be in memory for a byte to be planted in it. */
    ExpectedCode expected() {
        return expected;
    }

    Placement placement() {
        return placement;
    }

    /** Says how it is armed, to its breakpoints too. */
    void place(Placement got) {
        placement = got;
        breakpoints.forEach(breakpoint -> breakpoint.place(got));
    }

    /** The byte that stands there; null if the location lies in a slot. */
    PlantedBytes.@Nullable Planted planted() {
        return planted;
    }

    /** What hears of the guest's writing over the byte; null if the location lies in a slot. */
    @Nullable Guard guard() {
        return guard;
    }

    void plant(PlantedBytes.Planted bytes, Guard against) {
        planted = bytes;
        guard = against;
    }

    void unplant() {
        planted = null;
        guard = null;
    }

    List<Breakpoint> breakpoints() {
        return breakpoints;
    }

    void add(Breakpoint breakpoint) {
        breakpoints.add(breakpoint);
        breakpoint.place(placement);
    }

    List<Tripwire> tripwires() {
        return tripwires;
    }

    void add(Tripwire wire, BreakpointMode mode) {
        tripwires.add(wire);
        slotWanted |= mode == BreakpointMode.HARDWARE;
    }

    /** Whether nothing but a slot will do for someone. */
    boolean insistsOnSlot() {
        return slotWanted || breakpoints.stream().anyMatch(one -> one.mode() == BreakpointMode.HARDWARE);
    }

    /** Whether a planted byte was asked for by someone. */
    boolean insistsOnByte() {
        return breakpoints.stream().anyMatch(one -> one.mode() == BreakpointMode.SOFTWARE);
    }

    /** Whether only breakpoints want it, which can wait. */
    boolean isBreakpointsOnly() {
        return tripwires.isEmpty() && temporaries == 0;
    }

    /** The stop of a vCPU that has come here; null if nobody wants one. On the vCPU's thread. */
    @Nullable Stop hit(Cpu cpu) {
        Stop stop = hitBreakpoints(cpu);
        for (int i = 0; i < tripwires.size(); i++) {
            Stop wanted = tripwires.get(i).reached(cpu);
            stop = stop == null ? wanted : stop;
        }
        return stop;
    }

    private @Nullable Stop hitBreakpoints(Cpu cpu) {
        List<Breakpoint> hit = null;
        String problem = "";
        for (int i = 0; i < breakpoints.size(); i++) {
            Breakpoint breakpoint = breakpoints.get(i);
            Condition condition = breakpoint.condition();
            try {
                if (condition != null && !condition.holds(cpu)) {
                    continue;
                }
            } catch (ConditionException e) {
                problem = String.valueOf(e.getMessage());
            }
            hit = hit == null ? new ArrayList<>() : hit;
            hit.add(breakpoint);
        }
        return hit == null ? null : new Stop.Breakpoints(cpu.index(), List.copyOf(hit), problem);
    }

    void addTemporary() {
        temporaries++;
    }

    void removeTemporary() {
        temporaries--;
    }

    /** Whether none but tripwires of this kind want it. */
    boolean isOnlyFor(Class<? extends Tripwire> kind) {
        return breakpoints.isEmpty() && temporaries == 0 && tripwires.stream().allMatch(kind::isInstance);
    }

    boolean unwanted() {
        return breakpoints.isEmpty() && tripwires.isEmpty() && temporaries == 0;
    }
}
