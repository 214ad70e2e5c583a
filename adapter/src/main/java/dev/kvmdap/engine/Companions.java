package dev.kvmdap.engine;

/** What the other vCPUs do while one carries out what was asked of it. */
public enum Companions {
    /** They run too, and may come to a stop first. */
    RUN,
    /** They stand still; what the one sends them, such as an interrupt, waits for them. */
    STAND
}
