package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kvmdap.kvm.RequiresKvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A session through all stages of the example bios-loader, from the boot sector to the kernel in long mode. */
@RequiresKvm
@Timeout(60)
class BiosLoaderTest {

    private static final Path STAGE1 = Examples.source("bios-loader", "stage1.S");
    private static final Path STAGE2 = Examples.source("bios-loader", "stage2.S");
    private static final Path KERNEL = Examples.source("bios-loader", "kernel.c");

    private final DapTestClient client = DapTestClient.inProcess();

    @Test
    void everyStageStopsAtItsLinesThatAreSetBeforeItIsLoaded() {
        try (client) {
            client.launch(Examples.disk("bios-loader", "stage1", "stage2", "kernel"), () -> {
                client.breakAt(STAGE1, "stage1", "to-stage2");
                client.breakAt(STAGE2, "stage2", "to-protected-mode", "protected-mode", "to-long-mode", "to-kernel");
                client.breakAt(KERNEL, "kernel", "exit");
            });

            expectAt(STAGE1, "stage1", "$cr0 & 1", "0x0");
            continueTo(STAGE1, "to-stage2", "$cs", "0x0");
            continueTo(STAGE2, "stage2", "$cr0 & 1", "0x0");
            continueTo(STAGE2, "to-protected-mode", "*(unsigned short *)0x5000", "3");
            continueTo(STAGE2, "protected-mode", "$cr0 & 0x80000001", "0x1");
            continueTo(STAGE2, "to-long-mode", "$cr0 & 0x80000001", "0x80000001");
            continueTo(STAGE2, "to-kernel", "$cs", "0x18");
            continueTo(KERNEL, "kernel", "map->count", "3");
            assertThat(client.stack(1).get(1).get("name").getAsString()).isEqualTo("start");
            continueTo(KERNEL, "exit", "sum", "16384000");
            client.request("continue", Map.of("threadId", 1));
            client.expectTerminated(Examples.SUCCESS);
            assertThat(client.expectOutput("available\n"))
                    .contains("stage 1: reading stage 2\r\n", "stage 2: asking for memory", "Hello from the kernel");
        }
    }

    @Test
    void nextPassesAServiceOfTheBiosAndStepInToo() {
        try (client) {
            client.launch(
                    Examples.disk("bios-loader", "stage1", "stage2", "kernel"),
                    () -> client.breakAt(STAGE1, "read-stage2"));
            client.expectStopped("breakpoint");
            int line = Examples.line(STAGE1, "read-stage2");

            client.resumeUntil("next", "step");
            assertThat(line()).isEqualTo(line + 1);
            assertThat(client.evaluate("*(unsigned char *)0x8000"))
                    .as("stage 2 is there")
                    .isNotEqualTo("0x0");

            client.request("restart");
            client.expectEvent("continued");
            client.expectStopped("breakpoint");
            client.resumeUntil("stepIn", "step");
            assertThat(line()).isEqualTo(line + 1);
        }
    }

    @Test
    void routinesOfTheBiosHaveNamesAndLeadBackToTheirCaller() {
        try (client) {
            client.launch(
                    Examples.disk("bios-loader", "stage1", "stage2", "kernel"),
                    () -> client.breakAt(STAGE1, "read-stage2"));
            client.expectStopped("breakpoint");
            int line = Examples.line(STAGE1, "read-stage2");

            client.request("stepIn", Map.of("threadId", 1, "granularity", "instruction"));
            client.expectStopped("step");
            for (int i = 0; i < 6; i++) {
                List<JsonObject> frames = client.stack(1);
                assertThat(frames.get(0).get("name").getAsString()).startsWith(i < 2 ? "bios_int13" : "bios_service");
                assertThat(frames.get(1).get("name").getAsString()).startsWith("stage1");
                assertThat(frames.get(1).get("line").getAsInt()).isEqualTo(line + 1);
                client.request("stepIn", Map.of("threadId", 1, "granularity", "instruction"));
                client.expectStopped("step");
            }
            client.resumeUntil("stepOut", "step");
            assertThat(line()).isEqualTo(line + 1);
        }
    }

    private void continueTo(Path source, String marker, String expression, String value) {
        client.request("continue", Map.of("threadId", 1));
        expectAt(source, marker, expression, value);
    }

    private void expectAt(Path source, String marker, String expression, String value) {
        client.expectStopped("breakpoint");
        assertThat(line()).as(marker).isEqualTo(Examples.line(source, marker));
        assertThat(client.evaluate(expression)).as(expression + " at " + marker).isEqualTo(value);
    }

    private int line() {
        return client.topFrame().get("line").getAsInt();
    }
}
