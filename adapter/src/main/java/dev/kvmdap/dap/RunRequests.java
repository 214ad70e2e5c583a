package dev.kvmdap.dap;

import dev.kvmdap.engine.Granularity;
import dev.kvmdap.engine.StepKind;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import dev.kvmdap.session.Threads;
import java.util.EnumSet;
import java.util.Set;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.ContinueArguments;
import org.eclipse.lsp4j.debug.ContinueResponse;
import org.eclipse.lsp4j.debug.NextArguments;
import org.eclipse.lsp4j.debug.PauseArguments;
import org.eclipse.lsp4j.debug.StepInArguments;
import org.eclipse.lsp4j.debug.StepOutArguments;
import org.eclipse.lsp4j.debug.SteppingGranularity;
import org.jspecify.annotations.Nullable;

/**
 * {@code continue}, {@code next}, {@code stepIn}, {@code stepOut} and {@code pause}. Each is answered at once; the
 * {@code stopped} event that it leads to is a later task of the session thread and cannot overtake the answer.
 */
final class RunRequests implements RequestFamily {

    private static final Set<SessionState> STOPPED = EnumSet.of(SessionState.STOPPED);

    private final Session session;

    RunRequests(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on("continue", ContinueArguments.class, STOPPED, this::resume);
        table.on(
                "next",
                NextArguments.class,
                STOPPED,
                arguments -> step(arguments.getThreadId(), StepKind.OVER, arguments.getGranularity()));
        table.on(
                "stepIn",
                StepInArguments.class,
                STOPPED,
                arguments -> arguments.getTargetId() == null
                        ? step(arguments.getThreadId(), StepKind.INTO, arguments.getGranularity())
                        : stepInto(arguments.getThreadId(), arguments.getTargetId()));
        table.on(
                "stepOut",
                StepOutArguments.class,
                STOPPED,
                arguments -> step(arguments.getThreadId(), StepKind.OUT, arguments.getGranularity()));
        table.on("pause", PauseArguments.class, EnumSet.of(SessionState.STOPPED, SessionState.RUNNING), arguments -> {
            session.pause();
            return null;
        });
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsSteppingGranularity(true);
    }

    private ContinueResponse resume(ContinueArguments arguments) {
        session.resume();
        ContinueResponse response = new ContinueResponse();
        response.setAllThreadsContinued(true);
        return response;
    }

    private @Nullable Object stepInto(int thread, int target) {
        session.stepInto(
                Threads.vcpu(thread, session.guest().engine().vcpus()),
                session.stopScope().place(target));
        return null;
    }

    private @Nullable Object step(int thread, StepKind kind, @Nullable SteppingGranularity granularity) {
        session.step(
                Threads.vcpu(thread, session.guest().engine().vcpus()),
                kind,
                granularity == SteppingGranularity.INSTRUCTION ? Granularity.INSTRUCTION : Granularity.LINE);
        return null;
    }
}
