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

@RequiresKvm
@Timeout(60)
class SteppingTest {

    private static final Path MAIN = Examples.source("long-mode", "main.c");
    private static final Path MODES = Examples.source("mode-switch", "mode-switch.S");

    private final DapTestClient client = DapTestClient.inProcess();

    @Test
    void nextGoesToTheNextLineOfTheFunction() {
        try (client) {
            stopAt(MAIN, "main");
            client.resumeUntil("next", "step");
            assertThat(top()).isEqualTo("kernel_main:" + (Examples.line(MAIN, "main") + 1));
        }
    }

    @Test
    @Tag("smoke")
    void stepInGoesIntoTheCalledFunctionAndStepOutBack() {
        try (client) {
            stopAt(MAIN, "main");
            client.resumeUntil("stepIn", "step");
            assertThat(top()).startsWith("serial_print:");
            client.resumeUntil("stepOut", "step");
            assertThat(top()).startsWith("kernel_main:");
        }
    }

    @Test
    void instructionGranularityGoesOneInstruction() {
        try (client) {
            stopAt(MAIN, "main");
            String before = pc();
            client.request("next", Map.of("threadId", 1, "granularity", "instruction"));
            client.expectStopped("step");
            assertThat(pc()).isNotEqualTo(before);
            assertThat(top()).isEqualTo("kernel_main:" + Examples.line(MAIN, "main"));
        }
    }

    @Test
    void recursionStepsOverItsInnerCalls() {
        try (client) {
            client.launch(
                    Examples.multiboot("long-mode"),
                    () -> client.request(
                            "setFunctionBreakpoints",
                            Map.of("breakpoints", List.of(Map.of("name", "factorial", "condition", "$rdi == 5")))));
            client.expectStopped("function breakpoint");
            client.request("setFunctionBreakpoints", Map.of("breakpoints", List.of()));
            int depth = client.stack(1).size();
            client.resumeUntil("next", "step");
            client.resumeUntil("next", "step");
            assertThat(client.stack(1)).hasSize(depth);
        }
    }

    @Test
    void stepOutWithoutAKnownCallerSaysSoAndTheGuestStaysStopped() {
        try (client) {
            stopAtModes("real-mode");
            assertThat(client.failing("stepOut", Map.of("threadId", 1))).contains("Set a breakpoint in the caller");
            assertThat(client.topFrame().get("line").getAsInt()).isEqualTo(Examples.line(MODES, "real-mode"));
        }
    }

    @Test
    @Tag("smoke")
    void breakpointsHitInAllModesOfOneSession() {
        try (client) {
            stopAtModes("real-mode", "protected-mode", "compatibility-mode", "long-mode");
            assertThat(threadName()).isEqualTo("vCPU 0 (real mode, CPL 0)");
            assertThat(client.evaluate("$si")).isNotEmpty();
            for (String mode : List.of("protected", "compatibility", "long")) {
                client.resumeUntil("continue", "breakpoint");
                assertThat(client.topFrame().get("line").getAsInt()).isEqualTo(Examples.line(MODES, mode + "-mode"));
                assertThat(threadName()).isEqualTo("vCPU 0 (" + mode + " mode, CPL 0)");
            }
            client.request("continue", Map.of("threadId", 1));
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    @Tag("smoke")
    void stepsFollowTheGuestThroughItsModes() {
        try (client) {
            stopAtModes("real-mode", "compatibility-mode");
            client.resumeUntil("next", "step");
            client.resumeUntil("stepIn", "step");
            assertThat(threadName()).contains("real mode");
            client.resumeUntil("continue", "breakpoint");
            client.resumeUntil("next", "step");
            assertThat(threadName()).isEqualTo("vCPU 0 (long mode, CPL 0)");
            assertThat(client.topFrame().get("name").getAsString()).isEqualTo("long_mode");
        }
    }

    @Test
    void pauseStopsARunningGuestOnce() {
        try (client) {
            client.launch(Examples.spinning(), () -> {});
            client.request("pause", Map.of("threadId", 1));
            client.expectStopped("pause");
            client.request("pause", Map.of("threadId", 1));
            client.resumeUntil("next", "step");
            client.request("continue", Map.of("threadId", 1));
            client.request("pause", Map.of("threadId", 1));
            client.expectStopped("pause");
        }
    }

    @Test
    void requestsThatNeedAStoppedGuestSaySoWhileItRuns() {
        try (client) {
            client.launch(Examples.spinning(), () -> {});
            for (String command : List.of("stackTrace", "continue", "next", "stepIn", "stepOut")) {
                JsonObject response = client.response(client.send(command, Map.of("threadId", 1)));
                assertThat(response.get("message").getAsString()).isEqualTo("notStopped");
                assertThat(DapTestClient.failure(response))
                        .isEqualTo("'" + command + "' is not possible now: the guest is running: send pause first");
            }
            assertThat(client.failing("evaluate", Map.of("expression", "$rax"))).contains("send pause first");
            assertThat(client.failing("variables", Map.of("variablesReference", 1)))
                    .contains("send pause first");
            assertThat(threadName()).isEqualTo("vCPU 0");
        }
    }

    @Test
    void unknownThreadIsRefused() {
        try (client) {
            stopAt(MAIN, "main");
            for (String command : List.of("stackTrace", "next", "stepIn", "stepOut")) {
                assertThat(client.failing(command, Map.of("threadId", 2)))
                        .isEqualTo("there is no thread 2; the guest's threads are 1 to 1");
            }
        }
    }

    private void stopAt(Path source, String marker) {
        client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(source, marker));
        client.expectStopped("breakpoint");
    }

    private void stopAtModes(String... markers) {
        client.launch(Examples.bootSector("mode-switch"), () -> client.breakAt(MODES, markers));
        client.expectStopped("breakpoint");
    }

    private String top() {
        JsonObject top = client.topFrame();
        return top.get("name").getAsString() + ":" + top.get("line").getAsInt();
    }

    private String pc() {
        return client.topFrame().get("instructionPointerReference").getAsString();
    }

    private String threadName() {
        return client.request("threads")
                .getAsJsonArray("threads")
                .get(0)
                .getAsJsonObject()
                .get("name")
                .getAsString();
    }
}
