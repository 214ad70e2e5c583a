package dev.kvmdap.engine;

import dev.kvmdap.x86.X86Exception;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Exceptions at whose handlers the user wants the guest to stop. Made by {@link Engine#addExceptionTrap}. */
public final class ExceptionTrap {

    private final Set<X86Exception> kinds;
    private final @Nullable ExceptionCondition condition;
    private volatile Status status = new Status(true, "not set yet");

    /**
     * What has become of it.
     *
     * @param works whether exceptions will be noticed, if not now then when they have handlers
     * @param text by which mechanism and where, or why not; for people
     */
    public record Status(boolean works, String text) {}

    ExceptionTrap(Set<X86Exception> kinds, @Nullable ExceptionCondition condition) {
        this.kinds = Set.copyOf(kinds);
        this.condition = condition;
    }

    /** Which exceptions. */
    public Set<X86Exception> kinds() {
        return kinds;
    }

    /** When it stops; null for always. */
    public @Nullable ExceptionCondition condition() {
        return condition;
    }

    /** What has become of it. Any thread: it changes while the guest runs, as handlers come and go. */
    public Status status() {
        return status;
    }

    void status(Status now) {
        status = now;
    }
}
