package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kvmdap.kvm.RequiresKvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
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
    @Tag("smoke")
    void globalVariableIsWatchedByNameAndTheStopTellsOldAndNewValue() {
        try (client) {
            stopInMain();
            JsonObject info = client.request("dataBreakpointInfo", Map.of("name", "exceptions_handled"));
            assertThat(info.get("description").getAsString()).contains("exceptions_handled", "4 bytes");
            assertThat(info.getAsJsonArray("accessTypes").toString()).isEqualTo("[\"write\",\"readWrite\"]");

            JsonObject set = set(info.get("dataId").getAsString(), "write");
            assertThat(set.get("verified").getAsBoolean()).isTrue();

            JsonObject stop = client.resumeUntil("continue", "data breakpoint");
            assertThat(stop.get("text").getAsString())
                    .contains("exceptions_handled (4 bytes at 0x", "): 0 -> 1, by the instruction at 0x", "caught by ");
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

    private JsonObject stopInTheLoopWatching(String variable) {
        client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(MAIN, "fibonacci-loop"));
        client.expectStopped("breakpoint");
        client.breakAt(MAIN);
        int frame = client.topFrame().get("id").getAsInt();
        JsonObject info = client.request("dataBreakpointInfo", Map.of("name", variable, "frameId", frame));
        assertThat(info.get("description").getAsString()).contains("until its function returns");
        assertThat(info.get("canPersist").getAsBoolean()).isFalse();
        return info;
    }

    @Test
    @Tag("smoke")
    void localVariableIsWatchedUntilItsFunctionReturnsWhichIsTold() {
        try (client) {
            JsonObject info = stopInTheLoopWatching("current");
            JsonObject set = set(info.get("dataId").getAsString(), "write");
            assertThat(set.get("verified").getAsBoolean()).as(set.toString()).isTrue();

            List<String> told = new ArrayList<>();
            for (int turn = 0; turn < 6; turn++) {
                told.add(client.resumeUntil("continue", "data breakpoint")
                        .get("text")
                        .getAsString());
                assertThat(client.topFrame().get("name").getAsString()).isEqualTo("fibonacci");
            }
            assertThat(told.get(0)).contains("current (8 bytes at 0x");
            assertThat(told.get(5)).contains(": 8 -> 13, by the instruction at 0x");
            client.request("continue", Map.of("threadId", 1));
            JsonObject removed = client.expectEvent("breakpoint");
            assertThat(removed.get("reason").getAsString()).isEqualTo("removed");
            assertThat(removed.getAsJsonObject("breakpoint").get("id")).isEqualTo(set.get("id"));
            client.expectOutput("on current is gone: the function whose variable it was has returned");
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    void localVariableThatTheConsoleWatchesEndsWithItsFunctionToo() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(MAIN, "fibonacci-loop"));
            client.expectStopped("breakpoint");
            client.breakAt(MAIN);
            client.console("watch current");
            client.console("c");
            assertThat(client.expectStopped("data breakpoint").get("text").getAsString())
                    .contains("current (8 bytes at 0x", "): 1, unchanged, by the instruction at 0x");
            client.console("c 100");
            client.expectOutput("on current is gone: the function whose variable it was has returned");
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    void hitConditionAndConditionChooseAmongTheAccesses() {
        try (client) {
            String dataId = stopInTheLoopWatching("current").get("dataId").getAsString();
            Map<String, String> asked =
                    Map.of("dataId", dataId, "accessType", "write", "hitCondition", ">=3", "condition", "$rip != 0");
            client.request("setDataBreakpoints", Map.of("breakpoints", List.of(asked)));
            assertThat(client.resumeUntil("continue", "data breakpoint")
                            .get("text")
                            .getAsString())
                    .contains(": 2 -> 3");
        }
    }

    @Test
    void hitConditionThatIsNoneIsSaidAtItsDataBreakpoint() {
        try (client) {
            stopInMain();
            JsonObject answer = client.request(
                            "setDataBreakpoints",
                            Map.of("breakpoints", List.of(Map.of("dataId", "0x100000/4", "hitCondition", "often"))))
                    .getAsJsonArray("breakpoints")
                    .get(0)
                    .getAsJsonObject();
            assertThat(answer.get("verified").getAsBoolean()).isFalse();
            assertThat(answer.get("message").getAsString()).contains("'often'", ">=5, %10");
        }
    }

    @Test
    void memoryThatIsNotMappedIsPending() {
        try (client) {
            stopInMain();
            JsonObject answer = set("0x7fff00000000/4", "write");
            assertThat(answer.get("verified").getAsBoolean()).isFalse();
            assertThat(answer.get("reason").getAsString()).isEqualTo("pending");
        }
    }
}
