package dev.kvmdap.session;

import dev.kvmdap.engine.Condition;
import dev.kvmdap.engine.Cpu;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a hit of a breakpoint leads to: the condition must hold, then the hit is counted, and one that counts stops the guest
 * or, at a logpoint, writes the message.
 */
final class HitPolicy implements Condition {

    private final @Nullable Condition condition;
    private final @Nullable HitCount count;
    private final @Nullable LogMessage message;
    private final GuestOutput log;

    HitPolicy(@Nullable Condition condition, @Nullable HitCount count, @Nullable LogMessage message, GuestOutput log) {
        this.condition = condition;
        this.count = count;
        this.message = message;
        this.log = log;
    }

    @Override
    public boolean holds(Cpu cpu) {
        if (condition != null && !condition.holds(cpu)) {
            return false;
        }
        if (count != null && !count.next()) {
            return false;
        }
        if (message == null) {
            return true;
        }
        for (byte next : message.text(cpu).getBytes(StandardCharsets.UTF_8)) {
            log.accept(next);
        }
        return false;
    }
}
