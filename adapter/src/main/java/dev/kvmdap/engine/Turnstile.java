package dev.kvmdap.engine;

import java.util.function.BooleanSupplier;

/**
 * Lets one thread act alone while no vCPU runs guest code: to plant or lift a byte, to change debug registers. The vCPU
 * threads pass here only when someone wants to act, so an ordinary exit costs one volatile read.
 */
final class Turnstile {

    private final Runnable interruptAll;
    private int inside;
    private volatile boolean closed;

    /** The runnable makes every vCPU thread that is inside look at {@link #isClosed} soon. */
    Turnstile(Runnable interruptAll) {
        this.interruptAll = interruptAll;
    }

    /** vCPU thread: about to run guest code. */
    synchronized void enter() {
        awaitOpen();
        inside++;
    }

    /** vCPU thread: will not run guest code until it enters again. */
    synchronized void leave() {
        inside--;
        notifyAll();
    }

    /** vCPU thread, inside: lets whoever wants to act do so now. */
    void pass() {
        leave();
        enter();
    }

    /** Whether a thread inside should {@link #pass}. */
    boolean isClosed() {
        return closed;
    }

    /** Acts alone. For threads outside the turnstile. */
    void exclusively(Runnable action) {
        synchronized (this) {
            awaitOpen();
            closed = true;
        }
        try {
            interruptAll.run();
            await(() -> inside == 0);
            action.run();
        } finally {
            synchronized (this) {
                closed = false;
                notifyAll();
            }
        }
    }

    /** Acts alone. For a vCPU thread that is inside; it is inside again afterwards. */
    void exclusivelyFromInside(Runnable action) {
        synchronized (this) {
            if (inside == 1 && !closed) {
                action.run();
                return;
            }
        }
        leave();
        try {
            exclusively(action);
        } finally {
            enter();
        }
    }

    private void awaitOpen() {
        await(() -> !closed);
    }

    private synchronized void await(BooleanSupplier condition) {
        try {
            while (!condition.getAsBoolean()) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the vCPUs were being held", e);
        }
    }
}
