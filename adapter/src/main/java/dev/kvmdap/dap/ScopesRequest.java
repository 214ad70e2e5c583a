package dev.kvmdap.dap;

import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import dev.kvmdap.session.StopScope.StoppedFrame;
import dev.kvmdap.view.CpuidView;
import dev.kvmdap.view.LocalsView;
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
        StoppedFrame frame = session.stopScope().frame(arguments.getFrameId());
        ScopesResponse response = new ScopesResponse();
        response.setScopes(
                session.guest().scopes(frame).stream().map(this::scope).toArray(Scope[]::new));
        return response;
    }

    private Scope scope(Node root) {
        Scope scope = new Scope();
        scope.setName(root.name());
        scope.setVariablesReference(session.stopScope().add(root));
        if (root instanceof LocalsView) {
            scope.setPresentationHint(ScopePresentationHint.LOCALS);
        } else if (root instanceof RegistersView) {
            scope.setPresentationHint(ScopePresentationHint.REGISTERS);
        }
        scope.setExpensive(root instanceof CpuidView);
        return scope;
    }
}
