package dev.kvmdap.session;

import dev.kvmdap.engine.Watchpoint;
import org.jspecify.annotations.Nullable;

/** A watchpoint that the client has set, or the user by the console. */
public final class ClientWatchpoint {

    private final int id;
    private final DataBreakpointRequest asked;
    private final String what;
    private final Hits hits = new Hits();
    private DataBreakpointRequest request;
    private boolean enabled = true;
    private @Nullable Watchpoint watchpoint;
    private String problem = "not set yet";

    /**
     * A watchpoint that watches nothing yet.
     *
     * @param what the user's words for the memory
     */
    ClientWatchpoint(int id, DataBreakpointRequest request, String what) {
        this.id = id;
        this.asked = request;
        this.request = request;
        this.what = what;
    }

    /** The client's number of it, which no breakpoint has either. */
    public int id() {
        return id;
    }

    /** What was asked for when it was set. */
    DataBreakpointRequest asked() {
        return asked;
    }

    /** What it is to do now: what was asked for, with what the console has changed. */
    DataBreakpointRequest request() {
        return request;
    }

    void change(DataBreakpointRequest changed) {
        request = changed;
    }

    /** The user's words for the memory. */
    String what() {
        return what;
    }

    /** Whether it is switched on. */
    boolean isEnabled() {
        return enabled;
    }

    void enable(boolean on) {
        enabled = on;
    }

    /** How often it was hit. */
    Hits hits() {
        return hits;
    }

    /** The engine's; null where there is none. */
    @Nullable Watchpoint watchpoint() {
        return watchpoint;
    }

    void place(Watchpoint placed) {
        watchpoint = placed;
        problem = "";
    }

    /** It watches nothing. */
    void placeNowhere(String why) {
        watchpoint = null;
        problem = why;
    }

    /** Whether accesses are noticed. */
    public boolean verified() {
        return watchpoint != null && watchpoint.watching().works();
    }

    /** For people: by what means, or why not. */
    public String message() {
        return watchpoint == null ? problem : watchpoint.watching().text();
    }
}
