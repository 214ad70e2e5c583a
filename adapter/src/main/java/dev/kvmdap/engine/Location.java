package dev.kvmdap.engine;

import dev.kvmdap.x86.GuestVirtual;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An address at which execution stops, and those who want it to. Changed only behind the {@link Turnstile}. */
final class Location implements SlotUse {

    private final GuestVirtual address;
    private final List<Breakpoint> breakpoints = new ArrayList<>(1);
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

    void addTemporary() {
        temporaries++;
    }

    void removeTemporary() {
        temporaries--;
    }

    boolean unwanted() {
        return breakpoints.isEmpty() && temporaries == 0;
    }
}
