package dev.kvmdap.engine;

/** How far a step goes. */
public enum Granularity {
    /** To the beginning of another source line; a single instruction where there are no lines. */
    LINE,
    /** One instruction. */
    INSTRUCTION
}
