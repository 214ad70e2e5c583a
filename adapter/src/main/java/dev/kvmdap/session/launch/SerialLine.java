package dev.kvmdap.session.launch;

/** Where the guest's first serial port leads. */
public enum SerialLine {
    /** To the client, as output. */
    CONSOLE("console");

    private final String term;

    SerialLine(String term) {
        this.term = term;
    }

    /** The name in launch configurations. */
    public String term() {
        return term;
    }
}
