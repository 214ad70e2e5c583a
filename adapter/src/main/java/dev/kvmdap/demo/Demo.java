package dev.kvmdap.demo;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.lsp4j.debug.Breakpoint;
import org.eclipse.lsp4j.debug.Scope;
import org.eclipse.lsp4j.debug.StackFrame;
import org.eclipse.lsp4j.debug.StoppedEventArguments;
import org.eclipse.lsp4j.debug.Variable;
import org.jspecify.annotations.Nullable;

/**
 * The story: a 64-bit kernel from its first breakpoint to its exit code. Each thing shown is also checked; the first one
 * that is not as it should be ends the demo.
 */
public final class Demo {

    /** What the example writes to the exit port when all went well, as an exit code: (0x10 &lt;&lt; 1) | 1. */
    private static final int SUCCESS = 33;

    private static final int ANY_LINE = 0;
    private static final String REGISTERS = "rip rsp rflags cs cr0 cr3 cr4 efer";

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
                A debugging session with examples/long-mode, a 64-bit kernel in C and assembly. It is booted by Multiboot
                in 32-bit mode, builds its page tables, and switches to 64-bit mode. This program is the client, as an IDE
                would be; the adapter is 'kvmdap serve', and hosts the guest on /dev/kvm.
                → is a request of the client, ← an event of the adapter.""");
        ExampleGuest guest = ExampleGuest.build(examples);
        try (DebugClient client = new DebugClient(adapter, transcript::guestPrinted)) {
            new Demo(guest, transcript, client).tell();
        }
        transcript.prose(String.format(Locale.ROOT, "All as expected, in %.1f s.", (System.nanoTime() - start) / 1e9));
    }

    private void tell() {
        launch();
        stopAtALine();
        lookAround();
        step();
        stopAtAFunction();
        stopOnACondition();
        reachTheBottomOfTheRecursion();
        lookThroughAnException();
        runToTheEnd();
    }

    private void launch() {
        transcript.request("initialize, launch " + guest.program().getFileName());
        long start = System.nanoTime();
        client.initialize();
        client.launch(Map.of("program", guest.program().toString(), "memory", "16M"));
        transcript.detail(String.format(
                Locale.ROOT,
                "adapter started, image loaded, vCPU ready after %d ms",
                (System.nanoTime() - start) / 1_000_000));
    }

    private void stopAtALine() {
        SourceFile tasks = guest.source("tasks.c");
        int line = tasks.marked("tick");
        transcript.request("setBreakpoints tasks.c:" + line);
        show(client.breakAt(tasks.path(), line));
        transcript.request("configurationDone: the guest runs");
        client.configurationDone();
        expectStop("breakpoint", "run_tasks", line);
    }

    private void lookAround() {
        transcript.request("stackTrace");
        StackFrame frame = showStack().get(0);
        expect("0", locals(frame).get("tick"), "the local variable tick");
        transcript.request("evaluate 'info registers " + REGISTERS + "'");
        transcript.detail(client.evaluate("info registers " + REGISTERS, frame));
        transcript.request("variables: CPUID leaves that KVM emulates, whatever the processor has");
        List<Variable> emulated = emulatedCpuid(frame);
        emulated.forEach(leaf -> transcript.detail(leaf.getName() + ": " + leaf.getValue()));
        if (emulated.isEmpty()) {
            transcript.detail("none on this host");
        }
    }

    private List<Variable> emulatedCpuid(StackFrame frame) {
        Scope cpuid = scope("CPUID", frame);
        return client.variables(cpuid.getVariablesReference()).stream()
                .filter(face -> face.getName().startsWith("Emulated"))
                .findFirst()
                .map(face -> face.getVariablesReference() == 0
                        ? List.<Variable>of()
                        : client.variables(face.getVariablesReference()))
                .orElseThrow(() -> new DemoFailure("the scope CPUID does not show what KVM emulates"));
    }

    private void step() {
        transcript.request("stepIn");
        client.stepIn();
        StackFrame inside = expectStop("step", "give_turn", ANY_LINE);
        transcript.request("next");
        client.next();
        StackFrame next = expectStop("step", "give_turn", ANY_LINE);
        expect("true", Boolean.toString(next.getLine() > inside.getLine()), "'next' goes on in give_turn");
        transcript.request("stepOut");
        client.stepOut();
        expectStop("step", "run_tasks", ANY_LINE);
        client.clearBreakpoints(guest.source("tasks.c").path());
    }

    private void stopAtAFunction() {
        transcript.request("setFunctionBreakpoints factorial, continue");
        show(client.breakOn("factorial", null));
        client.resume();
        StackFrame frame = expectStop("function breakpoint", "factorial", ANY_LINE);
        expect("1", locals(frame).get("n"), "the argument n");
    }

    private void stopOnACondition() {
        transcript.request("setFunctionBreakpoints factorial if $edi == 5, continue");
        show(client.breakOn("factorial", "$edi == 5"));
        client.resume();
        StackFrame frame = expectStop("function breakpoint", "factorial", ANY_LINE);
        expect("5", locals(frame).get("n"), "the argument n");
        client.clearFunctionBreakpoints();
    }

    private void reachTheBottomOfTheRecursion() {
        SourceFile main = guest.source("main.c");
        int line = main.marked("factorial-base");
        transcript.request("setBreakpoints main.c:" + line + ", continue");
        show(client.breakAt(main.path(), line));
        client.resume();
        expectStop("breakpoint", "factorial", line);
        transcript.request("stackTrace: five deep");
        List<StackFrame> stack = showStack();
        long depth = stack.stream()
                .filter(frame -> frame.getName().equals("factorial"))
                .count();
        expect("5", Long.toString(depth), "the depth of the recursion");
        client.clearBreakpoints(main.path());
    }

    private void lookThroughAnException() {
        SourceFile exceptions = guest.source("exceptions.c");
        int line = exceptions.marked("exception");
        transcript.request("setBreakpoints exceptions.c:" + line + ", continue");
        show(client.breakAt(exceptions.path(), line));
        client.resume();
        expectStop("breakpoint", "handle_exception", line);
        transcript.request("stackTrace: through the exception to the code that caused it");
        StackFrame frame = showStack().get(0);
        expectGlobal("exceptions_handled", "0", frame);
        transcript.request("next");
        client.next();
        expectGlobal("exceptions_handled", "1", expectStop("step", "handle_exception", ANY_LINE));
        client.clearBreakpoints(exceptions.path());
    }

    private void runToTheEnd() {
        transcript.request("continue: no breakpoint is left");
        client.resume();
        int code = client.exited();
        transcript.event("exited with code " + code);
        expect(Integer.toString(SUCCESS), Integer.toString(code), "the exit code");
        expect(
                "true",
                Boolean.toString(transcript.guestText().contains("all is well")),
                "'all is well' on the serial line");
        transcript.request("disconnect");
        int status = client.disconnect();
        transcript.detail("the adapter has ended with status " + status);
        expect("0", Integer.toString(status), "the adapter's exit status");
    }

    private void show(Breakpoint breakpoint) {
        String message = Optional.ofNullable(breakpoint.getMessage()).orElse("");
        if (!breakpoint.isVerified()) {
            throw new DemoFailure("the breakpoint does not stand: " + message);
        }
        transcript.detail(("stands at " + breakpoint.getInstructionReference() + "  " + message).strip());
    }

    /** Waits for a stop, and shows it. */
    private StackFrame expectStop(String reason, String function, int line) {
        StoppedEventArguments stop = client.stopped();
        StackFrame frame = client.stack().get(0);
        transcript.event("stopped (" + stop.getReason() + ") in " + frame.getName());
        if (frame.getSource() != null) {
            transcript.detail(guest.source(frame.getSource().getName()).place(frame.getLine()));
        }
        expect(reason, stop.getReason(), "the reason of the stop");
        expect(function, frame.getName(), "the function");
        if (line != ANY_LINE) {
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
                            "#%d %s  %-25s %s",
                            i,
                            frame.getInstructionPointerReference(),
                            frame.getName(),
                            place)
                    .strip());
        }
        return frames;
    }

    /** Shows a frame's local variables: their values by name. */
    private Map<String, String> locals(StackFrame frame) {
        Map<String, String> locals = new LinkedHashMap<>();
        for (Variable local : client.variables(scope("Locals", frame).getVariablesReference())) {
            locals.put(local.getName(), local.getValue());
            transcript.detail(local.getName() + " = " + local.getValue());
        }
        return locals;
    }

    private Scope scope(String name, StackFrame frame) {
        return client.scopes(frame).stream()
                .filter(scope -> scope.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new DemoFailure("there is no scope " + name));
    }

    private void expectGlobal(String name, String value, StackFrame frame) {
        String actual = client.evaluate(name, frame);
        transcript.detail(name + " = " + actual);
        expect(value, actual, "the global variable " + name);
    }

    private static void expect(String expected, @Nullable String actual, String what) {
        if (!expected.equals(actual)) {
            throw new DemoFailure(what + " should be " + expected + ", and is " + actual);
        }
    }
}
