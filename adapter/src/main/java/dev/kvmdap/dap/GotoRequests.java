package dev.kvmdap.dap;

import dev.kvmdap.session.ClientSources;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import dev.kvmdap.session.Threads;
import dev.kvmdap.symbols.ResolvedLine;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.x86.GuestVirtual;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.GotoArguments;
import org.eclipse.lsp4j.debug.GotoTarget;
import org.eclipse.lsp4j.debug.GotoTargetsArguments;
import org.eclipse.lsp4j.debug.GotoTargetsResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code gotoTargets} and {@code goto}: a vCPU executes another instruction next. A line has a target for each function and
 * each inlined copy that has code of it.
 */
final class GotoRequests implements RequestFamily {

    private static final Set<SessionState> STOPPED = EnumSet.of(SessionState.STOPPED);

    private final Session session;

    GotoRequests(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on("gotoTargets", GotoTargetsArguments.class, STOPPED, this::targets);
        table.on("goto", GotoArguments.class, STOPPED, this::goTo);
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsGotoTargetsRequest(true);
    }

    private GotoTargetsResponse targets(GotoTargetsArguments arguments) {
        int line = session.clientFeatures().fromClientLine(arguments.getLine());
        Optional<ResolvedLine> found = session.guest()
                .symbols()
                .resolve(ClientSources.path(arguments.getSource(), session.clientFeatures()), line);
        GotoTargetsResponse response = new GotoTargetsResponse();
        response.setTargets(found.map(ResolvedLine::addresses).orElseGet(List::of).stream()
                .map(address -> target(found.orElseThrow(), address))
                .toArray(GotoTarget[]::new));
        return response;
    }

    private GotoTarget target(ResolvedLine line, long address) {
        Symbols symbols = session.guest().symbols();
        GuestVirtual place = new GuestVirtual(address);
        GotoTarget target = new GotoTarget();
        target.setId(session.stopScope().add(place));
        target.setLabel("%s:%d, %s".formatted(line.file().name(), line.line(), symbols.describe(address)));
        target.setLine(session.clientFeatures().toClientLine(line.line()));
        target.setInstructionPointerReference(place.toString());
        return target;
    }

    private @Nullable Object goTo(GotoArguments arguments) {
        int vcpu =
                Threads.vcpu(arguments.getThreadId(), session.guest().engine().vcpus());
        session.goTo(vcpu, session.stopScope().place(arguments.getTargetId()));
        return null;
    }
}
