package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kvmdap.kvm.RequiresKvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@RequiresKvm
@Timeout(60)
class LaunchTest {

    private final DapTestClient client = DapTestClient.inProcess();

    @Test
    void guestRunsToItsEndAndTellsItsExitCode() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> {});
            assertThat(client.expectEvent("process").get("startMethod").getAsString())
                    .isEqualTo("launch");
            assertThat(client.expectEvent("thread").get("threadId").getAsInt()).isEqualTo(1);
            client.expectTerminated(Examples.SUCCESS);
            assertThat(client.expectOutput("all is well\n"))
                    .startsWith("long-mode.elf: booted as multiboot in protected mode at 0x10")
                    .contains(
                            "because it has a Multiboot header at offset 0x1000.\nHello from long mode, loaded by kvmdap\n");
        }
    }

    @Test
    void launchIsAnsweredAfterConfigurationDone() {
        try (client) {
            client.initialize();
            int launch = client.launchUntilInitialized(Examples.multiboot("long-mode"));
            assertThat(client.failing("continue", Map.of("threadId", 1)))
                    .isEqualTo(
                            "'continue' is not possible now: the guest has not started: send configurationDone first");
            client.request("configurationDone");
            assertThat(client.response(launch).get("success").getAsBoolean()).isTrue();
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    void stopOnEntryStopsBeforeTheFirstInstruction() {
        try (client) {
            client.launch(with(Examples.bootSector("boot-sector"), "stopOnEntry", true), () -> {});
            client.expectStopped("entry");
            assertThat(client.topFrame().get("instructionPointerReference").getAsString())
                    .isEqualTo("0x7c00");
            assertThat(client.topFrame().get("name").getAsString()).isEqualTo("start");
        }
    }

    @Test
    void everyMistakeInTheConfigurationIsTold() {
        try (client) {
            client.initialize();
            Map<String, Object> wrong = with(with(Examples.multiboot("long-mode"), "memroy", "1M"), "cpus", 99);
            assertThat(client.failing("launch", wrong))
                    .contains("memroy: there is no such key; did you mean 'memory'?")
                    .contains("cpus: 99 is not allowed; it must be a whole number from 1 to 16");
            client.launchUntilInitialized(Examples.multiboot("long-mode"));
        }
    }

    @Test
    void failedLaunchIsShownToTheUserAndCanBeTriedAgain(@TempDir Path folder) throws IOException {
        try (client) {
            client.initialize();
            Path text = Files.writeString(folder.resolve("text.elf"), "not an image");
            JsonObject response =
                    client.response(client.send("launch", Map.of("program", text.toString(), "boot", "elf")));
            assertThat(DapTestClient.failure(response)).contains("text.elf");
            JsonObject error = response.getAsJsonObject("body").getAsJsonObject("error");
            assertThat(error.get("showUser").getAsBoolean()).isTrue();
            assertThat(client.failing("threads", Map.of())).contains("send launch first");
            client.launchUntilInitialized(Examples.multiboot("long-mode"));
        }
    }

    @Test
    void keyThatTheBootProtocolHasNoUseForIsRefused() {
        try (client) {
            client.initialize();
            assertThat(client.failing("launch", with(Examples.bootSector("boot-sector"), "cmdline", "verbose")))
                    .startsWith("cmdline is of no use here");
        }
    }

    @Test
    void unknownCpuidFeatureIsNamedWithItsNearestNeighbour() {
        try (client) {
            client.initialize();
            assertThat(client.failing("launch", with(Examples.multiboot("long-mode"), "cpuid", Map.of("aex", true))))
                    .contains("cpuid.aex: there is no CPUID feature of that name; did you mean");
        }
    }

    @Test
    void noDebugRunsPastBreakpoints() {
        try (client) {
            Path source = Examples.source("long-mode", "main.c");
            client.launch(with(Examples.multiboot("long-mode"), "noDebug", true), () -> {
                JsonObject answer = client.breakAt(source, "main").get(0);
                assertThat(answer.get("verified").getAsBoolean()).isFalse();
                assertThat(answer.get("message").getAsString()).contains("noDebug");
            });
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    void progressIsToldToClientsThatShowIt() {
        try (client) {
            client.initialize();
            client.send("launch", Examples.multiboot("long-mode"));
            String id = client.expectEvent("progressStart").get("progressId").getAsString();
            assertThat(client.expectEvent("progressEnd").get("progressId").getAsString())
                    .isEqualTo(id);
            client.expectEvent("initialized");
        }
    }

    @Test
    void progressIsNotToldToClientsThatDoNot() {
        try (client) {
            client.initialize(Map.of("supportsProgressReporting", false));
            client.launchUntilInitialized(Examples.multiboot("long-mode"));
            assertThat(client.eventsSoFar("progressStart")).isEmpty();
        }
    }

    @Test
    void commandLineReachesTheGuest() {
        try (client) {
            client.launch(with(Examples.multiboot("protected32"), "cmdline", "verbose"), () -> {});
            client.expectOutput("command line: protected32.elf verbose\n");
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    void sourcesAreListedAndCanBeRead() throws IOException {
        try (client) {
            client.initialize();
            client.launchUntilInitialized(Examples.multiboot("long-mode"));
            List<String> paths =
                    DapTestClient.objects(client.request("loadedSources").getAsJsonArray("sources")).stream()
                            .map(source -> source.get("path").getAsString())
                            .toList();
            Path main = Examples.source("long-mode", "main.c");
            assertThat(paths).contains(main.toString());
            Map<String, ?> known = Map.of("source", Map.of("path", main.toString()), "sourceReference", 0);
            assertThat(client.request("source", known).get("content").getAsString())
                    .isEqualTo(Files.readString(main));
            Map<String, ?> unknown = Map.of("source", Map.of("path", "/etc/passwd"), "sourceReference", 0);
            assertThat(client.failing("source", unknown))
                    .isEqualTo("/etc/passwd is not among the sources of the guest");
        }
    }

    private static Map<String, Object> with(Map<String, Object> configuration, String key, Object value) {
        Map<String, Object> changed = new HashMap<>(configuration);
        changed.put(key, value);
        return changed;
    }
}
