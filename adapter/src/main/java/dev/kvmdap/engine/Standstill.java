package dev.kvmdap.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread act alone while no vCPU runs guest code: to plant or lift a byte, to change debug registers, to step an
 * instruction whose trap is off. The vCPU threads come and go by their {@link Turnstile}s; who wants to act interrupts those
 * inside, waits until all have left, and keeps them out so long. Those who want to act do so in the order in which they came.
 */
final class Standstill {

    private final List<Turnstile> turnstiles = new ArrayList<>();
    private int inside;
    private long lastTicket;
    private long nextTicket = 1;
    private @Nullable Turnstile actingVcpu;
    private volatile @Nullable Thread acting;
    private volatile boolean wanted;
    private volatile boolean hasSeveral;

    /**
     * The way in and out of one vCPU's thread.
     *
     * @param interrupt makes that thread, when it is inside, look at {@link Turnstile#isClosed} soon
     */
    synchronized Turnstile turnstile(Runnable interrupt) {
        Turnstile added = new Turnstile(this, interrupt);
        turnstiles.add(added);
        hasSeveral = turnstiles.size() > 1;
        return added;
    }

    /** Whether somebody acts or waits for it. */
    boolean isWanted() {
        return wanted;
    }

    /** Acts alone. For threads that are not inside a turnstile. */
    void exclusively(Runnable action) {
        if (isActing()) {
            action.run();
            return;
        }
        long ticket;
        synchronized (this) {
            ticket = takeTicket();
            if (actingVcpu != null) {
                actingVcpu.interrupt(); // what it executes alone may have no end
            }
        }
        act(ticket, null, action);
    }

    /**
     * Acts alone. For the thread inside that turnstile; it is inside again afterwards. The only vCPU's thread is alone as long as it
     * is inside: that takes no lock.
     */
    void exclusively(Turnstile own, Runnable action) {
        if (isActing()) {
            action.run();
            return;
        }
        if (!hasSeveral) {
            actAsTheOnlyVcpu(action);
            return;
        }
        long ticket;
        synchronized (this) {
            leave(own);
            ticket = takeTicket();
        }
        try {
            act(ticket, own, action);
        } finally {
            enter(own);
        }
    }

    private void actAsTheOnlyVcpu(Runnable action) {
        acting = Thread.currentThread();
        try {
            action.run();
        } finally {
            acting = null;
        }
    }

    private boolean isActing() {
        return Thread.currentThread().equals(acting);
    }

    private long takeTicket() {
        wanted = true;
        for (Turnstile turnstile : turnstiles) {
            if (turnstile.inside) {
                turnstile.interrupt();
            }
        }
        return ++lastTicket;
    }

    private void act(long ticket, @Nullable Turnstile vcpu, Runnable action) {
        synchronized (this) {
            await(() -> nextTicket == ticket && inside == 0);
            acting = Thread.currentThread();
            actingVcpu = vcpu;
        }
        try {
            action.run();
        } finally {
            synchronized (this) {
                acting = null;
                actingVcpu = null;
                wanted = nextTicket++ != lastTicket;
                notifyAll();
            }
        }
    }

    synchronized void enter(Turnstile own) {
        await(() -> !wanted);
        own.inside = true;
        inside++;
    }

    synchronized void leave(Turnstile own) {
        own.inside = false;
        inside--;
        notifyAll();
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
