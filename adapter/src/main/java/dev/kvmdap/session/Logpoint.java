package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;
import java.nio.charset.StandardCharsets;

/**
 * What a breakpoint does that writes instead of stopping.
 *
 * @param log where it writes to
 */
record Logpoint(LogMessage message, GuestOutput log) {

    /** Writes the message as it is now. On a vCPU's thread. */
    void write(Cpu cpu) {
        for (byte next : message.text(cpu).getBytes(StandardCharsets.UTF_8)) {
            log.accept(next);
        }
    }
}
