package dev.kvmdap.session;

import dev.kvmdap.console.CallStacks;
import dev.kvmdap.console.ConsoleTarget;
import dev.kvmdap.console.Debuggee;
import dev.kvmdap.console.Execution;
import dev.kvmdap.console.StopPoints;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.session.RequestFailure.Kind;
import dev.kvmdap.session.StopScope.StoppedFrame;
import dev.kvmdap.symbols.Symbols;
import org.jspecify.annotations.Nullable;

/** The session as the console's verbs see it, for one line of the user's. */
public final class ConsoleDebuggee implements Debuggee {

    private final Session session;
    private final @Nullable Integer frameId;

    /**
     * The debuggee of a line that was typed.
     *
     * @param frameId the frame that the client looks at; null where it says none
     */
    public ConsoleDebuggee(Session session, @Nullable Integer frameId) {
        this.session = session;
        this.frameId = frameId;
    }

    @Override
    public boolean stopped() {
        return session.state() == SessionState.STOPPED;
    }

    /** The frame that the user has chosen in the console, or else the one that the client looks at. */
    StoppedFrame stoppedFrame() {
        requireStopped();
        return session.stopScope()
                .chosen(frameId)
                .orElseGet(() -> frameId == null
                        ? session.guest().topFrame(session.stoppedVcpu())
                        : session.stopScope().frame(frameId));
    }

    void requireStopped() {
        switch (session.state()) {
            case STOPPED -> {}
            case RUNNING -> throw new RequestFailure(Kind.NOT_STOPPED, "the guest is running: 'interrupt' stops it");
            default ->
                throw new RequestFailure(Kind.WRONG_STATE, session.state().explanation());
        }
    }

    @Override
    public ConsoleTarget frame() {
        return session.guest().consoleTarget(stoppedFrame());
    }

    @Override
    public CallStacks stacks() {
        return new ConsoleStacks(session, stoppedFrame(), frameId);
    }

    @Override
    public Execution execution() {
        return new ConsoleExecution(session, this);
    }

    @Override
    public StopPoints stopPoints() {
        return new ConsoleStopPoints(session, this);
    }

    @Override
    public NumberFormat numberFormat() {
        return session.guest().numberFormat();
    }

    @Override
    public void setNumberFormat(NumberFormat format) {
        session.setNumberFormat(format);
    }

    @Override
    public Symbols symbols() {
        return session.guest().symbols();
    }
}
