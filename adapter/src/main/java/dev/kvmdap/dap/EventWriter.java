package dev.kvmdap.dap;

import org.eclipse.lsp4j.debug.BreakpointEventArguments;
import org.eclipse.lsp4j.debug.ContinuedEventArguments;
import org.eclipse.lsp4j.debug.ExitedEventArguments;
import org.eclipse.lsp4j.debug.InvalidatedEventArguments;
import org.eclipse.lsp4j.debug.MemoryEventArguments;
import org.eclipse.lsp4j.debug.OutputEventArguments;
import org.eclipse.lsp4j.debug.ProcessEventArguments;
import org.eclipse.lsp4j.debug.ProgressEndEventArguments;
import org.eclipse.lsp4j.debug.ProgressStartEventArguments;
import org.eclipse.lsp4j.debug.ProgressUpdateEventArguments;
import org.eclipse.lsp4j.debug.StoppedEventArguments;
import org.eclipse.lsp4j.debug.TerminatedEventArguments;
import org.eclipse.lsp4j.debug.ThreadEventArguments;
import org.eclipse.lsp4j.debug.services.IDebugProtocolClient;

/** The client as its session sees it: each call is one event on the wire. On the session thread. */
final class EventWriter implements IDebugProtocolClient {

    private final MessageWriter writer;

    EventWriter(MessageWriter writer) {
        this.writer = writer;
    }

    @Override
    public void initialized() {
        writer.event("initialized", null);
    }

    @Override
    public void process(ProcessEventArguments arguments) {
        writer.event("process", arguments);
    }

    @Override
    public void thread(ThreadEventArguments arguments) {
        writer.event("thread", arguments);
    }

    @Override
    public void stopped(StoppedEventArguments arguments) {
        writer.event("stopped", arguments);
    }

    @Override
    public void continued(ContinuedEventArguments arguments) {
        writer.event("continued", arguments);
    }

    @Override
    public void output(OutputEventArguments arguments) {
        writer.event("output", arguments);
    }

    @Override
    public void breakpoint(BreakpointEventArguments arguments) {
        writer.event("breakpoint", arguments);
    }

    @Override
    public void invalidated(InvalidatedEventArguments arguments) {
        writer.event("invalidated", arguments);
    }

    @Override
    public void memory(MemoryEventArguments arguments) {
        writer.event("memory", arguments);
    }

    @Override
    public void progressStart(ProgressStartEventArguments arguments) {
        writer.event("progressStart", arguments);
    }

    @Override
    public void progressUpdate(ProgressUpdateEventArguments arguments) {
        writer.event("progressUpdate", arguments);
    }

    @Override
    public void progressEnd(ProgressEndEventArguments arguments) {
        writer.event("progressEnd", arguments);
    }

    @Override
    public void exited(ExitedEventArguments arguments) {
        writer.event("exited", arguments);
    }

    @Override
    public void terminated(TerminatedEventArguments arguments) {
        writer.event("terminated", arguments);
    }
}
