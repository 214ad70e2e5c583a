package dev.kvmdap.dap;

import dev.kvmdap.engine.Companions;
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
                arguments -> step(
                        arguments.getThreadId(),
                        StepKind.OVER,
                        arguments.getGranularity(),
                        arguments.getSingleThread()));
        table.on(
                "stepIn",
                StepInArguments.class,
                STOPPED,
                arguments -> arguments.getTargetId() == null
                        ? step(
                                arguments.getThreadId(),
                                StepKind.INTO,
                                arguments.getGranularity(),
                                arguments.getSingleThread())
                        : stepInto(arguments.getThreadId(), arguments.getTargetId(), arguments.getSingleThread()));
        table.on(
                "stepOut",
                StepOutArguments.class,
                STOPPED,
                arguments -> step(
                        arguments.getThreadId(),
                        StepKind.OUT,
                        arguments.getGranularity(),
                        arguments.getSingleThread()));
        table.on("pause", PauseArguments.class, EnumSet.of(SessionState.STOPPED, SessionState.RUNNING), this::pause);
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsSteppingGranularity(true);
        capabilities.setSupportsSingleThreadExecutionRequests(true);
    }

    private ContinueResponse resume(ContinueArguments arguments) {
        boolean alone = Boolean.TRUE.equals(arguments.getSingleThread());
        if (alone) {
            session.resumeAlone(vcpu(arguments.getThreadId()));
        } else {
            session.resume();
        }
        ContinueResponse response = new ContinueResponse();
        response.setAllThreadsContinued(!alone || session.guest().engine().vcpus() == 1);
        return response;
    }

    private @Nullable Object stepInto(int thread, int target, @Nullable Boolean singleThread) {
        session.stepInto(vcpu(thread), session.stopScope().place(target), companions(singleThread));
        return null;
    }

    private static Companions companions(@Nullable Boolean singleThread) {
        return Boolean.TRUE.equals(singleThread) ? Companions.STAND : Companions.RUN;
    }

    private @Nullable Object step(
            int thread, StepKind kind, @Nullable SteppingGranularity granularity, @Nullable Boolean singleThread) {
        session.step(
                vcpu(thread),
                kind,
                granularity == SteppingGranularity.INSTRUCTION ? Granularity.INSTRUCTION : Granularity.LINE,
                companions(singleThread));
        return null;
    }

    /** All threads stop; the one that was named is told. A client that has no thread to name may name any. */
    private @Nullable Object pause(PauseArguments arguments) {
        int vcpu = arguments.getThreadId() - 1;
        session.pause(vcpu >= 0 && vcpu < session.guest().engine().vcpus() ? vcpu : 0);
        return null;
    }

    private int vcpu(int thread) {
        return Threads.vcpu(thread, session.guest().engine().vcpus());
    }
}
