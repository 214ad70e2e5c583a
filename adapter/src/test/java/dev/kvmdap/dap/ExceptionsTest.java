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
class ExceptionsTest {

    private static final Path MAIN = Examples.source("long-mode", "main.c");

    private final DapTestClient client = DapTestClient.inProcess();

    private List<JsonObject> filter(String... ids) {
        return set(Map.of("filters", List.of(ids)));
    }

    private List<JsonObject> filterWhen(String id, String condition) {
        return set(
                Map.of("filters", List.of(), "filterOptions", List.of(Map.of("filterId", id, "condition", condition))));
    }

    private List<JsonObject> set(Map<String, ?> arguments) {
        return DapTestClient.objects(
                client.request("setExceptionBreakpoints", arguments).getAsJsonArray("breakpoints"));
    }

    private static String message(JsonObject answer) {
        return answer.get("message").getAsString();
    }

    private static boolean verified(JsonObject answer) {
        return answer.get("verified").getAsBoolean();
    }

    @Test
    void filtersAreAnnouncedWithThoseThatAreOnByDefault() {
        try (client) {
            JsonObject capabilities = client.initialize();

            List<JsonObject> filters = DapTestClient.objects(capabilities.getAsJsonArray("exceptionBreakpointFilters"));
            assertThat(filters)
                    .extracting(filter -> filter.get("filter").getAsString())
                    .contains("triple-fault", "internal-error", "fault", "df", "de", "nmi", "gp", "pf", "xm")
                    .doesNotHaveDuplicates();
            assertThat(filters.stream()
                            .filter(filter -> filter.get("default").getAsBoolean())
                            .map(filter -> filter.get("filter").getAsString()))
                    .containsExactly("triple-fault", "internal-error", "df");
            assertThat(capabilities.get("supportsExceptionFilterOptions").getAsBoolean())
                    .isTrue();
            assertThat(capabilities.get("supportsExceptionInfoRequest").getAsBoolean())
                    .isTrue();
            assertThat(capabilities.has("supportsExceptionOptions")).isFalse();
        }
    }

    @Test
    @Tag("smoke")
    void filterSetBeforeTheGuestHasHandlersStopsAtTheHandlerThatItInstalls() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> {
                JsonObject answer = filter("ud").get(0);
                assertThat(verified(answer)).isTrue();
                assertThat(message(answer)).contains("no handler to stop at yet", "#UD");
            });

            JsonObject stop = client.expectStopped("exception");
            assertThat(stop.get("description").getAsString())
                    .startsWith("#UD invalid opcode at survive_an_invalid_opcode+0x");
            List<JsonObject> stack = client.stack(1);
            assertThat(stack)
                    .extracting(frame -> frame.get("name").getAsString())
                    .startsWith("invalid_opcode_entry", "survive_an_invalid_opcode", "kernel_main", "long_mode");
            assertThat(stack.get(1).get("line").getAsInt()).isEqualTo(Examples.line(MAIN, "invalid-opcode"));

            JsonObject info = client.request("exceptionInfo", Map.of("threadId", 1));
            assertThat(info.get("exceptionId").getAsString()).isEqualTo("#UD");
            assertThat(info.get("breakMode").getAsString()).isEqualTo("always");
            JsonObject details = info.getAsJsonObject("details");
            assertThat(details.get("typeName").getAsString()).isEqualTo("invalid opcode");
            assertThat(details.get("stackTrace").getAsString())
                    .contains("#0 ", "invalid_opcode_entry", "#1 ", "survive_an_invalid_opcode");

            client.request("continue", Map.of("threadId", 1));
            client.expectOutput("and going on");
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    void conditionThatDoesNotHoldLeavesTheGuestItsOwnHandling() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> {
                assertThat(verified(filterWhen("ud", "cpl == 3").get(0))).isTrue();
            });

            client.expectTerminated(Examples.SUCCESS);
            assertThat(client.eventsSoFar("stopped")).isEmpty();
        }
    }

    @Test
    void conditionMayNameTheExceptionAndTheProgram() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> {
                JsonObject answer = filterWhen(
                                "fault",
                                "vector == 6 && error == 0 && cpl == 0 && rip > kernel_main - 4096 && exceptions_handled == 0 && $rsp != 0")
                        .get(0);
                assertThat(verified(answer)).as(message(answer)).isTrue();
            });

            assertThat(client.expectStopped("exception").get("text").getAsString())
                    .contains("#UD");
        }
    }

    @Test
    void conditionThatIsNoneIsAnsweredWithWhatItMayName() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> {
                JsonObject wrong = filterWhen("pf", "addr == 0").get(0);
                assertThat(verified(wrong)).isFalse();
                assertThat(message(wrong)).contains("addr", "vector, error, cpl, rip, cr2");

                JsonObject unknown = filter("uncaught").get(0);
                assertThat(verified(unknown)).isFalse();
                assertThat(message(unknown)).contains("no exception filter 'uncaught'", "triple-fault", "pf");

                JsonObject unconditional =
                        filterWhen("triple-fault", "cpl == 0").get(0);
                assertThat(verified(unconditional)).isFalse();
                assertThat(message(unconditional)).contains("takes no condition");
            });
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    void filterTellsWhereItsTrapsAreOnceTheGuestHasHandlers() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(MAIN, "invalid-opcode"));
            client.expectStopped("breakpoint");

            List<JsonObject> answers = filter("ud", "fault", "br");

            assertThat(message(answers.get(0))).contains("traps at the handlers", "#UD at 0x", "software breakpoint");
            assertThat(message(answers.get(1))).contains("#DE at 0x", "#UD at 0x", "#GP at 0x", "#PF at 0x");
            assertThat(message(answers.get(2))).contains("no handler to stop at yet", "#BR");
            assertThat(client.resumeUntil("next", "exception")
                            .get("hitBreakpointIds")
                            .getAsJsonArray())
                    .hasSize(2);
        }
    }

    @Test
    void stopThatIsNoExceptionHasNoExceptionInfo() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(MAIN, "main"));
            client.expectStopped("breakpoint");

            assertThat(client.failing("exceptionInfo", Map.of("threadId", 1))).contains("not stopped at an exception");
        }
    }
}
