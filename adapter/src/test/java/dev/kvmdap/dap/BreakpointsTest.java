package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.kvmdap.kvm.RequiresKvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@RequiresKvm
@Timeout(60)
class BreakpointsTest {

    private static final Path MAIN = Examples.source("long-mode", "main.c");
    private static final Path TASKS = Examples.source("long-mode", "tasks.c");

    private final DapTestClient client = DapTestClient.inProcess();

    @Test
    @Tag("smoke")
    void lineBreakpointStopsAtItsLine() {
        try (client) {
            List<JsonObject> set = new ArrayList<>();
            client.launch(Examples.multiboot("long-mode"), () -> set.addAll(client.breakAt(MAIN, "main")));
            JsonObject stop = client.expectStopped("breakpoint");
            assertThat(set.get(0).get("verified").getAsBoolean()).isTrue();
            assertThat(ids(stop)).containsExactly(set.get(0).get("id").getAsInt());
            assertThat(stop.get("allThreadsStopped").getAsBoolean()).isTrue();
            JsonObject top = client.topFrame();
            assertThat(top.get("line").getAsInt()).isEqualTo(Examples.line(MAIN, "main"));
            assertThat(top.getAsJsonObject("source").get("path").getAsString()).isEqualTo(MAIN.toString());
            assertThat(top.get("name").getAsString()).isEqualTo("kernel_main");
        }
    }

    private JsonObject breakWith(String key, String value) {
        return answers(client.request(
                        "setBreakpoints",
                        Map.of(
                                "source",
                                Map.of("path", TASKS.toString()),
                                "breakpoints",
                                List.of(Map.of("line", Examples.line(TASKS, "tick"), key, value)))))
                .get(0);
    }

