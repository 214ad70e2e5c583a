package dev.kvmdap.session;

import java.nio.file.Path;
import org.eclipse.lsp4j.debug.Breakpoint;
import org.eclipse.lsp4j.debug.BreakpointEventArguments;
import org.eclipse.lsp4j.debug.BreakpointEventArgumentsReason;
import org.eclipse.lsp4j.debug.ContinuedEventArguments;
import org.eclipse.lsp4j.debug.ExitedEventArguments;
import org.eclipse.lsp4j.debug.InvalidatedAreas;
import org.eclipse.lsp4j.debug.InvalidatedEventArguments;
import org.eclipse.lsp4j.debug.MemoryEventArguments;
import org.eclipse.lsp4j.debug.OutputEventArguments;
import org.eclipse.lsp4j.debug.OutputEventArgumentsCategory;
import org.eclipse.lsp4j.debug.ProcessEventArguments;
import org.eclipse.lsp4j.debug.ProcessEventArgumentsStartMethod;
import org.eclipse.lsp4j.debug.StoppedEventArguments;
import org.eclipse.lsp4j.debug.StoppedEventArgumentsReason;
import org.eclipse.lsp4j.debug.TerminatedEventArguments;
import org.eclipse.lsp4j.debug.ThreadEventArguments;
import org.eclipse.lsp4j.debug.ThreadEventArgumentsReason;
import org.eclipse.lsp4j.debug.services.IDebugProtocolClient;

/** What happens to the guest, in the protocol's words. On the session thread. */
public final class ClientEvents {

    private final IDebugProtocolClient client;

    ClientEvents(IDebugProtocolClient client) {
        this.client = client;
    }

    /** The client may send its breakpoints. */
    void initialized() {
        client.initialized();
    }

    /** A guest of that image begins to run. */
    void process(Path program) {
        ProcessEventArguments event = new ProcessEventArguments();
        event.setName(program.toString());
        event.setIsLocalProcess(false);
        event.setStartMethod(ProcessEventArgumentsStartMethod.LAUNCH);
        client.process(event);
    }

    /** A vCPU exists from now on. */
    void threadStarted(int vcpu) {
        ThreadEventArguments event = new ThreadEventArguments();
        event.setReason(ThreadEventArgumentsReason.STARTED);
        event.setThreadId(Threads.id(vcpu));
        client.thread(event);
    }

    /** The guest stands still. */
    void stopped(StopReport report) {
        StoppedEventArguments event = new StoppedEventArguments();
        event.setReason(report.reason());
        event.setDescription(report.description());
        event.setThreadId(Threads.id(report.vcpu()));
        event.setAllThreadsStopped(true);
        if (!report.text().isEmpty()) {
            event.setText(report.text());
        }
        if (!report.hit().isEmpty()) {
            event.setHitBreakpointIds(report.hit().toArray(Integer[]::new));
        }
        client.stopped(event);
    }

    /** The guest stands still, and a vCPU has been made to go on at another place. */
    void moved(int vcpu) {
        StoppedEventArguments event = new StoppedEventArguments();
        event.setReason(StoppedEventArgumentsReason.GOTO);
        event.setDescription("Moved to another place");
        event.setThreadId(Threads.id(vcpu));
        event.setAllThreadsStopped(true);
        client.stopped(event);
    }

    /** The guest runs again though the client has not asked for just that. */
    void continued(int vcpu) {
        ContinuedEventArguments event = new ContinuedEventArguments();
        event.setThreadId(Threads.id(vcpu));
        event.setAllThreadsContinued(true);
        client.continued(event);
    }

    /** What the guest has printed. */
    void guestOutput(String text) {
        output(OutputEventArgumentsCategory.STDOUT, text);
    }

    /** What logpoints have written. */
    void logged(String text) {
        output(OutputEventArgumentsCategory.CONSOLE, text);
    }

    /** A line of our own, for the user. */
    void message(String line) {
        output(OutputEventArgumentsCategory.CONSOLE, line + "\n");
    }

    /** A line of our own that the user should not miss. */
    void important(String line) {
        output(OutputEventArgumentsCategory.IMPORTANT, line + "\n");
    }

    private void output(String category, String text) {
        OutputEventArguments event = new OutputEventArguments();
        event.setCategory(category);
        event.setOutput(text);
        client.output(event);
    }

    /** A breakpoint is not what its answer said any more. */
    void breakpointChanged(Breakpoint breakpoint) {
        breakpoint(BreakpointEventArgumentsReason.CHANGED, breakpoint);
    }

    /** There is a breakpoint that the client has not set. */
    void breakpointNew(Breakpoint breakpoint) {
        breakpoint(BreakpointEventArgumentsReason.NEW, breakpoint);
    }

    /** The breakpoint of a number is there no more. */
    void breakpointRemoved(int id) {
        Breakpoint removed = new Breakpoint();
        removed.setId(id);
        breakpoint(BreakpointEventArgumentsReason.REMOVED, removed);
    }

    private void breakpoint(String reason, Breakpoint breakpoint) {
        BreakpointEventArguments event = new BreakpointEventArguments();
        event.setReason(reason);
        event.setBreakpoint(breakpoint);
        client.breakpoint(event);
    }

    /** Values were changed by the user; variables, and all that depends on them, are to be fetched again. */
    public void valuesChanged() {
        InvalidatedEventArguments event = new InvalidatedEventArguments();
        event.setAreas(new String[] {InvalidatedAreas.VARIABLES, InvalidatedAreas.STACKS});
        client.invalidated(event);
    }

    /** The user has changed memory that the client may show. */
    void memoryChanged(GuestChanges.Change change) {
        MemoryEventArguments event = new MemoryEventArguments();
        event.setMemoryReference(change.reference());
        event.setOffset((int) change.offset());
        event.setCount((int) change.bytes());
        client.memory(event);
    }

    /** The guest has ended itself. */
    void exited(int code) {
        ExitedEventArguments event = new ExitedEventArguments();
        event.setExitCode(code);
        client.exited(event);
    }

    /** There is nothing to debug any more. */
    void terminated() {
        client.terminated(new TerminatedEventArguments());
    }
}
