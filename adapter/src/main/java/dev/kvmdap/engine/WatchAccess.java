package dev.kvmdap.engine;

/** Which accesses a watchpoint notices. x86 cannot watch reads alone (SDM vol. 3, 18.2.4: R/W bits). */
public enum WatchAccess {
    /** Writes. */
    WRITE("write"),
    /** Reads and writes. */
    READ_WRITE("readWrite");

    private final String term;

    WatchAccess(String term) {
        this.term = term;
    }

    /** What notices the accesses of both. */
    WatchAccess or(WatchAccess other) {
        return this == other ? this : READ_WRITE;
    }

    /** DAP's name of it. */
    public String term() {
        return term;
    }
}
