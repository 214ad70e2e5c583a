package dev.kvmdap.session;

import java.util.concurrent.CountDownLatch;
import org.eclipse.lsp4j.debug.services.IDebugProtocolClient;

/** One debugging session. */
public final class Session {

    private final CountDownLatch ended = new CountDownLatch(1);
    private final SessionThread thread;
    private SessionState state = SessionState.CONNECTED;
    private Cancellation cancellation = new Cancellation();
    private ClientFeatures clientFeatures = ClientFeatures.DEFAULTS;

    /** A session of a client that has just connected. */
    public Session(IDebugProtocolClient client, SessionThread thread) {
        this.thread = thread;
    }

    /** How far it has come. */
    public SessionState state() {
        return state;
    }

    /** The client has said who it is. */
    public void initialize(ClientFeatures features) {
        clientFeatures = features;
        state = SessionState.INITIALIZED;
    }

    /** What the client can. */
    public ClientFeatures clientFeatures() {
        return clientFeatures;
    }

    /** The session thread begins a request. */
    public void begin(Cancellation cancellation) {
        this.cancellation = cancellation;
    }

    /** Whether the client has taken the present request back. */
    public Cancellation cancellation() {
        return cancellation;
    }

    /** Ends the session once the answer to the present request is written. */
    public void closeAfterThisRequest() {
        thread.execute(this::close);
    }

    /** Ends all. */
    public void close() {
        thread.stop();
        ended.countDown();
    }

    /** Waits. */
    public void awaitEnd() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
