package dev.kvmdap.session;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How often a breakpoint or watchpoint was reached and its condition held, since the guest's launch, and how many hits are
 * to pass still. Counted on vCPU threads; any thread may ask.
 */
final class Hits {

    private final AtomicLong count = new AtomicLong();
    private final AtomicLong ignored = new AtomicLong();

    /** Counts a hit: its number, from 1. */
    long next() {
        return count.incrementAndGet();
    }

    /** Whether the hit that was just counted is one that passes. */
    boolean passes() {
        return ignored.get() > 0 && ignored.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }

    /** How many there were. */
    long count() {
        return count.get();
    }

    /** How many are to pass still. */
    long ignored() {
        return ignored.get();
    }

    /** Lets the next ones pass. */
    void ignore(long hits) {
        ignored.set(hits);
    }

    /** A new guest is launched: counting begins anew. */
    void beginAnew() {
        count.set(0);
    }
}
