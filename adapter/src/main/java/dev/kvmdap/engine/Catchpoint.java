package dev.kvmdap.engine;

/**
 * Something whose happening stops the guest, wherever it is: not a place in the code and not watched memory. Made by
 * {@link Engine#addCatchpoint}.
 */
public final class Catchpoint {

    private final int id;
    private final Trigger trigger;
    private final CatchCondition condition;
    private volatile Catching catching = new Catching.Exits();

    Catchpoint(int id, Trigger trigger, CatchCondition condition) {
        this.id = id;
        this.trigger = trigger;
        this.condition = condition;
    }

    /** The engine's number of it, from 1, never used twice; breakpoints and watchpoints are numbered with it. */
    public int id() {
        return id;
    }

    /** What it waits for. */
    public Trigger trigger() {
        return trigger;
    }

    /** When it stops. */
    public CatchCondition condition() {
        return condition;
    }

    /** By what means. */
    public Catching catching() {
        return catching;
    }

    void catching(Catching means) {
        catching = means;
    }

    @Override
    public String toString() {
        return "catchpoint " + id + " for " + trigger;
    }
}
