package dev.kvmdap.session;

import dev.kvmdap.console.CallStacks;
import dev.kvmdap.engine.Engine;
import dev.kvmdap.engine.Frame;
import dev.kvmdap.session.StopScope.StoppedFrame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The call stacks of a session's stopped guest. */
final class ConsoleStacks implements CallStacks {

    private final Session session;
    private final StoppedFrame chosen;
    private final @Nullable Integer frameId;

    ConsoleStacks(Session session, StoppedFrame chosen, @Nullable Integer frameId) {
        this.session = session;
        this.chosen = chosen;
        this.frameId = frameId;
    }

    private Engine engine() {
        return session.guest().engine();
    }

    @Override
    public int vcpus() {
        return engine().vcpus();
    }

    @Override
    public String threadName(int vcpu) {
        return Threads.name(engine().cpu(vcpu));
    }

    @Override
    public int vcpu() {
        return chosen.vcpu();
    }

    @Override
    public Frame chosen() {
        return chosen.frame();
    }

    @Override
    public List<Frame> frames(int vcpu, int start, int count) {
        return engine().stack(vcpu, start, count);
    }

    @Override
    public void choose(int vcpu, Frame frame) {
        session.stopScope().choose(frameId, new StoppedFrame(vcpu, frame));
    }
}
