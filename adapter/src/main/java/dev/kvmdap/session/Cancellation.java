package dev.kvmdap.session;

import dev.kvmdap.session.RequestFailure.Kind;

/**
 * Whether the client has taken a request back. The reader of the connection sets it at once; the session thread asks for it
 * before it begins the request and between the pieces of a long one.
 */
public final class Cancellation {

    private final int request;
    private volatile boolean demanded;

    /**
     * A request that is wanted.
     *
     * @param request the client's number of it
     */
    public Cancellation(int request) {
        this.request = request;
    }

    /** The client's number of the request. */
    public int request() {
        return request;
    }

    /** The client no longer wants the request's result; any thread. */
    public void demand() {
        demanded = true;
    }

    /** Whether the client took the request back; any thread. */
    public boolean isDemanded() {
        return demanded;
    }

    /**
     * Goes on where the request is still wanted.
     *
     * @throws RequestFailure of kind {@link Kind#CANCELLED} where it is not
     */
    public void check() {
        if (demanded) {
            throw new RequestFailure(Kind.CANCELLED, "cancelled by the client");
        }
    }
}
