package dev.kvmdap.engine;

/** Which accesses to an I/O port count. */
public enum PortDirection {
    /** IN and INS. */
    IN,
    /** OUT and OUTS. */
    OUT,
    /** All of them. */
    BOTH;

    boolean covers(boolean write) {
        return this == BOTH || (this == OUT) == write;
    }
}
