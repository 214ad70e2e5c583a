package dev.kvmdap.demo;

/** The session went another way than it should. */
public final class DemoFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    DemoFailure(String message) {
        super(message);
    }

    DemoFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
