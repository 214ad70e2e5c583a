package dev.kvmdap.session;

import dev.kvmdap.console.ConsoleException;
import dev.kvmdap.elf.ElfException;
import dev.kvmdap.engine.EngineException;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.kvm.KvmException;
import dev.kvmdap.machine.BootException;
import dev.kvmdap.session.launch.LaunchConfigurationException;
import dev.kvmdap.view.ChangeRefusedException;
import java.util.List;
import java.util.Optional;

/**
 * A request that cannot be done. Its message is for the person at the client: what was wrong, what is allowed, what to do
 * next.
 */
public final class RequestFailure extends RuntimeException {

    /** Why a request failed. */
    public enum Kind {
        /** kvmdap does not know the command. */
        UNSUPPORTED(1),
        /** The session has not come so far, or has ended. */
        WRONG_STATE(2),
        /** The request needs a stopped guest; DAP's {@code notStopped}. */
        NOT_STOPPED(3),
        /** An argument is missing or means nothing here. */
        BAD_ARGUMENTS(4),
        /** The guest could not be launched. */
        LAUNCH_FAILED(5),
        /** The client took the request back; DAP's {@code cancelled}. */
        CANCELLED(6),
        /** A mistake of kvmdap's own. */
        INTERNAL_ERROR(7),
        /** The guest or the host does not allow it now. */
        REFUSED(8);

        private final int id;

        Kind(int id) {
            this.id = id;
        }

        /** The number by which DAP's structured error message names it. */
        public int id() {
            return id;
        }
    }

    private static final List<Class<? extends RuntimeException>> FOR_PEOPLE = List.of(
            LaunchConfigurationException.class,
            BootException.class,
            ElfException.class,
            KvmException.class,
            EngineException.class,
            ChangeRefusedException.class,
            ConsoleException.class,
            ExpressionException.class);

    private final Kind kind;

    /** A failure with its words for people. */
    public RequestFailure(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    /** The failure of a request that ended with an exception; empty where that one's message is not for people. */
    public static Optional<RequestFailure> of(Kind kind, Throwable exception) {
        if (exception instanceof RequestFailure known) {
            return Optional.of(known);
        }
        return FOR_PEOPLE.stream().anyMatch(type -> type.isInstance(exception))
                ? Optional.of(new RequestFailure(kind, String.valueOf(exception.getMessage())))
                : Optional.empty();
    }

    /** An argument is missing or means nothing here. */
    public static RequestFailure badArguments(String message) {
        return new RequestFailure(Kind.BAD_ARGUMENTS, message);
    }

    /** Why the request failed. */
    public Kind kind() {
        return kind;
    }

    /** What went wrong, for people; never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
