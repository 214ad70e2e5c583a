package dev.kvmdap.session;

import dev.kvmdap.console.CodeLocation;
import dev.kvmdap.console.ConsoleException;
import dev.kvmdap.console.Execution;
import dev.kvmdap.engine.Breakpoint;
import dev.kvmdap.engine.BreakpointMode;
import dev.kvmdap.engine.Condition;
import dev.kvmdap.engine.Engine;
import dev.kvmdap.engine.Frame;
import dev.kvmdap.engine.Granularity;
import dev.kvmdap.engine.Placement;
import dev.kvmdap.engine.StepKind;
import dev.kvmdap.session.StopScope.StoppedFrame;
import dev.kvmdap.x86.GuestVirtual;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Runs a session's guest for the console. The client has asked for nothing of it, so it is told that the guest goes on, once the
 * line is answered.
 */
final class ConsoleExecution implements Execution {

    private final Session session;
    private final ConsoleDebuggee debuggee;

    ConsoleExecution(Session session, ConsoleDebuggee debuggee) {
        this.session = session;
        this.debuggee = debuggee;
    }

    private Engine engine() {
        return session.guest().engine();
    }

    private void tell(int vcpu) {
        session.afterAnswer(() -> session.events().continued(vcpu));
    }

    @Override
    public void resume() {
        int vcpu = debuggee.stoppedFrame().vcpu();
        session.resume();
        tell(vcpu);
    }

    @Override
    public void step(StepKind kind, Granularity granularity, int times) {
        int vcpu = debuggee.stoppedFrame().vcpu();
        session.step(vcpu, kind, granularity, times);
        tell(vcpu);
    }

    @Override
    public void finish() {
        StoppedFrame frame = debuggee.stoppedFrame();
        if (frame.frame().index() == 0) {
            session.step(frame.vcpu(), StepKind.OUT, Granularity.LINE, 1);
        } else {
            Frame caller = caller(frame);
            if (caller == null) {
                throw new ConsoleException("the caller of this frame is not known: 'advance LOCATION' runs to a place");
            }
            runTo(frame, List.of(returnTo(caller)), OptionalLong.empty());
        }
        tell(frame.vcpu());
    }

    @Override
    public void advance(CodeLocation place, boolean inFrame) {
        StoppedFrame frame = debuggee.stoppedFrame();
        List<Long> addresses = place.addresses(debuggee.symbols());
        if (addresses.isEmpty()) {
            throw new ConsoleException("there is no code at " + place);
        }
        List<Breakpoint> places = new ArrayList<>();
        addresses.forEach(address -> places.add(stopAt(address, null)));
        Frame caller = caller(frame);
        OptionalLong frameEnd = OptionalLong.empty();
        if (caller != null) {
            places.add(returnTo(caller));
            frameEnd = inFrame ? OptionalLong.of(caller.registers().stackPointer()) : frameEnd;
        }
        runTo(frame, places, frameEnd);
        tell(frame.vcpu());
    }

    private @Nullable Frame caller(StoppedFrame frame) {
        List<Frame> callers = engine().stack(frame.vcpu(), frame.frame().index() + 1, 1);
        return callers.isEmpty() ? null : callers.get(0);
    }

    /** Where a frame goes on, once the frames that it called have left the stack. */
    private Breakpoint returnTo(Frame caller) {
        long stack = caller.registers().stackPointer();
        return stopAt(caller.pc().address(), cpu -> Long.compareUnsigned(cpu.stackPointer(), stack) >= 0);
    }

    private Breakpoint stopAt(long address, @Nullable Condition condition) {
        return engine().addBreakpoint(new GuestVirtual(address), BreakpointMode.AUTO, condition);
    }

    private void runTo(StoppedFrame frame, List<Breakpoint> places, OptionalLong frameEnd) {
        for (Breakpoint place : places) {
            if (place.placement() instanceof Placement.Failed) {
                places.forEach(engine()::removeBreakpoint);
                throw new ConsoleException(place.placement().text());
            }
        }
        session.resume(new Course.ToPlaces(engine(), frame.vcpu(), places, frameEnd));
    }

    @Override
    public void jump(long linear) {
        int vcpu = debuggee.stoppedFrame().vcpu();
        session.jump(vcpu, new GuestVirtual(linear));
        tell(vcpu);
    }

    @Override
    public void restart(boolean stopAtEntry) {
        session.restart(null, stopAtEntry);
    }

    @Override
    public void interrupt() {
        session.pause(session.stoppedVcpu());
    }
}
