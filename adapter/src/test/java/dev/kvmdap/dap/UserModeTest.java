package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kvmdap.kvm.RequiresKvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions with a kernel and its programs at privilege level 3. */
@RequiresKvm
@Timeout(60)
class UserModeTest {

    private static final Path PROGRAM = Examples.source("user-mode", "program.c");
    private static final Path KERNEL = Examples.source("user-mode", "kernel.c");
    private static final Path ENTRIES = Examples.source("user-mode", "entries.S");

    private final DapTestClient client = DapTestClient.inProcess();

    private void launch(Runnable breakpoints) {
        client.launch(Examples.multiboot("user-mode"), breakpoints);
    }

    private String threadName() {
        return client.request("threads")
                .getAsJsonArray("threads")
                .get(0)
                .getAsJsonObject()
                .get("name")
                .getAsString();
    }

    private String place() {
        JsonObject top = client.topFrame();
        return top.get("name").getAsString() + ":" + top.get("line").getAsInt();
    }

    private List<String> functions() {
        return client.stack(1).stream()
                .map(frame -> frame.get("name").getAsString())
                .toList();
    }

    private void runToEnd() {
        client.request("continue", Map.of("threadId", 1));
        client.expectTerminated(Examples.SUCCESS);
    }

    @Test
    @Tag("smoke")
    void programIsDebuggedByLineWithItsStackAndLocals() {
        try (client) {
            launch(() -> client.breakAt(PROGRAM, "user-call"));
            client.expectStopped("breakpoint");
            int line = Examples.line(PROGRAM, "user-call");
            assertThat(threadName()).isEqualTo("vCPU 0 (long mode, CPL 3)");
            assertThat(functions()).containsExactly("count_steps", "user_start");
            client.request("setBreakpoints", Map.of("source", Map.of("path", PROGRAM.toString())));

            client.resumeUntil("stepIn", "step");
            assertThat(functions()).containsExactly("steps_to_one", "count_steps", "user_start");
            assertThat(client.evaluate("number")).isEqualTo("1");
            client.resumeUntil("stepOut", "step");
            assertThat(place()).isEqualTo("count_steps:" + line);
            client.resumeUntil("next", "step");
            client.resumeUntil("next", "step");
            assertThat(place()).isEqualTo("count_steps:" + line);
            assertThat(client.evaluate("number")).isEqualTo("2");
            client.resumeUntil("next", "step");
            assertThat(client.evaluate("total")).isEqualTo("1");

            runToEnd();
        }
    }

    @Test
    void conditionAndHitCountHoldInAProgram() {
        try (client) {
            launch(() -> client.request(
                    "setBreakpoints",
                    Map.of(
                            "source",
                            Map.of("path", PROGRAM.toString()),
                            "breakpoints",
                            List.of(Map.of(
                                    "line",
                                    Examples.line(PROGRAM, "user-loop"),
                                    "condition",
                                    "steps_made >= 10",
                                    "hitCondition",
                                    "2")))));
            client.expectStopped("breakpoint");

            assertThat(client.evaluate("steps_made")).isEqualTo("11");
            client.request("setBreakpoints", Map.of("source", Map.of("path", PROGRAM.toString())));
            runToEnd();
        }
    }

    @Test
    void stackOfASystemCallGoesOnIntoTheProgram() {
        try (client) {
            launch(() -> client.breakAt(KERNEL, "system-call"));
            client.expectStopped("breakpoint");

            assertThat(threadName()).isEqualTo("vCPU 0 (long mode, CPL 0)");
            assertThat(functions())
                    .containsExactly(
                            "system_call", "handle_interrupt", "call_handler", "call", "count_steps", "user_start");
            client.request("setBreakpoints", Map.of("source", Map.of("path", KERNEL.toString())));
            runToEnd();
        }
    }

    @Test
    @Tag("smoke")
    void nextOverASystemCallStaysInTheProgram() {
        try (client) {
            launch(() -> client.breakAt(PROGRAM, "user"));
            client.expectStopped("breakpoint");

            client.resumeUntil("next", "step");

            assertThat(place()).isEqualTo("count_steps:" + (Examples.line(PROGRAM, "user") + 1));
            assertThat(threadName()).isEqualTo("vCPU 0 (long mode, CPL 3)");
            client.expectOutput("Hello from user mode");
            client.resumeUntil("next", "step");
            assertThat(client.evaluate("last_ticket")).isEqualTo("1");
            runToEnd();
        }
    }

    @Test
    void returnToUserModeIsSteppedToItsFirstInstruction() {
        try (client) {
            launch(() -> client.breakAt(ENTRIES, "enter-user"));
            client.expectStopped("breakpoint");
            assertThat(threadName()).isEqualTo("vCPU 0 (long mode, CPL 0)");

            client.request("stepIn", Map.of("threadId", 1, "granularity", "instruction"));
            client.expectStopped("step");

            assertThat(threadName()).isEqualTo("vCPU 0 (long mode, CPL 3)");
            assertThat(client.topFrame().get("name").getAsString()).isEqualTo("user_start");
            client.request("setBreakpoints", Map.of("source", Map.of("path", ENTRIES.toString())));
            runToEnd();
        }
    }

    @Test
    void programThatTrespassesIsFoundInThePageFaultOfTheKernel() {
        try (client) {
            launch(() -> {
                client.breakAt(PROGRAM, "trespass");
                client.breakAt(KERNEL, "page-fault");
            });
            client.expectStopped("breakpoint");
            assertThat(client.topFrame().get("name").getAsString()).isEqualTo("trespass");

            client.resumeUntil("continue", "breakpoint");

            assertThat(functions()).containsExactly("handle_interrupt", "call_handler", "trespass", "user_start");
            assertThat(client.evaluate("address")).isEqualTo("1048576");
            runToEnd();
        }
    }
}
