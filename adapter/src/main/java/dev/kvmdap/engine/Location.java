package dev.kvmdap.engine;

import dev.kvmdap.engine.Condition.ConditionException;
import dev.kvmdap.x86.GuestVirtual;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An address at which execution stops, and those who want it to. Changed only behind the {@link Turnstile}. */
final class Location implements SlotUse {

    private final GuestVirtual address;
    private final List<Breakpoint> breakpoints = new ArrayList<>(1);
    private final List<Tripwire> tripwires = new ArrayList<>(0);
    private int temporaries;
    private Placement placement = new Placement.Failed("not placed yet");
    private PlantedBytes.@Nullable Planted planted;

    Location(GuestVirtual address) {
        this.address = address;
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

    Placement placement() {
        return placement;
    }

    void place(Placement got) {
        placement = got;
    }

    /** The byte that stands there; null if the location lies in a slot. */
    PlantedBytes.@Nullable Planted planted() {
        return planted;
    }

    void plant(PlantedBytes.Planted bytes) {
        planted = bytes;
    }

    List<Breakpoint> breakpoints() {
        return breakpoints;
    }

    List<Tripwire> tripwires() {
        return tripwires;
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

    boolean unwanted() {
        return breakpoints.isEmpty() && tripwires.isEmpty() && temporaries == 0;
    }
}
