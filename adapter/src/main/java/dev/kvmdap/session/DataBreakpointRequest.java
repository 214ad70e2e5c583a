package dev.kvmdap.session;

import dev.kvmdap.engine.WatchAccess;
import dev.kvmdap.session.BreakpointRequest.When;

/**
 * What the client wants to be watched. Equal requests are the same data breakpoint.
 *
 * @param when which accesses count, and what they lead to
 */
public record DataBreakpointRequest(DataRange range, WatchAccess access, When when) {}
