package dev.kvmdap.session;

import dev.kvmdap.engine.WatchAccess;

/**
 * What the client wants to be watched.
 *
 * @param condition an expression, or empty for every access
 */
public record DataBreakpointRequest(DataRange range, WatchAccess access, String condition) {}
