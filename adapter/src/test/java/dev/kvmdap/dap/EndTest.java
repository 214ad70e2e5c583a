package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.gson.JsonObject;
import dev.kvmdap.kvm.RealHost;
import dev.kvmdap.kvm.RequiresKvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The ways in which a run ends, or begins anew. */
@RequiresKvm
@Timeout(60)
class EndTest {

    private static final Path MAIN = Examples.source("long-mode", "main.c");

    private final DapTestClient client = DapTestClient.inProcess();

    @Test
    void exitedComesBeforeTerminatedAndBothOnce() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> {});
            client.expectTerminated(Examples.SUCCESS);
            client.request("terminate");
            assertThat(client.failing("continue", Map.of("threadId", 1))).contains("the guest has ended");
            assertThat(client.eventsSoFar("terminated")).hasSize(1);
            assertThat(client.eventsSoFar("exited")).hasSize(1);
        }
    }

    @Test
    void exitCodeIsWhatTheGuestWroteToTheExitPort() {
        try (client) {
            // mov al, 5; out 0xf4, al
            client.launch(Examples.raw("exit", 0xb0, 0x05, 0xe6, 0xf4), () -> {});
            client.expectTerminated(5 << 1 | 1);
        }
    }

    @Test
    void exitPortCanBeChosen() {
        try (client) {
            Map<String, Object> configuration = new HashMap<>(Examples.raw("exit", 0xb0, 0x00, 0xe6, 0x90));
            configuration.put("exitPort", "0x90");
            client.launch(configuration, () -> {});
            client.expectTerminated(1);
        }
    }

    @Test
    void terminateEndsARunningGuest() {
        try (client) {
            client.launch(Examples.spinning(), () -> {});
            client.request("terminate");
            client.expectEvent("terminated");
            assertThat(client.eventsSoFar("exited")).isEmpty();
        }
    }

    @Test
    void whatTheGuestPrintsToTheLastComesBeforeTheEnd() {
        try (client) {
            client.launch(Examples.flooding(), () -> {});
            client.expectOutput("x");
            client.request("terminate");
            client.expectEvent("terminated");
        } // closing fails where an event came after the end
    }

    @Test
    void terminateDuringConfigurationFailsTheLaunch() {
        try (client) {
            client.initialize();
            int launch = client.launchUntilInitialized(Examples.spinning());
            client.request("terminate");
            assertThat(DapTestClient.failure(client.response(launch))).isEqualTo("the guest was ended before it ran");
            client.expectEvent("terminated");
        }
    }

    @Test
    void unfinishedLineIsToldAtTheStop() {
        try (client) {
            // mov dx, 0x3f8; mov al, 'x'; out dx, al; jmp $
            client.launch(Examples.raw("unfinished", 0xba, 0xf8, 0x03, 0xb0, 0x78, 0xee, 0xeb, 0xfe), () -> {});
            assertThat(client.expectOutput("asks for it.\nx")).endsWith("\nx");
            client.request("pause", Map.of("threadId", 1));
            client.expectStopped("pause");
        }
    }

    @Test
    @Tag("smoke")
    void haltWithInterruptsOffIsAStopWithItsReason() {
        try (client) {
            // cli; hlt
            client.launch(Examples.raw("halt", 0xfa, 0xf4), () -> {});
            JsonObject stop = client.expectStopped("halted");
            assertThat(stop.get("description").getAsString()).contains("interrupts");
            assertThat(client.evaluate("$rip")).startsWith("0x7c0");
        }
    }

    @Test
    void pauseTellsOfAnInstructionThatKvmDoesNotGetPast() {
        try (client) {
            // cli, or the pause may find the handler of a timer tick; mov ax, 0x1234; vmcall; jmp $
            client.launch(
                    Examples.raw("stuck", 0xfa, 0xb8, 0x34, 0x12, 0x0f, 0x01, 0xc1, 0xeb, 0xfe),
                    () -> breakAt("0x7c04"));
            client.expectStopped("instruction breakpoint");
            breakAt();
            client.request("continue", Map.of("threadId", 1));
            client.request("pause", Map.of("threadId", 1));
            JsonObject stop = client.expectStopped("pause");
            assumeThat(client.evaluate("$rip"))
                    .as("this host's KVM gets past a VMCALL")
                    .isEqualTo("0x7c04");

            assertThat(stop.get("description").getAsString())
                    .isEqualTo("Paused; the vCPU does not get past the instruction at 0x7c04");
            assertThat(stop.get("text").getAsString())
                    .contains("0x7c04: vmcall. This host's KVM", "'jump *0x7c07' goes on behind it");
            client.console("jump *0x7c07");
            client.expectEvent("continued");
            assertThat(pausedInACircle("0x7c07")).contains("0x7c07: jmp 0x7c07. It leads to itself");
        }
    }

    @Test
    void pauseTellsOfAJumpThatLeadsToItself() {
        try (client) {
            client.launch(Examples.raw("circle", 0xfa, 0xeb, 0xfe), () -> {});
            assertThat(pausedInACircle("0x7c01")).contains("It leads to itself; 'jump *0x7c03' goes on behind it");
        }
    }

    private void breakAt(String... addresses) {
        List<Map<String, String>> breakpoints = Stream.of(addresses)
                .map(address -> Map.of("instructionReference", address))
                .toList();
        client.request("setInstructionBreakpoints", Map.of("breakpoints", breakpoints));
    }

    private String pausedInACircle(String pc) {
        client.request("pause", Map.of("threadId", 1));
        JsonObject stop = client.expectStopped("pause");
        assertThat(stop.get("description").getAsString())
                .isEqualTo("Paused; the vCPU does not get past the instruction at " + pc);
        return stop.get("text").getAsString();
    }

    @Test
    void pauseOfAGuestThatGetsOnTellsNothingMore() {
        try (client) {
            client.launch(Examples.spinning(), () -> {});
            client.request("pause", Map.of("threadId", 1));
            JsonObject stop = client.expectStopped("pause");
            assertThat(stop.get("description").getAsString()).isEqualTo("Paused");
            assertThat(stop.has("text")).isFalse();
        }
    }

    @Test
    void pauseOfAGuestThatWaitsForAnInterruptTellsNothingMore() {
        try (client) {
            // mov al, 0xff; out 0x21, al; out 0xa1, al; sti; hlt; jmp to the hlt
            client.launch(Examples.raw("idle", 0xb0, 0xff, 0xe6, 0x21, 0xe6, 0xa1, 0xfb, 0xf4, 0xeb, 0xfd), () -> {});
            client.request("pause", Map.of("threadId", 1));
            assertThat(client.expectStopped("pause").get("description").getAsString())
                    .isEqualTo("Paused");
        }
    }

    @Test
    @Tag("smoke")
    void tripleFaultIsAStopWithTheStateOfTheMoment() {
        try (client) {
            // lidt [0x7c10] with limit 0; mov eax, cr0; or al, 1; mov cr0, eax; ud2
            client.launch(
                    Examples.raw(
                            "triple", 0x0f, 0x01, 0x1e, 0x20, 0x7c, 0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0,
                            0x0f, 0x0b),
                    () -> {});
            JsonObject stop = client.expectStopped("exception");
            assertThat(stop.get("text").getAsString()).contains("Triple fault");
            if (RealHost.findings().shutdownKeepsState()) {
                assertThat(client.evaluate("$cr0 & 1")).isEqualTo("0x1");
            } else {
                assertThat(stop.get("text").getAsString()).contains("lost the state of that moment");
                assertThat(client.evaluate("$rip")).isEqualTo("0x7c00");
            }
        }
    }

    @Test
    void restartBeginsAnewWithTheSameBreakpoints() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(MAIN, "main", "exit"));
            JsonObject first = client.expectStopped("breakpoint");
            client.resumeUntil("continue", "breakpoint");
            client.request("restart");
            client.expectEvent("continued");
            JsonObject again = client.expectStopped("breakpoint");
            assertThat(again.get("hitBreakpointIds")).isEqualTo(first.get("hitBreakpointIds"));
            client.resumeUntil("continue", "breakpoint");
            client.request("continue", Map.of("threadId", 1));
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    void restartTakesTheConfigurationOfNow() {
        try (client) {
            client.launch(Examples.spinning(), () -> {});
            Map<String, Object> configuration = new HashMap<>(Examples.multiboot("long-mode"));
            configuration.put("stopOnEntry", true);
            client.request("restart", Map.of("arguments", configuration));
            client.expectStopped("entry");
            client.request("continue", Map.of("threadId", 1));
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    void restartWithAWrongConfigurationLeavesTheGuestAsItIs() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(MAIN, "main"));
            client.expectStopped("breakpoint");
            assertThat(client.failing("restart", Map.of("arguments", Map.of("memory", "1M"))))
                    .contains("program: the key is missing");
            assertThat(client.failing("restart", Map.of("arguments", "the same")))
                    .isEqualTo("'arguments' of 'restart' must be a launch configuration, not \"the same\"");
            client.resumeUntil("next", "step");
        }
    }

    @Test
    void guestThatResetsItsMachineStartsAgain() {
        try (client) {
            // in al, 0x71 of CMOS is not used: the first pass sets memory that a reset clears; mov al, 0xfe; out 0x64,
            // al
            client.launch(Examples.raw("reset", 0xb0, 0xfe, 0xe6, 0x64, 0xeb, 0xfe), () -> {});
            assertThat(client.expectOutput("The guest reset its machine")).contains("keyboard controller");
        }
    }

    @Test
    void restartWhoseImageIsGoneSaysSoAndEndsTheSession() throws IOException {
        try (client) {
            Map<String, Object> configuration = Examples.spinning();
            client.launch(configuration, () -> {});
            Files.delete(Path.of((String) configuration.get("program")));
            assertThat(client.failing("restart", Map.of()))
                    .contains((String) configuration.get("program"))
                    .contains("no such file; build it, or correct the path");
            client.expectEvent("terminated");
        }
    }

    @Test
    void resetWhoseImageIsGoneSaysSoAndEndsTheSession() throws IOException {
        try (client) {
            // mov al, 0xfe; out 0x64, al; jmp $
            Map<String, Object> configuration =
                    new HashMap<>(Examples.raw("reset", 0xb0, 0xfe, 0xe6, 0x64, 0xeb, 0xfe));
            configuration.put("stopOnEntry", true);
            client.launch(configuration, () -> {});
            client.expectStopped("entry");
            Files.delete(Path.of((String) configuration.get("program")));
            client.request("continue", Map.of("threadId", 1));
            client.expectEvent("terminated");
            assertThat(client.expectOutput("reset"))
                    .contains("It cannot start again: program: " + configuration.get("program") + ": no such file");
        }
    }

    @Test
    void vanishedClientLeavesNothingBehind() {
        long before = descriptors();
        client.launch(Examples.spinning(), () -> {});
        assertThat(descriptors()).isGreaterThan(before);
        client.vanish();
        Awaitility.await().until(() -> vcpuThreads() == 0);
        Awaitility.await().until(() -> descriptors() <= before);
    }

    @Test
    void disconnectEndsARunningGuest() {
        client.launch(Examples.spinning(), () -> {});
        client.close();
        client.expectClosed();
        Awaitility.await().until(() -> vcpuThreads() == 0);
    }

    private static long vcpuThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("vcpu"))
                .count();
    }

    private static long descriptors() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.map(EndTest::target)
                    .filter(target -> target.contains("kvm"))
                    .count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }
}