    @Test
    void hitConditionStopsAtTheHitsThatItNames() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> breakWith("hitCondition", "%3"));
            client.expectStopped("breakpoint");
            assertThat(client.evaluate("tick")).isEqualTo("2");
            client.resumeUntil("continue", "breakpoint");
            assertThat(client.evaluate("tick")).isEqualTo("5");
        }
    }

    @Test
    void hitConditionThatIsNoneIsSaidAtItsBreakpoint() {
        try (client) {
            List<JsonObject> set = new ArrayList<>();
            client.launch(Examples.multiboot("long-mode"), () -> set.add(breakWith("hitCondition", "often")));
            assertThat(set.get(0).get("verified").getAsBoolean()).isFalse();
            assertThat(set.get(0).get("message").getAsString()).contains("'often'", ">=5");
        }
    }

    @Test
    void logpointWritesItsMessageAndDoesNotStop() {
        try (client) {
            client.launch(
                    Examples.multiboot("long-mode"),
                    () -> breakWith("logMessage", "handled {exceptions_handled} {{at}} {$rip,x}"));
            client.expectTerminated(Examples.SUCCESS);
            client.expectOutput("handled 0 {at} 0x");
        }
    }

    @Test
    void functionBreakpointStopsInTheFunctionsBody() {
        try (client) {
            client.launch(
                    Examples.multiboot("long-mode"),
                    () -> client.request(
                            "setFunctionBreakpoints", Map.of("breakpoints", List.of(Map.of("name", "finish")))));
            client.expectStopped("function breakpoint");
            assertThat(client.topFrame().get("name").getAsString()).isEqualTo("finish");
        }
    }

    @Test
    void functionBreakpointAlsoTakesAnAddress() {
        try (client) {
            client.launch(
                    Examples.bootSector("boot-sector"),
                    () -> client.request(
                            "setFunctionBreakpoints", Map.of("breakpoints", List.of(Map.of("name", "*0x7c05")))));
            client.expectStopped("function breakpoint");
            assertThat(client.topFrame().get("instructionPointerReference").getAsString())
                    .isEqualTo("0x7c05");
        }
    }

    @Test
    void instructionBreakpointStopsBeforeTheInstruction() {
        try (client) {
            client.launch(with(Examples.bootSector("boot-sector"), "stopOnEntry", true), () -> {});
            client.expectStopped("entry");
            JsonObject answer = answers(client.request(
                            "setInstructionBreakpoints",
                            Map.of("breakpoints", List.of(Map.of("instructionReference", "0x7c00", "offset", 5)))))
                    .get(0);
            assertThat(answer.get("verified").getAsBoolean()).isTrue();
            assertThat(answer.get("instructionReference").getAsString()).isEqualTo("0x7c05");
            JsonObject stop = client.resumeUntil("continue", "instruction breakpoint");
            assertThat(ids(stop)).containsExactly(answer.get("id").getAsInt());
        }
    }

    @Test
    @Tag("smoke")
    void conditionalBreakpointStopsOnlyWhenItsConditionHolds() {
        try (client) {
            client.launch(
                    Examples.bootSector("boot-sector"),
                    () -> setLine(
                            Examples.source("boot-sector", "boot-sector.S"),
                            "countdown",
                            Map.of("condition", "$al == '2'")));
            client.expectStopped("breakpoint");
            assertThat(client.evaluate("$al")).isEqualTo("0x32");
            client.request("continue", Map.of("threadId", 1));
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    void conditionMayNameGlobalVariables() {
        try (client) {
            client.launch(
                    Examples.multiboot("long-mode"),
                    () -> client.request(
                            "setFunctionBreakpoints",
                            Map.of(
                                    "breakpoints",
                                    List.of(Map.of("name", "serial_print", "condition", "exceptions_handled == 1")))));
            client.expectStopped("function breakpoint");
            assertThat(client.evaluate("exceptions_handled")).isEqualTo("1");
        }
    }

    @Test
    void conditionThatIsNoExpressionIsToldAtOnce() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> {
                JsonObject answer = setLine(MAIN, "main", Map.of("condition", "1 +"));
                assertThat(answer.get("verified").getAsBoolean()).isFalse();
                assertThat(answer.get("message").getAsString()).startsWith("condition: col ");
                assertThat(answer.get("reason").getAsString()).isEqualTo("failed");
            });
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    void conditionWithoutAValueStopsAndSaysWhy() {
        try (client) {
            client.launch(
                    Examples.bootSector("boot-sector"),
                    () -> setLine(
                            Examples.source("boot-sector", "boot-sector.S"),
                            "countdown",
                            Map.of("condition", "1 / ($al - 0x35)")));
            JsonObject stop = client.expectStopped("breakpoint");
            assertThat(stop.get("description").getAsString()).contains("zero");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hardware", "software", "auto"})
    void modeChoosesTheMechanism(String mode) {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> {
                JsonObject answer = setLine(MAIN, "main", Map.of("mode", mode));
                String message = answer.get("message").getAsString();
                assertThat(message).startsWith(mode.equals("auto") ? "" : mode + " breakpoint");
            });
            client.expectStopped("breakpoint");
        }
    }

    @Test
    void breakpointModeOfTheConfigurationIsTheDefault() {
        try (client) {
            client.launch(with(Examples.multiboot("long-mode"), "breakpointMode", "hardware"), () -> {
                assertThat(setLine(MAIN, "main", Map.of()).get("message").getAsString())
                        .startsWith("hardware breakpoint in DR");
            });
            client.expectStopped("breakpoint");
        }
    }

    @Test
    void unknownModeIsRefusedWithTheModesThereAre() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> {
                Map<String, ?> arguments = Map.of(
                        "source",
                        Map.of("path", MAIN.toString()),
                        "breakpoints",
                        List.of(Map.of("line", 1, "mode", "magic")));
                assertThat(client.failing("setBreakpoints", arguments))
                        .isEqualTo("there is no breakpoint mode 'magic'; the modes are auto, hardware, software");
            });
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    void fifthHardwareBreakpointSaysWhoHoldsTheFour() {
        try (client) {
            client.launch(with(Examples.multiboot("long-mode"), "stopOnEntry", true), () -> {});
            client.expectStopped("entry");
            List<Map<String, Object>> five = IntStream.range(0, 5)
                    .<Map<String, Object>>mapToObj(i -> Map.of(
                            "instructionReference", "0x" + Integer.toHexString(0x100200 + i), "mode", "hardware"))
                    .toList();
            List<JsonObject> answers =
                    answers(client.request("setInstructionBreakpoints", Map.of("breakpoints", five)));
            assertThat(answers.subList(0, 4))
                    .allMatch(answer -> answer.get("verified").getAsBoolean());
            assertThat(answers.get(4).get("verified").getAsBoolean()).isFalse();
            assertThat(answers.get(4).get("message").getAsString()).contains("0x100200", "0x100203");
        }
    }

    @Test
    void addressWithoutAPageIsPendingAndOneThatIsNotCanonicalHasFailed() {
        try (client) {
            client.launch(with(Examples.multiboot("long-mode"), "stopOnEntry", true), () -> {});
            client.expectStopped("entry");
            List<JsonObject> answers = answers(client.request(
                    "setInstructionBreakpoints",
                    Map.of(
                            "breakpoints",
                            List.of(
                                    Map.of("instructionReference", "0xffff800000100000", "mode", "software"),
                                    Map.of("instructionReference", "0x800000000000", "mode", "hardware")))));
            assertThat(answers).noneMatch(answer -> answer.get("verified").getAsBoolean());
            assertThat(answers.get(0).get("reason").getAsString()).isEqualTo("pending");
            assertThat(answers.get(1).get("reason").getAsString()).isEqualTo("failed");
            assertThat(answers.get(1).get("message").getAsString()).contains("0x800000000000 is not canonical");
        }
    }

    @Test
    void breakpointThatFoundNoSlotTakesTheNextFreeOne() {
        try (client) {
            client.launch(with(Examples.multiboot("long-mode"), "stopOnEntry", true), () -> {});
            client.expectStopped("entry");
            List<Map<String, Object>> four = IntStream.range(0, 4)
                    .<Map<String, Object>>mapToObj(i -> Map.of(
                            "instructionReference", "0x" + Integer.toHexString(0x100200 + i), "mode", "hardware"))
                    .toList();
            client.request("setInstructionBreakpoints", Map.of("breakpoints", four));
            JsonObject fifth = setLine(MAIN, "main", Map.of("mode", "hardware"));
            assertThat(fifth.get("verified").getAsBoolean()).isFalse();
            client.request("setInstructionBreakpoints", Map.of("breakpoints", List.of()));
            JsonObject changed = client.expectEvent("breakpoint");
            assertThat(changed.get("reason").getAsString()).isEqualTo("changed");
            assertThat(changed.getAsJsonObject("breakpoint").get("id")).isEqualTo(fifth.get("id"));
            assertThat(changed.getAsJsonObject("breakpoint").get("verified").getAsBoolean())
                    .isTrue();
            client.resumeUntil("continue", "breakpoint");
        }
    }

    @Test
    void twoBreakpointsOnOneLineAreBothHit() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(MAIN, "main", "main"));
            assertThat(ids(client.expectStopped("breakpoint"))).hasSize(2);
            client.breakAt(MAIN, "main");
            client.request("continue", Map.of("threadId", 1));
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    void setReplacesTheWholeSetOfItsFileAndNoOther() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> {
                client.breakAt(TASKS, "task-done");
                client.breakAt(MAIN, "main", "fibonacci-loop");
                client.breakAt(MAIN, "exit");
            });
            client.expectStopped("breakpoint");
            assertThat(client.topFrame().get("line").getAsInt()).isEqualTo(Examples.line(TASKS, "task-done"));
            client.breakAt(TASKS);
            client.resumeUntil("continue", "breakpoint");
            assertThat(client.topFrame().get("line").getAsInt()).isEqualTo(Examples.line(MAIN, "exit"));
        }
    }

    @Test
    void breakpointThatStaysKeepsItsNumber() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> {
                int before = client.breakAt(MAIN, "main").get(0).get("id").getAsInt();
                List<JsonObject> after = client.breakAt(MAIN, "exit", "main");
                assertThat(after.get(1).get("id").getAsInt()).isEqualTo(before);
                assertThat(after.get(0).get("id").getAsInt()).isNotEqualTo(before);
            });
            client.expectStopped("breakpoint");
        }
    }

    @Test
    void lineWithoutCodeMovesToTheNextThatHasSome() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> {
                JsonObject answer = answers(client.request(
                                "setBreakpoints",
                                Map.of(
                                        "source",
                                        Map.of("path", MAIN.toString()),
                                        "breakpoints",
                                        List.of(Map.of("line", 1)))))
                        .get(0);
                assertThat(answer.get("verified").getAsBoolean()).isTrue();
                assertThat(answer.get("line").getAsInt()).isGreaterThan(1);
            });
        }
    }

    @Test
    void placeThatIsNotThereIsToldWithWhatToDo() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> {
                assertThat(message(Map.of("path", MAIN.toString()), 100_000))
                        .isEqualTo("main.c has no code at line 100000 or below");
                assertThat(message(Map.of("path", "/elsewhere/other.c"), 1))
                        .startsWith("/elsewhere/other.c is not among the sources of ")
                        .endsWith("build it with -g, or map its folder in 'sourceMap'");
                JsonObject answer = answers(client.request(
                                "setFunctionBreakpoints", Map.of("breakpoints", List.of(Map.of("name", "nowhere")))))
                        .get(0);
                assertThat(answer.get("message").getAsString()).isEqualTo("there is no function 'nowhere'");
            });
        }
    }

    @Test
    void breakpointOnAddressThatCannotHoldCodeIsToldWhy() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> {
                JsonObject answer = answers(client.request(
                                "setInstructionBreakpoints",
                                Map.of(
                                        "breakpoints",
                                        List.of(Map.of("instructionReference", "0xfffffff0", "mode", "software")))))
                        .get(0);
                assertThat(answer.get("verified").getAsBoolean()).isFalse();
                assertThat(answer.get("message").getAsString()).isNotBlank();
            });
        }
    }

    @Test
    void breakpointsCanBeSetWhileTheGuestRuns() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> setLine(MAIN, "fibonacci-loop", Map.of()));
            client.expectStopped("breakpoint");
            client.request("continue", Map.of("threadId", 1));
            client.breakAt(MAIN, "exit");
            client.expectStopped("breakpoint");
        }
    }

    @Test
    void locationsAreTheLinesWithCode() {
        try (client) {
            client.initialize();
            client.launchUntilInitialized(Examples.multiboot("long-mode"));
            int line = Examples.line(MAIN, "factorial-base");
            Map<String, ?> range = Map.of("source", Map.of("path", MAIN.toString()), "line", 1, "endLine", line);
            assertThat(answers(client.request("breakpointLocations", range)).stream()
                            .map(location -> location.get("line").getAsInt()))
                    .contains(line)
                    .doesNotContain(1);
        }
    }

    @Test
    void clientThatCountsFromZeroAndSpeaksUrisIsHonoured() {
        try (client) {
            client.initialize(Map.of("linesStartAt1", false, "columnsStartAt1", false, "pathFormat", "uri"));
            client.launchUntilInitialized(Examples.multiboot("long-mode"));
            int line = Examples.line(MAIN, "main") - 1;
            JsonObject answer = answers(client.request(
                            "setBreakpoints",
                            Map.of(
                                    "source",
                                    Map.of("path", MAIN.toUri().toString()),
                                    "breakpoints",
                                    List.of(Map.of("line", line)))))
                    .get(0);
            assertThat(answer.get("line").getAsInt()).isEqualTo(line);
            client.request("configurationDone");
            client.expectStopped("breakpoint");
            JsonObject top = client.topFrame();
            assertThat(top.get("line").getAsInt()).isEqualTo(line);
            assertThat(top.get("column").getAsInt()).isEqualTo(4);
            assertThat(top.getAsJsonObject("source").get("path").getAsString())
                    .isEqualTo(MAIN.toUri().toString());
        }
    }

    private JsonObject setLine(Path source, String marker, Map<String, Object> more) {
        Map<String, Object> breakpoint = new HashMap<>(more);
        breakpoint.put("line", Examples.line(source, marker));
        return answers(client.request(
                        "setBreakpoints",
                        Map.of("source", Map.of("path", source.toString()), "breakpoints", List.of(breakpoint))))
                .get(0);
    }

    private String message(Map<String, ?> source, int line) {
        JsonObject answer = answers(client.request(
                        "setBreakpoints", Map.of("source", source, "breakpoints", List.of(Map.of("line", line)))))
                .get(0);
        assertThat(answer.get("verified").getAsBoolean()).isFalse();
        return answer.get("message").getAsString();
    }

    private static List<JsonObject> answers(JsonObject body) {
        return DapTestClient.objects(body.getAsJsonArray("breakpoints"));
    }

    private static List<Integer> ids(JsonObject stop) {
        JsonArray ids = stop.getAsJsonArray("hitBreakpointIds");
        return ids.asList().stream().map(id -> id.getAsInt()).toList();
    }

    private static Map<String, Object> with(Map<String, Object> configuration, String key, Object value) {
        Map<String, Object> changed = new HashMap<>(configuration);
        changed.put(key, value);
        return changed;
    }
}
