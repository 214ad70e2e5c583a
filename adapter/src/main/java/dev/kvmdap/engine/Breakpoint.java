package dev.kvmdap.engine;

import dev.kvmdap.x86.GuestVirtual;
import org.jspecify.annotations.Nullable;

/** A place at which the user wants the guest to stop. Made by {@link Engine#addBreakpoint}. */
public final class Breakpoint {

    private final int id;
    private final GuestVirtual address;
    private final BreakpointMode mode;
    private final @Nullable Condition condition;
    private final String name;
    private final ExpectedCode expected;
    private volatile Placement placement = new Placement.Failed("not placed yet");

    Breakpoint(
            int id,
            GuestVirtual address,
            BreakpointMode mode,
            @Nullable Condition condition,
            String name,
            ExpectedCode expected) {
        this.id = id;
        this.address = address;
        this.mode = mode;
        this.condition = condition;
        this.name = name;
        this.expected = expected;
    }

    /** The engine's number of it, from 1, never used twice. */
    public int id() {
        return id;
    }

    /** Where. */
    public GuestVirtual address() {
        return address;
    }

    /** What was asked for. */
    public BreakpointMode mode() {
        return mode;
    }

    /** When it stops; null for always. */
    public @Nullable Condition condition() {
        return condition;
    }

    /** What people call its place: {@code main.c:12}, or the address. */
    public String name() {
        return name;
    }

    ExpectedCode expected() {
        return expected;
    }

    /** What was got, and has become of it since. */
    public Placement placement() {
        return placement;
    }

    void place(Placement placement) {
        this.placement = placement;
    }

    @Override
    public String toString() {
        return "breakpoint " + id + " at " + address;
    }
}
