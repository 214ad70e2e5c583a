package dev.kvmdap.console;

/** What a verb is told, as far as it can be completed. */
enum ArgumentKind {
    /** Nothing, or nothing that has a list: a count, an address. */
    FREE,
    /** A place in code: a function or a source file. */
    LOCATION,
    /** An expression: a variable or a function. */
    EXPRESSION,
    /** What the verb {@code catch} takes. */
    CATCHABLE,
    /** Numbers of breakpoints, watchpoints and catchpoints. */
    STOP_POINT,
    /** The name of a register without a {@code $}, or of a group of registers. */
    REGISTER,
    /** The name of a device, or of another part of the system's state. */
    SYSTEM_PART,
    /** Another verb. */
    VERB
}
