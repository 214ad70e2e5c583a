package dev.kvmdap.demo;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.lsp4j.debug.Breakpoint;
import org.eclipse.lsp4j.debug.Scope;
import org.eclipse.lsp4j.debug.StackFrame;
import org.eclipse.lsp4j.debug.StoppedEventArguments;
import org.eclipse.lsp4j.debug.Variable;

/**
 * The story: a 64-bit kernel from its first breakpoint to its exit code. Each thing shown is also checked; the first one
 * that is not as it should be ends the demo.
 */
public final class Demo {

    /** What the example writes to the exit port when all went well, as an exit code: (0x10 &lt;&lt; 1) | 1. */
    private static final int SUCCESS = 33;

    private final ExampleGuest guest;
    private final Transcript transcript;
    private final DebugClient client;

    private Demo(ExampleGuest guest, Transcript transcript, DebugClient client) {
        this.guest = guest;
        this.transcript = transcript;
        this.client = client;
    }

    /**
     * Tells the whole story.
     *
     * @param examples the folder of the example guests; the one that is needed is built there
     * @param adapter the adapter's command line
     * @param out where to tell it
     * @throws DemoFailure where something went another way than it should
     */
    public static void run(Path examples, List<String> adapter, PrintStream out) {
        Transcript transcript = new Transcript(out);
        long start = System.nanoTime();
        transcript.prose("""
                A 64-bit kernel under the debugger. The guest is examples/long-mode: C and assembly, compiled by gcc, booted
                by Multiboot in 32-bit mode; it builds page tables and switches to 64-bit mode itself. What follows is an
                ordinary session of the Debug Adapter Protocol, as any IDE would hold it: → is a request of the client, ←
                an event of the adapter, which hosts the guest on /dev/kvm.""");
        ExampleGuest guest = ExampleGuest.build(examples);
        try (DebugClient client = new DebugClient(adapter, transcript::guestPrinted)) {
            new Demo(guest, transcript, client).tell();
        }
        transcript.prose(String.format(Locale.ROOT, "All as expected, in %.1f s.", (System.nanoTime() - start) / 1e9));
    }

    private void tell() {
        launch();
        stopAtALine();
        step();
        stopAtAFunction();
        stopOnACondition();
        lookThroughAnException();
        runToTheEnd();
    }

    private void launch() {
        transcript.request("initialize, launch " + guest.program().getFileName());
        long start = System.nanoTime();
        client.initialize();
        transcript.detail(String.format(
                Locale.ROOT, "the adapter answered after %d ms", (System.nanoTime() - start) / 1_000_000));
        client.launch(Map.of("program", guest.program().toString(), "memory", "16M"));
    }

    private void stopAtALine() {
        SourceFile tasks = guest.source("tasks.c");
        int line = tasks.marked("tick");
        transcript.request("setBreakpoints tasks.c:" + line + "    " + tasks.text(line));
        show(client.breakAt(tasks.path(), line));
        transcript.request("configurationDone: the guest runs");
        client.configurationDone();
        StackFrame frame = expectStop("breakpoint", "run_tasks", line);
        showStack();
        showState(frame);
        showCpuid(frame);
    }

    private void step() {
        SourceFile tasks = guest.source("tasks.c");
        transcript.request("stepIn");
        client.stepIn();
        expectStop("step", "give_turn", 0);
        transcript.request("next");
        client.next();
        expectStop("step", "give_turn", 0);
        transcript.request("stepOut");
        client.stepOut();
        expectStop("step", "run_tasks", 0);
        client.clearBreakpoints(tasks.path());
    }

    private void stopAtAFunction() {
        transcript.request("setFunctionBreakpoints factorial, continue");
        show(client.breakOn("factorial", null));
        client.resume();
        StackFrame frame = expectStop("function breakpoint", "factorial", 0);
        transcript.detail("its argument: $edi = " + client.evaluate("$edi,d", frame));
    }

