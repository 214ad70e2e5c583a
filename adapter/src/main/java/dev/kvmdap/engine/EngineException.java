package dev.kvmdap.engine;

/** A request that the engine cannot carry out now; the guest's state is as it was. The message is for the user. */
public final class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** With what was wrong and what to do. */
    public EngineException(String message) {
        super(message);
    }
}
