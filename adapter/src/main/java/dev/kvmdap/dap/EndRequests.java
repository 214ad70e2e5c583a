package dev.kvmdap.dap;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.kvmdap.session.RequestFailure;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import java.util.EnumSet;
import java.util.Set;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.DisconnectArguments;
import org.eclipse.lsp4j.debug.TerminateArguments;
import org.jspecify.annotations.Nullable;

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
            session.restart(configuration(arguments));
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

    /** The launch configuration of now; null where the client does not give one. */
    private static @Nullable JsonObject configuration(JsonObject arguments) {
        JsonElement given = arguments.get("arguments");
        if (given == null || given.isJsonNull()) {
            return null;
        }
        if (given instanceof JsonObject configuration) {
            return configuration;
        }
        throw RequestFailure.badArguments("'arguments' of 'restart' must be a launch configuration, not " + given);
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsRestartRequest(true);
        capabilities.setSupportsTerminateRequest(true);
    }
}
