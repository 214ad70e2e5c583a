package dev.kvmdap.console;

/** A line that the console cannot answer; the message says why, and what it would accept. */
public final class ConsoleException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** What is wrong, and what is allowed. */
    public ConsoleException(String message) {
        super(message);
    }
}
