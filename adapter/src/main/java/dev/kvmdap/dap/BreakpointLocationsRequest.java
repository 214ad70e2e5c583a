package dev.kvmdap.dap;

import dev.kvmdap.session.ClientFeatures;
import dev.kvmdap.session.ClientSources;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import org.eclipse.lsp4j.debug.BreakpointLocation;
import org.eclipse.lsp4j.debug.BreakpointLocationsArguments;
import org.eclipse.lsp4j.debug.BreakpointLocationsResponse;
import org.eclipse.lsp4j.debug.Capabilities;

/** {@code breakpointLocations}: the lines of a file that have code. */
final class BreakpointLocationsRequest implements RequestFamily {

    private final Session session;

    BreakpointLocationsRequest(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on(
                "breakpointLocations",
                BreakpointLocationsArguments.class,
                SessionState.LAUNCHED,
                this::breakpointLocations);
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsBreakpointLocationsRequest(true);
    }

    private BreakpointLocationsResponse breakpointLocations(BreakpointLocationsArguments arguments) {
        ClientFeatures client = session.clientFeatures();
        int from = client.fromClientLine(arguments.getLine());
        int to = arguments.getEndLine() == null ? from : client.fromClientLine(arguments.getEndLine());
        BreakpointLocationsResponse response = new BreakpointLocationsResponse();
        response.setBreakpoints(
                session
                        .guest()
                        .symbols()
                        .linesWithCode(ClientSources.path(arguments.getSource(), client), from, to)
                        .stream()
                        .map(line -> location(client.toClientLine(line)))
                        .toArray(BreakpointLocation[]::new));
        return response;
    }

    private static BreakpointLocation location(int line) {
        BreakpointLocation location = new BreakpointLocation();
        location.setLine(line);
        return location;
    }
}
