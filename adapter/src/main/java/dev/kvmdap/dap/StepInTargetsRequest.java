package dev.kvmdap.dap;

import dev.kvmdap.disassembly.DecodedInstruction;
import dev.kvmdap.disassembly.Syntax;
import dev.kvmdap.engine.CallSites;
import dev.kvmdap.engine.GuestCode;
import dev.kvmdap.session.ClientFeatures;
import dev.kvmdap.session.RequestFailure;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import dev.kvmdap.session.StopScope.StoppedFrame;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.x86.GuestVirtual;
import java.util.EnumSet;
import java.util.OptionalLong;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.StepInTarget;
import org.eclipse.lsp4j.debug.StepInTargetsArguments;
import org.eclipse.lsp4j.debug.StepInTargetsResponse;

/** {@code stepInTargets}: the calls of the line, by address; {@code stepIn} enters the one that is chosen, over the others. */
final class StepInTargetsRequest implements RequestFamily {

    private final Session session;

    StepInTargetsRequest(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on("stepInTargets", StepInTargetsArguments.class, EnumSet.of(SessionState.STOPPED), this::targets);
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsStepInTargetsRequest(true);
    }

    private StepInTargetsResponse targets(StepInTargetsArguments arguments) {
        StoppedFrame stopped = session.stopScope().frame(arguments.getFrameId());
        if (stopped.frame().index() > 0) {
            throw RequestFailure.badArguments("only the innermost frame can step into a call");
        }
        GuestCode code = session.guest().code(stopped.vcpu());
        StepInTargetsResponse response = new StepInTargetsResponse();
        response.setTargets(new CallSites(code, session.guest().symbols())
                .ahead(stopped.frame().pc().address()).stream()
                        .map(call -> target(call, code))
                        .toArray(StepInTarget[]::new));
        return response;
    }

    private StepInTarget target(DecodedInstruction call, GuestCode code) {
        Symbols symbols = session.guest().symbols();
        ClientFeatures client = session.clientFeatures();
        Syntax syntax = session.guest().configuration().assemblySyntax();
        OptionalLong callee = call.target();
        boolean named =
                callee.isPresent() && symbols.functionAt(callee.getAsLong()).isPresent();
        StepInTarget target = new StepInTarget();
        target.setId(session.stopScope().add(new GuestVirtual(call.address())));
        target.setLabel(named ? symbols.describe(callee.getAsLong()) : code.annotated(call, syntax));
        symbols.lineAt(call.address()).filter(row -> row.line() > 0).ifPresent(row -> {
            target.setLine(client.toClientLine(row.line()));
            if (row.column() > 0) {
                target.setColumn(client.toClientColumn(row.column()));
            }
        });
        return target;
    }
}
