package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kvmdap.kvm.RequiresKvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@RequiresKvm
@Timeout(60)
class DataBreakpointsTest {

    private static final Path MAIN = Examples.source("long-mode", "main.c");

    private final DapTestClient client = DapTestClient.inProcess();

    private void stopInMain() {
        client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(MAIN, "main"));
        client.expectStopped("breakpoint");
    }

    private JsonObject set(String dataId, String access) {
        return client.request(
                        "setDataBreakpoints",
                        Map.of("breakpoints", List.of(Map.of("dataId", dataId, "accessType", access))))
                .getAsJsonArray("breakpoints")
                .get(0)
                .getAsJsonObject();
    }

    @Test
    void globalVariableIsWatchedByNameAndTheStopTellsOldAndNewValue() {
        try (client) {
            stopInMain();
            JsonObject info = client.request("dataBreakpointInfo", Map.of("name", "exceptions_handled"));
            assertThat(info.get("description").getAsString()).contains("exceptions_handled", "4 bytes");
            assertThat(info.getAsJsonArray("accessTypes").toString()).isEqualTo("[\"write\",\"readWrite\"]");

            JsonObject set = set(info.get("dataId").getAsString(), "write");
            assertThat(set.get("verified").getAsBoolean()).isTrue();

            JsonObject stop = client.resumeUntil("continue", "data breakpoint");
            assertThat(stop.get("text").getAsString()).contains("0x0 -> 0x1");
            assertThat(stop.getAsJsonArray("hitBreakpointIds").get(0).getAsInt())
                    .isEqualTo(set.get("id").getAsInt());
            assertThat(client.topFrame().get("name").getAsString()).isEqualTo("handle_exception");
        }
    }

    @Test
    void whatARegisterPointsToIsWatched() {
        try (client) {
            stopInMain();
            JsonObject general = client.child(client.scope("Registers"), "General");
            JsonObject info = client.request(
                    "dataBreakpointInfo",
                    Map.of(
                            "name",
                            "rsp",
                            "variablesReference",
                            general.get("variablesReference").getAsInt()));

            assertThat(info.get("dataId").getAsString()).isEqualTo(client.evaluate("$rsp") + "/8");
        }
    }

    @Test
    void addressAndLengthAreWatchedByExpression() {
        try (client) {
            stopInMain();
            JsonObject info =
                    client.request("dataBreakpointInfo", Map.of("name", "$rsp - 8", "asAddress", true, "bytes", 16));

            JsonObject set = set(info.get("dataId").getAsString(), "readWrite");
            assertThat(set.get("verified").getAsBoolean()).as(set.toString()).isTrue();
            assertThat(client.resumeUntil("continue", "data breakpoint")
                            .get("text")
                            .getAsString())
                    .startsWith("16 bytes at 0x");
        }
    }

    @Test
    void readsAloneAreRefusedWithTheReason() {
        try (client) {
            stopInMain();
            JsonObject refused = set("0x100000/4", "read");

            assertThat(refused.get("verified").getAsBoolean()).isFalse();
            assertThat(refused.get("reason").getAsString()).isEqualTo("failed");
            assertThat(refused.get("message").getAsString()).contains("x86 cannot watch reads alone");
        }
    }

    @Test
    void whatIsNotInMemoryHasNoDataId() {
        try (client) {
            stopInMain();
            JsonObject info = client.request("dataBreakpointInfo", Map.of("name", "$rax"));

            assertThat(info.has("dataId") && !info.get("dataId").isJsonNull()).isFalse();
            assertThat(info.get("description").getAsString()).contains("not in memory");
        }
    }

    @Test
    void dataIdThatIsNoneIsAnErrorThatShowsOne() {
        try (client) {
            stopInMain();
            String failure =
                    client.failing("setDataBreakpoints", Map.of("breakpoints", List.of(Map.of("dataId", "counter"))));

            assertThat(failure).contains("'counter' is no data id", "0x1000/4");
        }
    }
}
