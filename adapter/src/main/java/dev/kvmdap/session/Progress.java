package dev.kvmdap.session;

import org.eclipse.lsp4j.debug.ProgressEndEventArguments;
import org.eclipse.lsp4j.debug.ProgressStartEventArguments;
import org.eclipse.lsp4j.debug.ProgressUpdateEventArguments;
import org.eclipse.lsp4j.debug.services.IDebugProtocolClient;

/**
 * The progress of a long request, told to clients that show it. Its id is the number of the request, by which the client may
 * cancel it; that is noticed at the next step. On the session thread.
 */
final class Progress implements AutoCloseable {

    private final IDebugProtocolClient client;
    private final boolean shown;
    private final Cancellation cancellation;

    /** Begins to tell what is done, where the client wants to know. */
    Progress(IDebugProtocolClient client, ClientFeatures features, Cancellation cancellation, String title) {
        this.client = client;
        this.shown = features.progress();
        this.cancellation = cancellation;
        if (shown) {
            ProgressStartEventArguments start = new ProgressStartEventArguments();
            start.setProgressId(id());
            start.setRequestId(cancellation.request());
            start.setTitle(title);
            start.setCancellable(true);
            client.progressStart(start);
        }
    }

    /**
     * The next step begins.
     *
     * @throws RequestFailure where the client has cancelled the request
     */
    void step(String message) {
        cancellation.check();
        if (shown) {
            ProgressUpdateEventArguments update = new ProgressUpdateEventArguments();
            update.setProgressId(id());
            update.setMessage(message);
            client.progressUpdate(update);
        }
    }

    /** The work is over, well or not. */
    @Override
    public void close() {
        if (shown) {
            ProgressEndEventArguments end = new ProgressEndEventArguments();
            end.setProgressId(id());
            client.progressEnd(end);
        }
    }

    private String id() {
        return String.valueOf(cancellation.request());
    }
}
