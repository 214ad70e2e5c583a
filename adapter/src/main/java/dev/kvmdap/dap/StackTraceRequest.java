package dev.kvmdap.dap;

import dev.kvmdap.engine.Frame;
import dev.kvmdap.session.ClientFeatures;
import dev.kvmdap.session.ClientSources;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import dev.kvmdap.session.StopScope.StoppedFrame;
import dev.kvmdap.session.Threads;
import dev.kvmdap.symbols.Function;
import dev.kvmdap.symbols.SourceLine;
import java.util.EnumSet;
import java.util.List;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.StackFrame;
import org.eclipse.lsp4j.debug.StackFramePresentationHint;
import org.eclipse.lsp4j.debug.StackTraceArguments;
import org.eclipse.lsp4j.debug.StackTraceResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code stackTrace}: only the frames that are asked for are unwound. Where there are more, the total is told as one more than
 * those known, which makes the client ask on.
 */
final class StackTraceRequest implements RequestFamily {

    /** As many as are told at once to a client that wants all: a runaway recursion has no end. */
    private static final int MOST_FRAMES = 1000;

    private final Session session;

    StackTraceRequest(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on("stackTrace", StackTraceArguments.class, EnumSet.of(SessionState.STOPPED), this::stackTrace);
    }

    @Override
    public void announce(Capabilities capabilities) {
        capabilities.setSupportsDelayedStackTraceLoading(true);
    }

    private StackTraceResponse stackTrace(StackTraceArguments arguments) {
        int vcpu =
                Threads.vcpu(arguments.getThreadId(), session.guest().engine().vcpus());
        int start = Math.max(0, orZero(arguments.getStartFrame()));
        int wanted = orZero(arguments.getLevels());
        int levels = wanted <= 0 ? MOST_FRAMES : Math.min(wanted, MOST_FRAMES);
        if (session.guest().engine().cpu(vcpu).mpState().waitsForStart()) {
            return waitingForStart(vcpu);
        }
        List<Frame> frames = session.guest().engine().stack(vcpu, start, levels);
        StackTraceResponse response = new StackTraceResponse();
        response.setStackFrames(
                frames.stream().map(frame -> stackFrame(vcpu, frame)).toArray(StackFrame[]::new));
        response.setTotalFrames(start + frames.size() + (frames.size() == levels ? 1 : 0));
        return response;
    }

    /** A processor that has not been started executes no code; its registers can be looked at. */
    private StackTraceResponse waitingForStart(int vcpu) {
        StackFrame frame = new StackFrame();
        frame.setId(session.stopScope().add(session.guest().topFrame(vcpu)));
        frame.setName(Threads.WAITING_FOR_START);
        frame.setPresentationHint(StackFramePresentationHint.SUBTLE);
        StackTraceResponse response = new StackTraceResponse();
        response.setStackFrames(new StackFrame[] {frame});
        response.setTotalFrames(1);
        return response;
    }

    private StackFrame stackFrame(int vcpu, Frame frame) {
        StackFrame answer = new StackFrame();
        answer.setId(session.stopScope().add(new StoppedFrame(vcpu, frame)));
        answer.setInstructionPointerReference(frame.pc().toString());
        ClientFeatures client = session.clientFeatures();
        if (frame.line().isPresent() && frame.line().get().line() > 0) {
            SourceLine line = frame.line().get();
            answer.setName(
                    frame.function().map(Function::name).orElse(frame.pc().toString()));
            answer.setSource(ClientSources.of(line.file(), client));
            answer.setLine(client.toClientLine(line.line()));
            answer.setColumn(client.toClientColumn(Math.max(1, line.column())));
        } else {
            answer.setName(session.guest().symbols().describe(frame.pc().address()));
            answer.setLine(0);
            answer.setColumn(0);
            answer.setPresentationHint(StackFramePresentationHint.SUBTLE);
        }
        return answer;
    }

    private static int orZero(@Nullable Integer number) {
        return number == null ? 0 : number;
    }
}
