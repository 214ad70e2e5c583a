package dev.kvmdap.session;

import dev.kvmdap.console.Catchable;
import dev.kvmdap.session.BreakpointRequest.When;

/**
 * What the user wants to be stopped at, wherever the guest is. Equal requests are the same catchpoint.
 *
 * @param when which occurrences count; a log message is no part of it
 */
public record CatchRequest(Catchable what, When when) {

    /** Always where a condition holds. */
    public static CatchRequest of(Catchable what, String condition) {
        return new CatchRequest(what, new When(condition, "", ""));
    }
}
