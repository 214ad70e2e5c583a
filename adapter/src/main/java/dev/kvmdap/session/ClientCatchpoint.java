package dev.kvmdap.session;

import dev.kvmdap.console.Catchable;

/**
 * Something that the client, the launch configuration or the user by the console wants to be stopped at, wherever the guest is:
 * an exception filter, a data breakpoint on I/O ports, a catchpoint.
 */
public final class ClientCatchpoint {

    private final int id;
    private final CatchRequest asked;
    private final boolean temporary;
    private final Hits hits = new Hits();
    private CatchRequest request;
    private boolean enabled = true;
    private CatchMeans means = new CatchMeans.None("not set yet");
    private String told = "";

    /**
     * A catchpoint that catches nothing yet.
     *
     * @param temporary whether it goes with its first stop
     */
    ClientCatchpoint(int id, CatchRequest request, boolean temporary) {
        this.id = id;
        this.asked = request;
        this.request = request;
        this.temporary = temporary;
    }

    /** The client's number of it, which no breakpoint has either. */
    public int id() {
        return id;
    }

    /** What was asked for when it was set. */
    CatchRequest asked() {
        return asked;
    }

    /** What it is to do now: what was asked for, with what the console has changed. */
    CatchRequest request() {
        return request;
    }

    void change(CatchRequest changed) {
        request = changed;
    }

    /** What it catches. */
    Catchable what() {
        return request.what();
    }

    /** Whether it goes with its first stop. */
    boolean isTemporary() {
        return temporary;
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

    CatchMeans means() {
        return means;
    }

    void place(CatchMeans found) {
        means = found;
    }

    /** Whether the guest stops. */
    public boolean verified() {
        return means.works();
    }

    /** For people: by what means, or why not. */
    public String message() {
        return means.text();
    }

    /** Whether its state is another than at the last call: what the client knows of it, if it is told at every call. */
    boolean changed() {
        String state = verified() + message();
        boolean changed = !state.equals(told);
        told = state;
        return changed;
    }
}
