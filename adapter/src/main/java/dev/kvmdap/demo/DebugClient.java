package dev.kvmdap.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.lsp4j.debug.Breakpoint;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.ConfigurationDoneArguments;
import org.eclipse.lsp4j.debug.ContinueArguments;
import org.eclipse.lsp4j.debug.DisconnectArguments;
import org.eclipse.lsp4j.debug.EvaluateArguments;
import org.eclipse.lsp4j.debug.EvaluateArgumentsContext;
import org.eclipse.lsp4j.debug.ExitedEventArguments;
import org.eclipse.lsp4j.debug.FunctionBreakpoint;
import org.eclipse.lsp4j.debug.InitializeRequestArguments;
import org.eclipse.lsp4j.debug.NextArguments;
import org.eclipse.lsp4j.debug.OutputEventArguments;
import org.eclipse.lsp4j.debug.OutputEventArgumentsCategory;
import org.eclipse.lsp4j.debug.Scope;
import org.eclipse.lsp4j.debug.ScopesArguments;
import org.eclipse.lsp4j.debug.SetBreakpointsArguments;
import org.eclipse.lsp4j.debug.SetFunctionBreakpointsArguments;
import org.eclipse.lsp4j.debug.Source;
import org.eclipse.lsp4j.debug.SourceBreakpoint;
import org.eclipse.lsp4j.debug.StackFrame;
import org.eclipse.lsp4j.debug.StackTraceArguments;
import org.eclipse.lsp4j.debug.StepInArguments;
import org.eclipse.lsp4j.debug.StepOutArguments;
import org.eclipse.lsp4j.debug.StoppedEventArguments;
import org.eclipse.lsp4j.debug.TerminatedEventArguments;
import org.eclipse.lsp4j.debug.Variable;
import org.eclipse.lsp4j.debug.VariablesArguments;
import org.eclipse.lsp4j.debug.launch.DSPLauncher;
import org.eclipse.lsp4j.debug.services.IDebugProtocolClient;
import org.eclipse.lsp4j.debug.services.IDebugProtocolServer;
import org.eclipse.lsp4j.jsonrpc.Launcher;
import org.eclipse.lsp4j.jsonrpc.ResponseErrorException;
import org.jspecify.annotations.Nullable;

/**
 * A client of a debug adapter that it starts as a child process and talks to over standard input and output, as IDEs do.
 * Every wait has an end. Used by one thread.
 */
