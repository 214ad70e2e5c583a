package dev.kvmdap.dap;

import dev.kvmdap.session.ClientFeatures;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import java.util.EnumSet;
import java.util.function.Supplier;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.InitializeRequestArguments;

/** {@code initialize}: the client says what it can, and learns what all the other requests can. */
final class InitializeRequest implements RequestFamily {

    private final Session session;
    private final Supplier<Capabilities> capabilities;

    InitializeRequest(Session session, Supplier<Capabilities> capabilities) {
        this.session = session;
        this.capabilities = capabilities;
    }

    @Override
    public void register(RequestTable table) {
        table.on("initialize", InitializeRequestArguments.class, EnumSet.of(SessionState.CONNECTED), this::initialize);
    }

    private Capabilities initialize(InitializeRequestArguments arguments) {
        session.initialize(ClientFeatures.of(arguments));
        return capabilities.get();
    }
}
