package dev.kvmdap.session;

import java.util.EnumSet;
import java.util.Set;

/** How far a session has come. The order of the constants is the order of a session's life. */
public enum SessionState {
    /** The client is connected and has not said who it is. */
    CONNECTED("the session is not initialized: send initialize first"),
    /** The initialize request is answered. */
    INITIALIZED("no guest is launched: send launch first"),
    /** The image is loaded and the vCPUs exist; the client sends its breakpoints. */
    CONFIGURING("the guest has not started: send configurationDone first"),
    /** All vCPUs stand still and the guest's state can be read. */
    STOPPED("the guest is stopped"),
    /** The guest runs. */
    RUNNING("the guest is running: send pause first"),
    /** The guest has ended. */
    ENDED("the guest has ended: start a new session");

    /** Every state. */
    public static final Set<SessionState> ANY = EnumSet.allOf(SessionState.class);

    /** A guest exists. */
    public static final Set<SessionState> LAUNCHED = EnumSet.of(CONFIGURING, STOPPED, RUNNING);

    private final String explanation;

    SessionState(String explanation) {
        this.explanation = explanation;
    }

    /** What to tell a client whose request does not fit this state. */
    public String explanation() {
        return explanation;
    }
}