final class DebugClient implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 20;
    private static final int THREAD = 1;

    private final Process adapter;
    private final IDebugProtocolServer server;
    private final Events events;
    private final Future<Void> listening;
    private CompletableFuture<Void> launched = new CompletableFuture<>();

    /**
     * Starts an adapter.
     *
     * @param command the adapter's command line; its standard error becomes ours
     * @param guestOutput gets what the guest prints, line by line, on another thread
     */
    DebugClient(List<String> command, Consumer<String> guestOutput) {
        try {
            adapter = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new DemoFailure("cannot start the adapter: " + e.getMessage(), e);
        }
        events = new Events(guestOutput);
        Launcher<IDebugProtocolServer> launcher =
                DSPLauncher.createClientLauncher(events, adapter.getInputStream(), adapter.getOutputStream());
        listening = launcher.startListening();
        server = launcher.getRemoteProxy();
    }

    /** Initializes the adapter. */
    Capabilities initialize() {
        InitializeRequestArguments arguments = new InitializeRequestArguments();
        arguments.setClientID("kvmdap-demo");
        arguments.setAdapterID("kvm");
        arguments.setLinesStartAt1(true);
        arguments.setColumnsStartAt1(true);
        arguments.setPathFormat("path");
        return await("initialize", server.initialize(arguments));
    }

    /** Launches a guest; it waits for {@link #configurationDone}. */
    void launch(Map<String, Object> configuration) {
        launched = server.launch(configuration);
        await("launch", CompletableFuture.anyOf(events.initialized, launched));
    }

    /** Lets the guest run. */
    void configurationDone() {
        await("configurationDone", server.configurationDone(new ConfigurationDoneArguments()));
        await("launch", launched);
    }

    /** Sets the only breakpoint of a source file. */
    Breakpoint breakAt(Path file, int line) {
        SourceBreakpoint breakpoint = new SourceBreakpoint();
        breakpoint.setLine(line);
        return setBreakpoints(file, breakpoint)[0];
    }

    /** Removes all breakpoints of a source file. */
    void clearBreakpoints(Path file) {
        setBreakpoints(file);
    }

    private Breakpoint[] setBreakpoints(Path file, SourceBreakpoint... breakpoints) {
        Source source = new Source();
        source.setName(String.valueOf(file.getFileName()));
        source.setPath(file.toString());
        SetBreakpointsArguments arguments = new SetBreakpointsArguments();
        arguments.setSource(source);
        arguments.setBreakpoints(breakpoints);
        return await("setBreakpoints", server.setBreakpoints(arguments)).getBreakpoints();
    }

    /** Sets the only function breakpoint. */
    Breakpoint breakOn(String function, @Nullable String condition) {
        FunctionBreakpoint breakpoint = new FunctionBreakpoint();
        breakpoint.setName(function);
        breakpoint.setCondition(condition);
        return setFunctionBreakpoints(breakpoint)[0];
    }

    /** Removes all function breakpoints. */
    void clearFunctionBreakpoints() {
        setFunctionBreakpoints();
    }

    private Breakpoint[] setFunctionBreakpoints(FunctionBreakpoint... breakpoints) {
        SetFunctionBreakpointsArguments arguments = new SetFunctionBreakpointsArguments();
        arguments.setBreakpoints(breakpoints);
        return await("setFunctionBreakpoints", server.setFunctionBreakpoints(arguments))
                .getBreakpoints();
    }

    /** Lets the guest run on, to its next stop or its end. */
    void resume() {
        ContinueArguments arguments = new ContinueArguments();
        arguments.setThreadId(THREAD);
        await("continue", server.continue_(arguments));
    }

    /** Steps over a line. */
    void next() {
        NextArguments arguments = new NextArguments();
        arguments.setThreadId(THREAD);
        await("next", server.next(arguments));
    }

    /** Steps into the function that a line calls. */
    void stepIn() {
        StepInArguments arguments = new StepInArguments();
        arguments.setThreadId(THREAD);
        await("stepIn", server.stepIn(arguments));
    }

    /** Steps out of a function. */
    void stepOut() {
        StepOutArguments arguments = new StepOutArguments();
        arguments.setThreadId(THREAD);
        await("stepOut", server.stepOut(arguments));
    }

    /** Waits for the guest to stop. */
    StoppedEventArguments stopped() {
        return take(events.stops, "the guest did not stop");
    }

    /** Waits for the guest to end: its exit code. */
    int exited() {
        int code = take(events.exits, "the guest did not end").getExitCode();
        await("terminated", events.terminated);
        return code;
    }

    /** The call stack, the innermost frame first. */
    List<StackFrame> stack() {
        StackTraceArguments arguments = new StackTraceArguments();
        arguments.setThreadId(THREAD);
        return List.of(await("stackTrace", server.stackTrace(arguments)).getStackFrames());
    }

    /** What there is to see in a frame. */
    List<Scope> scopes(StackFrame frame) {
        ScopesArguments arguments = new ScopesArguments();
        arguments.setFrameId(frame.getId());
        return List.of(await("scopes", server.scopes(arguments)).getScopes());
    }

    /** What is inside a scope or a variable. */
    List<Variable> variables(int reference) {
        VariablesArguments arguments = new VariablesArguments();
        arguments.setVariablesReference(reference);
        return List.of(await("variables", server.variables(arguments)).getVariables());
    }

    /** The value of an expression, or the answer of a console verb. */
    String evaluate(String expression, StackFrame frame) {
        EvaluateArguments arguments = new EvaluateArguments();
        arguments.setExpression(expression);
        arguments.setFrameId(frame.getId());
        arguments.setContext(EvaluateArgumentsContext.REPL);
        return await("evaluate " + expression, server.evaluate(arguments)).getResult();
    }

    /** Ends the session: the adapter's exit status. */
    int disconnect() {
        await("disconnect", server.disconnect(new DisconnectArguments()));
        try {
            if (!adapter.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new DemoFailure("the adapter still runs after disconnect");
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        return adapter.exitValue();
    }

    @Override
    public void close() {
        adapter.destroy();
        listening.cancel(true);
    }

    private <T> T take(BlockingQueue<T> queue, String otherwise) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        try {
            while (System.nanoTime() < deadline) {
                boolean alive = adapter.isAlive();
                T taken = queue.poll(100, TimeUnit.MILLISECONDS);
                if (taken != null) {
                    return taken;
                }
                if (!alive) {
                    throw new DemoFailure(otherwise + ": the adapter has ended with status " + adapter.exitValue());
                }
            }
            throw new DemoFailure(otherwise + " within " + PATIENCE_SECONDS + " s");
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private <T> T await(String request, CompletableFuture<T> answer) {
        try {
            CompletableFuture.anyOf(answer, adapter.onExit()).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return answer.get(adapter.isAlive() ? PATIENCE_SECONDS : 1, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new DemoFailure(
                    adapter.isAlive()
                            ? request + ": no answer within " + PATIENCE_SECONDS + " s"
                            : request + ": the adapter has ended with status " + adapter.exitValue(),
                    e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ResponseErrorException refusal
                    ? new DemoFailure(request + ": " + refusal.getMessage(), e)
                    : new DemoFailure(request + ": " + connectionLost(), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private String connectionLost() {
        boolean alive = adapter.onExit()
                .completeOnTimeout(adapter, 1, TimeUnit.SECONDS)
                .join()
                .isAlive();
        return alive ? "the adapter reads no more" : "the adapter has ended with status " + adapter.exitValue();
    }

    private static DemoFailure interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new DemoFailure("interrupted", cause);
    }

    /** What the adapter tells without being asked; called on LSP4J's reader thread. */
    private static final class Events implements IDebugProtocolClient {

        private final CompletableFuture<Void> initialized = new CompletableFuture<>();
        private final CompletableFuture<Void> terminated = new CompletableFuture<>();
        private final BlockingQueue<StoppedEventArguments> stops = new LinkedBlockingQueue<>();
        private final BlockingQueue<ExitedEventArguments> exits = new LinkedBlockingQueue<>();
        private final Consumer<String> guestOutput;
        private final StringBuilder line = new StringBuilder();

        Events(Consumer<String> guestOutput) {
            this.guestOutput = guestOutput;
        }

        @Override
        public void initialized() {
            initialized.complete(null);
        }

        @Override
        public void stopped(StoppedEventArguments stop) {
            stops.add(stop);
        }

        @Override
        public void exited(ExitedEventArguments exit) {
            exits.add(exit);
        }

        @Override
        public void terminated(TerminatedEventArguments end) {
            terminated.complete(null);
        }

        @Override
        public void output(OutputEventArguments output) {
            if (!OutputEventArgumentsCategory.STDOUT.equals(output.getCategory())) {
                return;
            }
            line.append(output.getOutput());
            for (int end = line.indexOf("\n"); end >= 0; end = line.indexOf("\n")) {
                guestOutput.accept(line.substring(0, end));
                line.delete(0, end + 1);
            }
        }
    }
}
