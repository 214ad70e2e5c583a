package dev.kvmdap.dap;

import com.google.gson.JsonObject;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import java.util.EnumSet;
import java.util.Set;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.DisconnectArguments;
import org.eclipse.lsp4j.debug.TerminateArguments;

/**
 * {@code restart}, {@code terminate} and {@code disconnect}: the ways out of a run. The guest lives in this process, so a
 * client that disconnects cannot leave it running; {@code supportTerminateDebuggee} is not announced.
 */
final class EndRequests implements RequestFamily {

    private static final Set<SessionState> AFTER_LAUNCH =
            EnumSet.of(SessionState.CONFIGURING, SessionState.STOPPED, SessionState.RUNNING, SessionState.ENDED);

    private final Session session;

    EndRequests(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on("restart", JsonObject.class, EnumSet.of(SessionState.STOPPED, SessionState.RUNNING), arguments -> {
            session.restart(arguments.has("arguments") ? arguments.getAsJsonObject("arguments") : null);
            return null;
        });
        table.on("terminate", TerminateArguments.class, AFTER_LAUNCH, arguments -> {
            session.terminate();
            return null;
        });
        table.on("disconnect", DisconnectArguments.class, SessionState.ANY, arguments -> {
            session.closeAfterAnswer();
            return null;
        });
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsRestartRequest(true);
        capabilities.setSupportsTerminateRequest(true);
    }
}
