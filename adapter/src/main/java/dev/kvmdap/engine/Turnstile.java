package dev.kvmdap.engine;

/**
 * One vCPU thread's way into guest code and out of it. It passes here only when someone wants the {@link Standstill}, so an
 * ordinary exit costs one volatile read. Every method is for the vCPU's thread.
 */
final class Turnstile {

    private final Standstill standstill;
    private final Runnable interrupt;

    /** Guarded by the standstill. */
    boolean inside;

    Turnstile(Standstill standstill, Runnable interrupt) {
        this.standstill = standstill;
        this.interrupt = interrupt;
    }

    /** About to run guest code. */
    void enter() {
        standstill.enter(this);
    }

    /** Will not run guest code until it enters again. */
    void leave() {
        standstill.leave(this);
    }

    /** Inside: lets whoever wants to act do so now. */
    void pass() {
        leave();
        enter();
    }

    /** Whether a thread inside should {@link #pass}. */
    boolean isClosed() {
        return standstill.isWanted();
    }

    /** Inside: acts while no other vCPU runs guest code; is inside again afterwards. */
    void exclusivelyFromInside(Runnable action) {
        standstill.exclusively(this, action);
    }

    /** Any thread, by the standstill. */
    void interrupt() {
        interrupt.run();
    }
}
