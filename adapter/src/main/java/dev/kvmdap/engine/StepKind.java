package dev.kvmdap.engine;

/** Which way a step goes. */
public enum StepKind {
    /** To the next place in this function, or its caller; calls run through. */
    OVER,
    /** To the next place wherever it is. */
    INTO,
    /** To the next place further on in this function, or its caller; calls and loops run through. */
    FORWARD,
    /** To the caller. */
    OUT
}
