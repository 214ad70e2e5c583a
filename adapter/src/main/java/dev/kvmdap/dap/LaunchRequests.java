package dev.kvmdap.dap;

import com.google.gson.JsonObject;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import java.util.EnumSet;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.ConfigurationDoneArguments;

/**
 * {@code launch} and {@code configurationDone}: a launch is answered only when the client has set its breakpoints and says so,
 * just before the guest runs.
 */
final class LaunchRequests implements RequestFamily {

    private final Session session;

    LaunchRequests(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.onLater("launch", JsonObject.class, EnumSet.of(SessionState.INITIALIZED), session::launch);
        table.on(
                "configurationDone",
                ConfigurationDoneArguments.class,
                EnumSet.of(SessionState.CONFIGURING),
                arguments -> {
                    session.configurationDone();
                    return null;
                });
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsConfigurationDoneRequest(true);
    }
}
