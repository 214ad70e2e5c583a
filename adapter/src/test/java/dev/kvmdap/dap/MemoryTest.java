package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kvmdap.kvm.RequiresKvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is written to memory, and how the client learns of it. */
@RequiresKvm
@Timeout(60)
class MemoryTest {

    private final DapTestClient client = DapTestClient.inProcess();

    @TempDir
    Path folder;

    @Test
    void bytesAreWrittenByLinearAndByPhysicalAddress() {
        try (client) {
            stop();
            String address = client.evaluate("&exceptions_handled,x");
            assertThat(write(address, 0, 1, 2, 3, 4).get("bytesWritten").getAsInt())
                    .isEqualTo(4);
            assertThat(client.evaluate("exceptions_handled,x")).isEqualTo("0x4030201");
            write("p:" + address, 1, 0xff);
            assertThat(client.evaluate("exceptions_handled,x")).isEqualTo("0x403ff01");
            assertThat(bytes(read(address, 0, 4))).containsExactly(1, 0xff, 3, 4);
        }
    }

    @Test
    void whatLeavesMemoryIsWrittenInPartOnlyWhereThatIsAllowed() {
        try (client) {
            stop();
            Map<String, Object> beyond = Map.of("memoryReference", "p:0xfffffc", "data", base64(1, 2, 3, 4, 5, 6));
            assertThat(client.failing("writeMemory", beyond))
                    .isEqualTo("there is no memory at p:0x1000000: 4 of 6 bytes from p:0xfffffc on could be written");
            assertThat(bytes(read("p:0xfffffc", 0, 4))).containsExactly(0, 0, 0, 0);
            JsonObject part = client.request(
                    "writeMemory",
                    Map.of("memoryReference", "p:0xfffffc", "data", base64(1, 2, 3, 4, 5), "allowPartial", true));
            assertThat(part.get("bytesWritten").getAsInt()).isEqualTo(4);
            assertThat(bytes(read("p:0xfffffc", 0, 4))).containsExactly(1, 2, 3, 4);
            assertThat(client.failing("writeMemory", Map.of("memoryReference", "0x1000", "data", "no base64!")))
                    .startsWith("data: it is not in Base64");
        }
    }

    @Test
    void everyWayToChangeMemoryIsToldByTheReferencesThatTheClientReadItBy() throws Exception {
        try (client) {
            stop();
            String address = client.evaluate("&exceptions_handled,x");
            String before = "0x" + Long.toHexString(Long.decode(address) - 16);
            read(before, 0, 64);
            read("p:" + address, 0, 4);

            client.request("setExpression", Map.of("expression", "exceptions_handled", "value", "0x11"));
            expectChanges(address, before, 4);
            client.console("exceptions_handled = 0x22");
            expectChanges(address, before, 4);
            client.console("set var exceptions_handled = 0x33");
            expectChanges(address, before, 4);
            write(address, 0, 0x44);
            expectChanges(address, before, 1);
            Path file = Files.write(folder.resolve("bytes"), new byte[] {0x55});
            client.console("restore " + file + " binary " + address);
            expectChanges(address, before, 1);
            assertThat(client.evaluate("exceptions_handled,x")).isEqualTo("0x55");

            int told = client.eventsSoFar("memory").size();
            client.console("exceptions_handled = 0x55");
            client.request("setExpression", Map.of("expression", "$rbx", "value", "1"));
            client.evaluate("$rbx");
            assertThat(client.eventsSoFar("memory")).hasSize(told);
        }
    }

    private void expectChanges(String address, String before, int bytes) {
        assertThat(List.of(client.expectEvent("memory"), client.expectEvent("memory"), client.expectEvent("memory")))
                .extracting(event -> event.get("memoryReference").getAsString() + "+"
                        + event.get("offset").getAsInt() + "/"
                        + event.get("count").getAsInt())
                .containsExactlyInAnyOrder(
                        address + "+0/" + bytes, before + "+16/" + bytes, "p:" + address + "+0/" + bytes);
    }

    @Test
    void aClientThatDoesNotFollowMemoryIsToldNothing() {
        try (client) {
            client.initialize(Map.of("supportsMemoryEvent", false));
            int launch = client.launchUntilInitialized(Examples.multiboot("long-mode"));
            client.breakAt(Examples.source("long-mode", "main.c"), "main");
            client.request("configurationDone");
            client.response(launch);
            client.expectStopped("breakpoint");
            client.console("exceptions_handled = 1");
            assertThat(client.expectEvent("invalidated")).isNotNull();
            assertThat(client.evaluate("exceptions_handled")).isEqualTo("1");
            assertThat(client.eventsSoFar("memory")).isEmpty();
        }
    }

    @Test
    void consoleFindsDumpsAndExaminesTheGuestsMemory() throws Exception {
        try (client) {
            stop();
            String found = client.console("find phys(0x100000), +0x10000, \"Hello from long mode\"");
            String place = found.substring(0, found.indexOf('\n'));
            assertThat(found).endsWith("1 pattern found.");
            assertThat(client.console("xp/s " + place.substring(2))).startsWith(place + ": \"Hello from long mode");
            Path file = folder.resolve("hello");
            client.console("dump binary memory " + file + " phys(" + place.substring(2) + ") +5");
            assertThat(Files.readString(file)).isEqualTo("Hello");
        }
    }

    private void stop() {
        client.launch(
                Examples.multiboot("long-mode"), () -> client.breakAt(Examples.source("long-mode", "main.c"), "main"));
        client.expectStopped("breakpoint");
    }

    private JsonObject write(String reference, int offset, int... bytes) {
        return client.request(
                "writeMemory", Map.of("memoryReference", reference, "offset", offset, "data", base64(bytes)));
    }

    private JsonObject read(String reference, int offset, int count) {
        return client.request("readMemory", Map.of("memoryReference", reference, "offset", offset, "count", count));
    }

    private static String base64(int... bytes) {
        byte[] narrow = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            narrow[i] = (byte) bytes[i];
        }
        return Base64.getEncoder().encodeToString(narrow);
    }

    private static int[] bytes(JsonObject answer) {
        byte[] bytes = Base64.getDecoder().decode(answer.get("data").getAsString());
        int[] wide = new int[bytes.length];
        Arrays.setAll(wide, i -> bytes[i] & 0xff);
        return wide;
    }
}
