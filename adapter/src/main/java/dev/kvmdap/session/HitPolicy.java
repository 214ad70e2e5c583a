package dev.kvmdap.session;

import dev.kvmdap.engine.Condition;
import dev.kvmdap.engine.Cpu;
import org.jspecify.annotations.Nullable;

/**
 * What a hit of a breakpoint leads to: the condition must hold, then the hit is counted, and one that counts stops the guest
 * or, at a logpoint, writes the message.
 */
final class HitPolicy implements Condition {

    private final @Nullable Condition condition;
    private final Hits hits;
    private final @Nullable HitCount count;
    private final @Nullable Logpoint logpoint;

    HitPolicy(@Nullable Condition condition, Hits hits, @Nullable HitCount count, @Nullable Logpoint logpoint) {
        this.condition = condition;
        this.hits = hits;
        this.count = count;
        this.logpoint = logpoint;
    }

    /**
     * Only counts.
     *
     * @param hitCondition which hits stop; empty for all
     * @throws RequestFailure where it is none
     */
    static HitPolicy counting(String hitCondition, Hits hits) {
        return new HitPolicy(null, hits, hitCondition.isBlank() ? null : HitCount.parse(hitCondition), null);
    }

    @Override
    public boolean holds(Cpu cpu) {
        if (condition != null && !condition.holds(cpu)) {
            return false;
        }
        long hit = hits.next();
        if (hits.passes() || (count != null && !count.stopsAt(hit))) {
            return false;
        }
        if (logpoint == null) {
            return true;
        }
        logpoint.write(cpu);
        return false;
    }
}
