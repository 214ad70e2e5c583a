package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.SetBreakpointsArguments;
import org.junit.jupiter.api.Test;

class ConnectionTest {

    @Test
    void initializeAnswersWhatTheFamiliesAnnounce() {
        RequestFamily steps = new RequestFamily() {
            @Override
            public void register(RequestTable table) {}

            @Override
            public void announce(Capabilities capabilities) {
                capabilities.setSupportsGotoTargetsRequest(true);
            }
        };
        try (DapTestClient client = DapTestClient.inProcess(session -> List.of(steps))) {
            JsonObject capabilities = client.initialize();
            assertThat(capabilities.get("supportsCancelRequest").getAsBoolean()).isTrue();
            assertThat(capabilities.get("supportsGotoTargetsRequest").getAsBoolean())
                    .isTrue();
            assertThat(capabilities.has("supportsStepBack")).isFalse();
        }
    }

    @Test
    void unknownCommandIsAnsweredAndTheSessionGoesOn() {
        try (DapTestClient client = DapTestClient.inProcess()) {
            client.initialize();
            assertThat(client.failing("makeCoffee", Map.of())).isEqualTo("'makeCoffee' is not supported by kvmdap");
            assertThat(client.failing("makeTea", Map.of())).contains("makeTea");
        }
    }

    @Test
    void secondInitializeIsRefused() {
        try (DapTestClient client = DapTestClient.inProcess()) {
            client.initialize();
            assertThat(client.failing("initialize", Map.of("adapterID", "kvm")))
                    .isEqualTo("'initialize' is not possible now: no guest is launched: send launch first");
        }
    }

    @Test
    void malformedMessagesAreIgnoredAndTheSessionGoesOn() {
        try (DapTestClient client = DapTestClient.inProcess()) {
            client.initialize();
            client.sendRaw("{\"seq\": 2, \"type\": \"request\", \"command\": ");
            client.sendRaw("[]");
            client.sendRaw("{\"type\": \"response\"}");
            client.sendRaw("{\"type\": \"request\", \"command\": \"threads\"}");
            client.sendRaw("{\"seq\": {}, \"type\": \"request\", \"command\": \"threads\"}");
            client.sendBytes("nonsense\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(client.failing("makeCoffee", Map.of())).contains("not supported");
        }
    }

    @Test
    void argumentsOfWrongTypeAreNamed() {
        RequestFamily typed =
                table -> table.on("typed", SetBreakpointsArguments.class, SessionState.ANY, arguments -> null);
        try (DapTestClient client = DapTestClient.inProcess(session -> List.of(typed))) {
            client.initialize();
            assertThat(client.failing("typed", Map.of("source", "a string")))
                    .startsWith("the arguments of 'typed' are not of the protocol's types: ");
            assertThat(client.failing("typed", Map.of("lines", List.of(1))))
                    .isEqualTo("'typed' needs the argument 'source'");
            List<Object> withNull = new ArrayList<>();
            withNull.add(null);
            assertThat(client.failing("typed", Map.of("source", Map.of(), "breakpoints", withNull)))
                    .isEqualTo("'typed' needs the argument 'breakpoints[0]'");
        }
    }

    @Test
    void failureInsideARequestIsAnsweredAsSuch() {
        RequestFamily broken = table -> table.on("broken", Object.class, SessionState.ANY, arguments -> {
            throw new AssertionError("boom");
        });
        try (DapTestClient client = DapTestClient.inProcess(session -> List.of(broken))) {
            client.initialize();
            assertThat(client.failing("broken", Map.of()))
                    .contains("which is a bug")
                    .contains("boom");
        }
    }

    @Test
    void cancelReachesRequestsThatWaitAndTheOneUnderWay() {
        Function<Session, List<RequestFamily>> patient =
                session -> List.of(table -> table.on("untilCancelled", Object.class, SessionState.ANY, arguments -> {
                    Awaitility.await().until(session.cancellation()::isDemanded);
                    session.cancellation().check();
                    return null;
                }));
        try (DapTestClient client = DapTestClient.inProcess(patient)) {
            client.initialize();
            int underWay = client.send("untilCancelled", Map.of());
            int waits = client.send("untilCancelled", Map.of());
            int wanted = client.send("makeCoffee", Map.of());
            int cancelWaiting = client.send("cancel", Map.of("requestId", waits));
            int cancelNothing = client.send("cancel", Map.of("requestId", 4711, "progressId", "x"));
            int cancelUnderWay = client.send("cancel", Map.of("progressId", String.valueOf(underWay)));
            assertThat(client.response(underWay).get("message").getAsString()).isEqualTo("cancelled");
            assertThat(client.response(waits).get("message").getAsString()).isEqualTo("cancelled");
            assertThat(DapTestClient.failure(client.response(wanted))).contains("not supported");
            for (int cancel : List.of(cancelWaiting, cancelNothing, cancelUnderWay)) {
                assertThat(client.response(cancel).get("success").getAsBoolean())
                        .isTrue();
            }
        }
    }

    @Test
    void disconnectClosesTheStream() {
        try (DapTestClient client = DapTestClient.inProcess()) {
            client.request("disconnect");
            client.expectClosed();
        }
    }

    @Test
    void endOfTheStreamEndsTheSession() {
        DapTestClient client = DapTestClient.inProcess();
        client.initialize();
        client.vanish();
        client.expectClosed();
    }
}
