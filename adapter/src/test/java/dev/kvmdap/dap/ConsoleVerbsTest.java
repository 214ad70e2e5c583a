package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kvmdap.kvm.RequiresKvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client that can do no more than line breakpoints does everything by the console. */
@RequiresKvm
@Timeout(60)
class ConsoleVerbsTest {

    private static final Path MAIN = Examples.source("long-mode", "main.c");
    private static final Path TASKS = Examples.source("long-mode", "tasks.c");

    private final DapTestClient client = DapTestClient.inProcess();

    private void stopInMain() {
        client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(MAIN, "main"));
        client.expectStopped("breakpoint");
    }

    private JsonObject run(String line, String reason) {
        client.console(line);
        client.expectEvent("continued");
        return client.expectStopped(reason);
    }

    private String top() {
        JsonObject frame = client.topFrame();
        return frame.get("name").getAsString() + ":" + frame.get("line").getAsInt();
    }

    private JsonObject told(String reason) {
        return client.expectEvent(
                        "breakpoint", event -> event.get("reason").getAsString().equals(reason))
                .getAsJsonObject("breakpoint");
    }

    @Test
    void breakpointOfTheConsoleIsToldToTheClientAndHit() {
        try (client) {
            stopInMain();
            int line = Examples.line(TASKS, "tick");
            assertThat(client.console("b tasks.c:" + line)).contains("run_tasks at tasks.c:" + line);
            JsonObject told = told("new");
            assertThat(told.get("line").getAsInt()).isEqualTo(line);
            assertThat(told.getAsJsonObject("source").get("path").getAsString()).isEqualTo(TASKS.toString());

            JsonObject stop = run("c", "breakpoint");
            assertThat(stop.getAsJsonArray("hitBreakpointIds").get(0)).isEqualTo(told.get("id"));
            assertThat(top()).isEqualTo("run_tasks:" + line);
        }
    }

    @Test
    void breakpointsOfTheConsoleSurviveRestartsAndTheSetsOfTheClient() {
        try (client) {
            stopInMain();
            client.console("b handle_exception");
            client.console("b main.c:" + Examples.line(MAIN, "exit"));
            client.console("watch exceptions_handled");
            client.breakAt(MAIN, "main");
            client.request("setDataBreakpoints", Map.of("breakpoints", List.of()));
            client.request("setFunctionBreakpoints", Map.of("breakpoints", List.of()));
            assertThat(client.console("info breakpoints").lines().filter(row -> row.matches("[0-9].*")))
                    .hasSize(4);

            client.console("run");
            client.expectEvent("continued");
            client.expectStopped("breakpoint");
            assertThat(top()).startsWith("kernel_main");
            run("c", "function breakpoint");
            assertThat(run("c", "data breakpoint").get("text").getAsString()).contains(": 0 -> 1, ");
            run("c", "breakpoint");
            assertThat(top()).isEqualTo("kernel_main:" + Examples.line(MAIN, "exit"));
        }
    }

    @Test
    void breakpointThatTheClientSendsBackBecomesItsOwn() {
        try (client) {
            stopInMain();
            int line = Examples.line(MAIN, "exit");
            client.console("b main.c:" + line + " if exceptions_handled == 1");
            int id = told("new").get("id").getAsInt();

            assertThat(client.breakAt(MAIN, "main", "exit").get(1).get("id").getAsInt())
                    .isEqualTo(id);
            assertThat(client.console("info breakpoints")).contains("stop only if exceptions_handled == 1");
            client.breakAt(MAIN, "main");
            assertThat(client.console("info breakpoints")).doesNotContain("main.c:" + line);
        }
    }

    @Test
    void breakpointsOfTheClientAreListedChangedAndDeleted() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(TASKS, "insert", "tick"));
            JsonObject stop = client.expectStopped("breakpoint");
            int insert = stop.getAsJsonArray("hitBreakpointIds").get(0).getAsInt();
            assertThat(client.console("info b"))
                    .contains("task_start at tasks.c:" + Examples.line(TASKS, "insert"))
                    .contains("already hit 1 time")
                    .contains("software breakpoint, byte 0x")
                    .contains("set by the client");

            client.console("condition " + insert + " $rip == 0");
            assertThat(run("c", "breakpoint")
                            .getAsJsonArray("hitBreakpointIds")
                            .get(0)
                            .getAsInt())
                    .isNotEqualTo(insert);
            client.console("delete");
            assertThat(told("removed").get("id").getAsInt()).isEqualTo(insert);
            client.console("c");
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    void disabledBreakpointPassesAndTheClientIsTold() {
        try (client) {
            stopInMain();
            client.console("b task_start");
            int number = told("new").get("id").getAsInt();
            client.console("disable " + number);
            JsonObject told = told("changed");
            assertThat(told.get("verified").getAsBoolean()).isFalse();
            assertThat(told.get("message").getAsString()).startsWith("disabled: 'enable " + number + "'");
            client.console("b run_tasks");
            run("c", "function breakpoint");
            assertThat(top()).startsWith("run_tasks");
            client.console("enable " + number);
            assertThat(told("changed").get("verified").getAsBoolean()).isTrue();
        }
    }

    @Test
    void ignoredHitsPassAndAreCounted() {
        try (client) {
            stopInMain();
            client.console("b give_turn");
            int number = told("new").get("id").getAsInt();
            assertThat(client.console("ignore " + number + " 2")).contains("ignore next 2");
            run("c", "function breakpoint");
            assertThat(client.evaluate("tick")).isEqualTo("2");
            assertThat(client.console("i b " + number)).contains("already hit 3 times");

            assertThat(client.console("c 3")).contains("Will ignore next 2 crossings");
            client.expectEvent("continued");
            client.expectStopped("function breakpoint");
            assertThat(client.evaluate("tick")).isEqualTo("5");
        }
    }

    @Test
    void temporaryBreakpointGoesWithItsFirstStop() {
        try (client) {
            stopInMain();
            assertThat(client.console("tb give_turn")).startsWith("Temporary breakpoint ");
            int number = told("new").get("id").getAsInt();
            run("c", "function breakpoint");
            assertThat(told("removed").get("id").getAsInt()).isEqualTo(number);
            client.console("c");
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    void hardwareBreakpointsTakeSlotsAndTheFifthIsRefusedNamingTheHolders() {
        try (client) {
            stopInMain();
            for (String function : List.of("task_start", "run_tasks", "give_turn", "square")) {
                assertThat(client.console("hb " + function)).contains("hardware breakpoint in DR");
            }
            assertThat(client.consoleRefuses("thbreak fibonacci"))
                    .contains("all four debug-register slots are taken", "DR3");
            assertThat(client.console("i b")).doesNotContain("fibonacci");
            client.console("d 2");
            assertThat(client.console("thbreak fibonacci")).startsWith("Temporary hardware breakpoint");
        }
    }

    @Test
    void dprintfWritesAndGoesOn() {
        try (client) {
            stopInMain();
            client.console("dprintf give_turn if $rsi < 2,\"turn {$rsi,x}\\n\"");
            client.console("c");
            client.expectTerminated(Examples.SUCCESS);
            assertThat(client.expectOutput("turn 0x1"))
                    .contains("turn 0x0\nturn 0x1\n")
                    .doesNotContain("turn 0x2");
        }
    }

    @Test
    void seriesOfStepsIsOneStop() {
        try (client) {
            stopInMain();
            long before = Long.decode(client.evaluate("$rip"));
            run("next 2", "step");
            assertThat(top()).isEqualTo("kernel_main:" + (Examples.line(MAIN, "main") + 2));
            assertThat(client.eventsSoFar("stopped")).hasSize(2);
            run("si 3", "step");
            assertThat(Long.decode(client.evaluate("$rip"))).isGreaterThan(before);
            client.console("tb give_turn");
            run("next 1000", "function breakpoint");
        }
    }

    @Test
    void finishLeavesSeveralFramesAtOnce() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(MAIN, "factorial-base"));
            client.expectStopped("breakpoint");
            client.console("condition 1 $rsp == 0");
            client.console("tb factorial if $rdi == 5");
            run("c", "function breakpoint");
            client.console("condition 1");
            run("c", "breakpoint");
            assertThat(client.console("bt").lines().filter(frame -> frame.contains(" in factorial ")))
                    .hasSize(5);
            client.console("frame 4");
            assertThat(client.console("p n")).isEqualTo("5");
            run("finish", "step");
            assertThat(client.topFrame().get("name").getAsString()).isEqualTo("give_turn");
        }
    }

    @Test
    void conditionNamesTheLocalVariablesOfTheBreakpointsPlace() {
        try (client) {
            stopInMain();
            client.console("b factorial");
            int point = told("new").get("id").getAsInt();
            client.console("condition " + point + " n == 3");
            run("c", "function breakpoint");
            assertThat(client.console("p n")).isEqualTo("3");
            assertThat(client.consoleRefuses("condition " + point + " m")).contains("there is no variable 'm'");
            assertThat(client.console("info breakpoints")).contains("n == 3");
        }
    }

    @Test
    void untilRunsALoopToItsEndAndAdvanceStopsInCalledFunctions() {
        try (client) {
            stopInMain();
            client.console("tb all_results_are_right");
            run("c", "function breakpoint");
            String before = top();
            run("n", "step");
            run("n", "step");
            run("until", "step");
            assertThat(top()).startsWith("all_results_are_right:").isNotEqualTo(before);
            assertThat(line()).isGreaterThan(Integer.parseInt(before.substring(before.indexOf(':') + 1)) + 2);
        }
    }

    private int line() {
        return client.topFrame().get("line").getAsInt();
    }

    @Test
    void advanceEndsAtThePlaceOrWithTheFrame() {
        try (client) {
            stopInMain();
            run("advance run_tasks", "step");
            assertThat(top()).startsWith("run_tasks:");
            run("advance " + Examples.line(TASKS, "tick"), "step");
            assertThat(line()).isEqualTo(Examples.line(TASKS, "tick"));
            run("advance survive_an_invalid_opcode", "step");
            assertThat(client.topFrame().get("name").getAsString()).isEqualTo("kernel_main");
            assertThat(client.console("info breakpoints").lines().filter(row -> row.matches("[0-9].*")))
                    .hasSize(1);
        }
    }

    @Test
    void untilAPlaceCountsInTheFrameOnly() {
        try (client) {
            client.launch(
                    Examples.multiboot("long-mode"),
                    () -> client.request(
                            "setFunctionBreakpoints",
                            Map.of("breakpoints", List.of(Map.of("name", "factorial", "condition", "$rdi == 4")))));
            client.expectStopped("function breakpoint");
            client.console("delete");
            run("until " + Examples.line(MAIN, "factorial-base"), "step");
            assertThat(client.topFrame().get("name").getAsString()).isEqualTo("give_turn");
        }
    }

    @Test
    void jumpGoesOnFromAnotherPlaceAndABreakpointThereIsHit() {
        try (client) {
            stopInMain();
            int exit = Examples.line(MAIN, "exit");
            client.console("tb " + exit);
            run("jump " + exit, "breakpoint");
            assertThat(line()).isEqualTo(exit);
            assertThat(client.consoleRefuses("jump nowhere")).isEqualTo("there is no code at nowhere");
            assertThat(line()).isEqualTo(exit);
        }
    }

    @Test
    void framesAreChosenUntilTheGuestRuns() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(TASKS, "insert"));
            client.expectStopped("breakpoint");
            assertThat(client.console("bt"))
                    .contains("#0 ", " in task_start at tasks.c:", "#1 ", " in kernel_main at main.c:");
            assertThat(client.console("up")).startsWith("#1 ").contains("kernel_main");
            assertThat(client.console("info locals")).contains("i = 0");
            assertThat(client.console("p i")).isEqualTo("0");
            assertThat(client.console("list").lines())
                    .hasSize(10)
                    .anyMatch(line -> line.contains("task_start(&tasks[i]);"));
            assertThat(client.console("info frame")).contains("Frame 1 of thread 1", "call-frame information");
            assertThat(client.console("down")).startsWith("#0 ");
            assertThat(client.console("frame 1")).startsWith("#1 ");
            run("n", "step");
            assertThat(client.console("frame")).startsWith("#0 ");
            assertThat(client.console("thread 1")).startsWith("[Thread 1 is vCPU 0 (long mode, CPL 0)]");
            assertThat(client.console("info threads")).startsWith("* 1 ");
        }
    }

    @Test
    void sourceAndSymbolsAreShown() {
        try (client) {
            stopInMain();
            int line = Examples.line(MAIN, "main");
            assertThat(client.console("info line")).startsWith("Line " + line + " of \"main.c\" starts at 0x");
            assertThat(client.console("info symbol kernel_main")).startsWith("kernel_main: code of kernel_main");
            assertThat(client.console("list " + line + "," + (line + 1)).lines())
                    .hasSize(2)
                    .allMatch(row -> row.matches("[0-9]+\t.*"));
            assertThat(client.console("list").lines().findFirst().orElseThrow()).startsWith((line + 2) + "\t");
            assertThat(client.console("list run_tasks")).contains("void run_tasks(void)");
        }
    }

    @Test
    void variablesAndRegistersAreSet() {
        try (client) {
            stopInMain();
            assertThat(client.console("set var exceptions_handled = 6 * 7")).isEqualTo("exceptions_handled = 42");
            client.expectEvent("invalidated");
            assertThat(client.evaluate("exceptions_handled")).isEqualTo("42");
            assertThat(client.console("set $rax = exceptions_handled + 1")).isEqualTo("$rax = 0x2b");
            assertThat(client.evaluate("$rax")).isEqualTo("0x2b");
            assertThat(client.consoleRefuses("set nothing = 1")).contains("there is no variable 'nothing'");
            assertThat(client.consoleRefuses("set $zf = 2")).contains("0x2 does not fit in 1 bits");
        }
    }

    @Test
    void runningGuestTakesBreakpointsAndAnInterrupt() {
        try (client) {
            client.launch(Examples.spinning(), () -> {});
            assertThat(client.consoleRefuses("print $rax")).isEqualTo("the guest is running: 'interrupt' stops it");
            assertThat(client.failing("evaluate", Map.of("expression", "$rax", "context", "watch")))
                    .isEqualTo("'evaluate' is not possible now: the guest is running: send pause first");
            client.console("interrupt");
            client.expectStopped("pause");
            client.console("c");
            client.expectEvent("continued");
            client.console("tb *0x7c00");
            client.expectStopped("instruction breakpoint");
        }
    }

    @Test
    void startStopsInTheMainFunctionAndStartiBeforeTheFirstInstruction() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(MAIN, "exit"));
            client.expectStopped("breakpoint");
            assertThat(client.console("start")).contains("at kernel_main");
            client.expectEvent("continued");
            client.expectStopped("function breakpoint");
            assertThat(client.topFrame().get("name").getAsString()).isEqualTo("kernel_main");
            client.console("starti");
            client.expectStopped("entry");
        }
    }

    @Test
    void functionsFilesAndVariablesAreCompleted() {
        try (client) {
            stopInMain();
            assertThat(completions("b give_")).containsExactly("give_turn");
            assertThat(completions("b tasks.c")).containsExactly("tasks.c:");
            assertThat(completions("watch exceptions_h")).containsExactly("exceptions_handled");
            assertThat(completions("info lo")).containsExactly("info locals");
            assertThat(completions("disable ")).containsExactly("1");
        }
    }

    private List<String> completions(String typed) {
        return DapTestClient.objects(client.request("completions", Map.of("text", typed, "column", typed.length() + 1))
                        .getAsJsonArray("targets"))
                .stream()
                .map(item -> item.get("label").getAsString())
                .toList();
    }
}
