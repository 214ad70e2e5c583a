package dev.kvmdap.session;

import dev.kvmdap.engine.ExceptionReport;
import java.util.List;
import java.util.Optional;

/**
 * A stop in the protocol's words.
 *
 * @param vcpu which one it is about, from 0
 * @param reason the protocol's word, or one of ours where it has none
 * @param description a line for people
 * @param text more for people; empty where there is no more
 * @param hit the numbers of the breakpoints, watchpoints and catchpoints that it is at
 * @param exception what it is about, where clients know it as an exception or may ask as if it were one
 */
record StopReport(
        int vcpu,
        String reason,
        String description,
        String text,
        List<Integer> hit,
        Optional<ExceptionReport> exception) {

    StopReport {
        hit = List.copyOf(hit);
    }
}