    private void stopOnACondition() {
        transcript.request("setFunctionBreakpoints factorial if $edi == 5, continue");
        show(client.breakOn("factorial", "$edi == 5"));
        client.resume();
        StackFrame frame = expectStop("function breakpoint", "factorial", 0);
        expect("5", client.evaluate("$edi,d", frame), "the argument");
        client.clearFunctionBreakpoints();
        SourceFile main = guest.source("main.c");
        int line = main.marked("factorial-base");
        transcript.request("setBreakpoints main.c:" + line + ", continue: to the bottom of the recursion");
        show(client.breakAt(main.path(), line));
        client.resume();
        expectStop("breakpoint", "factorial", line);
        List<StackFrame> stack = showStack();
        long depth =
                stack.stream().filter(f -> f.getName().startsWith("factorial")).count();
        expect("5", Long.toString(depth), "the depth of the recursion");
        client.clearBreakpoints(main.path());
    }

    private void lookThroughAnException() {
        SourceFile exceptions = guest.source("exceptions.c");
        int line = exceptions.marked("exception");
        transcript.request("setBreakpoints exceptions.c:" + line + ", continue: the guest executes an invalid opcode");
        show(client.breakAt(exceptions.path(), line));
        client.resume();
        expectStop("breakpoint", "handle_exception", line);
        showStack();
        client.clearBreakpoints(exceptions.path());
    }

    private void runToTheEnd() {
        transcript.request("continue: to the end");
        client.resume();
        int code = client.exited();
        transcript.event("exited with " + code);
        expect(Integer.toString(SUCCESS), Integer.toString(code), "the exit code");
        expect(
                "true",
                Boolean.toString(transcript.guestText().contains("all is well")),
                "'all is well' on the serial line");
        transcript.request("disconnect");
        expect("0", Integer.toString(client.disconnect()), "the adapter's exit status");
    }

    private void show(Breakpoint breakpoint) {
        String message = Optional.ofNullable(breakpoint.getMessage()).orElse("");
        if (!breakpoint.isVerified()) {
            throw new DemoFailure("the breakpoint does not stand: " + message);
        }
        String place = Optional.ofNullable(breakpoint.getInstructionReference()).orElse("");
        transcript.detail(("stands at " + place + "  " + message).strip());
    }

    /** Waits for a stop, and shows it. */
    private StackFrame expectStop(String reason, String function, int line) {
        StoppedEventArguments stop = client.stopped();
        StackFrame frame = client.stack().get(0);
        String file = frame.getSource() == null ? "" : frame.getSource().getName();
        transcript.event("stopped: " + stop.getReason() + " in " + frame.getName() + ", " + file + ":" + frame.getLine()
                + "    " + guest.source(file).text(frame.getLine()));
        expect(reason, stop.getReason(), "the reason of the stop");
        expect(function, frame.getName(), "the function");
        if (line != 0) {
            expect(Integer.toString(line), Integer.toString(frame.getLine()), "the line");
        }
        return frame;
    }

    private List<StackFrame> showStack() {
        List<StackFrame> frames = client.stack();
        for (int i = 0; i < frames.size(); i++) {
            StackFrame frame = frames.get(i);
            String place = frame.getSource() == null ? "" : frame.getSource().getName() + ":" + frame.getLine();
            transcript.detail(String.format(
                    Locale.ROOT,
                    "#%d %-18s %-18s %s",
                    i,
                    frame.getInstructionPointerReference(),
                    frame.getName(),
                    place));
        }
        return frames;
    }

    private void showState(StackFrame frame) {
        for (Scope scope : client.scopes(frame)) {
            if (scope.getName().equals("Locals")) {
                client.variables(scope.getVariablesReference())
                        .forEach(local -> transcript.detail(local.getName() + " = " + local.getValue()));
            }
        }
        transcript.request("evaluate registers");
        for (String register : List.of("$rip", "$rsp", "$rflags", "$cs", "$cr0", "$cr3")) {
            transcript.detail(String.format(Locale.ROOT, "%-8s %s", register, client.evaluate(register, frame)));
        }
    }

    private void showCpuid(StackFrame frame) {
        Scope cpuid = client.scopes(frame).stream()
                .filter(scope -> scope.getName().equals("CPUID"))
                .findFirst()
                .orElseThrow(() -> new DemoFailure("there is no scope CPUID"));
        transcript.request("variables of the scope CPUID");
        for (Variable face : client.variables(cpuid.getVariablesReference())) {
            transcript.detail(face.getName() + ": " + face.getValue());
        }
    }

    private static void expect(String expected, String actual, String what) {
        if (!expected.equals(actual)) {
            throw new DemoFailure(what + " should be " + expected + ", and is " + actual);
        }
    }
}
