package dev.kvmdap.dap;

import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import dev.kvmdap.view.Node;
import dev.kvmdap.view.RegistersView;
import java.util.EnumSet;
import org.eclipse.lsp4j.debug.Scope;
import org.eclipse.lsp4j.debug.ScopePresentationHint;
import org.eclipse.lsp4j.debug.ScopesArguments;
import org.eclipse.lsp4j.debug.ScopesResponse;

/** {@code scopes}: what can be looked at in a frame. */
final class ScopesRequest implements RequestFamily {

    private final Session session;

    ScopesRequest(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on("scopes", ScopesArguments.class, EnumSet.of(SessionState.STOPPED), this::scopes);
    }

    private ScopesResponse scopes(ScopesArguments arguments) {
        int vcpu = session.stopScope().frame(arguments.getFrameId()).vcpu();
        ScopesResponse response = new ScopesResponse();
        response.setScopes(
                session.guest().scopes(vcpu).stream().map(this::scope).toArray(Scope[]::new));
        return response;
    }

    private Scope scope(Node root) {
        Scope scope = new Scope();
        scope.setName(root.name());
        scope.setVariablesReference(session.stopScope().add(root));
        if (root instanceof RegistersView) {
            scope.setPresentationHint(ScopePresentationHint.REGISTERS);
        }
        scope.setExpensive(true);
        return scope;
    }
}
