package dev.kvmdap.dap;

import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import org.eclipse.lsp4j.debug.DisconnectArguments;

/**
 * {@code disconnect}: the session ends, and the guest with it: it lives in this process, so it cannot be left running
 * ({@code supportTerminateDebuggee} is not announced).
 */
final class DisconnectRequest implements RequestFamily {

    private final Session session;

    DisconnectRequest(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on("disconnect", DisconnectArguments.class, SessionState.ANY, arguments -> {
            session.closeAfterThisRequest();
            return null;
        });
    }
}
