package dev.kvmdap.session;

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
        INTERNAL_ERROR(7);

        private final int id;

        Kind(int id) {
            this.id = id;
        }

        /** The number by which DAP's structured error message names it. */
        public int id() {
            return id;
        }
    }

    private final Kind kind;

    /** A failure with its words for people. */
    public RequestFailure(Kind kind, String message) {
        super(message, null, false, kind == Kind.INTERNAL_ERROR);
        this.kind = kind;
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
