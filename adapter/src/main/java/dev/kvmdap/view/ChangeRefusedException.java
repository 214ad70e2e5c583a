package dev.kvmdap.view;

import org.jspecify.annotations.Nullable;

/** A value in a view could not be changed. The message is for the person who tried. */
public final class ChangeRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** What is wrong, and what is allowed. */
    public ChangeRefusedException(String message) {
        this(message, null);
    }

    /** The same, and what led to it. */
    public ChangeRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
