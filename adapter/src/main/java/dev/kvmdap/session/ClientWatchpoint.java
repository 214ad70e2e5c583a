package dev.kvmdap.session;

import dev.kvmdap.engine.Watching;
import dev.kvmdap.engine.Watchpoint;
import org.jspecify.annotations.Nullable;

/** A watchpoint that the client has set, or the user by the console. */
public final class ClientWatchpoint {

    private static final String ENDED = "the function whose variable it was has returned";

    private final int id;
    private final DataBreakpointRequest asked;
    private final String what;
    private final Hits hits = new Hits();
    private DataBreakpointRequest request;
    private boolean enabled = true;
    private @Nullable Watchpoint watchpoint;
    private String problem = "not set yet";
    private boolean ended;
    private String told = "";

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

    /** Its variable exists no more. */
    void end() {
        placeNowhere(ENDED);
        ended = true;
    }

    /** Whether its variable exists no more, so that it cannot be set again. */
    public boolean hasEnded() {
        return ended;
    }

    /** Whether accesses are noticed. */
    public boolean verified() {
        return watchpoint != null && watchpoint.watching().works();
    }

    /** Whether they will be when the guest has mapped the memory. */
    public boolean isPending() {
        return watchpoint != null && watchpoint.watching() instanceof Watching.Pending;
    }

    /** For people: by what means, or why not. */
    public String message() {
        if (watchpoint == null) {
            return problem;
        }
        boolean blind = watchpoint.watching().works() && !watchpoint.endIsNoticed();
        return watchpoint.watching().text()
                + (blind ? "; the return of its function is noticed at the next stop only" : "");
    }

    /** Whether its state is another than at the last call: what the client knows of it, if it is told at every call. */
    boolean changed() {
        String state = verified() + message();
        boolean changed = !state.equals(told);
        told = state;
        return changed;
    }
}
