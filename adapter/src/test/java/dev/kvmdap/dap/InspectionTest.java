package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kvmdap.kvm.RequiresKvm;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What can be looked at, and changed, while the guest stands still. */
@RequiresKvm
@Timeout(60)
class InspectionTest {

    private static final Path MAIN = Examples.source("long-mode", "main.c");

    private final DapTestClient client = DapTestClient.inProcess();

    @Test
    void hostTellsWhatServesEachKindOfStop() {
        try (client) {
            client.launch(Examples.spinning(), () -> {});
            client.request("pause", Map.of("threadId", 1));
            client.expectStopped("pause");
            JsonObject host = client.scope("Host");
            assertThat(client.child(host, "breakpoint", "why").get("value").getAsString())
                    .isNotEmpty();
            assertThat(client.child(host, "kernel").get("value").getAsString()).startsWith("Linux ");
            assertThat(client.child(host, "step")
                            .getAsJsonObject("presentationHint")
                            .toString())
                    .contains("readOnly");
        }
    }

    @Test
    void stackIsToldInPages() {
        try (client) {
            stopInRecursion();
            List<JsonObject> all = client.stack(1);
            assertThat(all.stream().map(frame -> frame.get("name").getAsString()))
                    .startsWith(
                            "factorial", "factorial", "factorial", "factorial", "factorial", "give_turn", "run_tasks")
                    .contains("kernel_main");
            JsonObject page = client.request("stackTrace", Map.of("threadId", 1, "startFrame", 5, "levels", 2));
            assertThat(DapTestClient.objects(page.getAsJsonArray("stackFrames")).stream()
                            .map(frame -> frame.get("name").getAsString()))
                    .containsExactly("give_turn", "run_tasks");
            assertThat(page.get("totalFrames").getAsInt()).isGreaterThan(7);
            JsonObject beyond = client.request("stackTrace", Map.of("threadId", 1, "startFrame", 1000));
            assertThat(beyond.getAsJsonArray("stackFrames")).isEmpty();
        }
    }

    @Test
    void numbersOfAnEarlierStopAreRefused() {
        try (client) {
            stopAtMain();
            int frame = client.topFrame().get("id").getAsInt();
            int registers = client.scope("Registers").get("variablesReference").getAsInt();
            client.resumeUntil("next", "step");
            assertThat(client.topFrame().get("id").getAsInt()).isNotEqualTo(frame);
            assertThat(client.failing("scopes", Map.of("frameId", frame)))
                    .isEqualTo("there is no frame " + frame + " in this stop: ask for stackTrace again");
            assertThat(client.failing("variables", Map.of("variablesReference", registers)))
                    .isEqualTo(
                            "there is no variable with reference " + registers + " in this stop: ask for scopes again");
            assertThat(client.failing("evaluate", Map.of("expression", "1", "frameId", frame)))
                    .contains("no frame");
        }
    }

    @Test
    void registersAreAScopeOfTheirOwnKindThatOpensToBits() {
        try (client) {
            stopAtMain();
            JsonObject scope = client.scope("Registers");
            assertThat(scope.get("presentationHint").getAsString()).isEqualTo("registers");
            assertThat(value(client.child(scope, "General", "rip")))
                    .isEqualTo("0x%016x".formatted(Long.decode(client.evaluate("$rip"))));
            assertThat(client.child(scope, "General", "rax").get("evaluateName").getAsString())
                    .isEqualTo("$rax");
            assertThat(value(client.child(scope, "Flags", "IF"))).isEqualTo("0");
            assertThat(value(client.child(scope, "Control", "cr0"))).contains("PG", "PE");
        }
    }

    @Test
    void changedRegisterIsReadBackAndTheClientToldToFetchAnew() {
        try (client) {
            stopAtMain();
            JsonObject general = client.child(client.scope("Registers"), "General");
            Map<String, ?> change = Map.of(
                    "variablesReference",
                    general.get("variablesReference").getAsInt(),
                    "name",
                    "rbx",
                    "value",
                    "0x1234 + 1");
            assertThat(client.request("setVariable", change).get("value").getAsString())
                    .isEqualTo("0x0000000000001235");
            assertThat(client.expectEvent("invalidated").getAsJsonArray("areas").asList().stream()
                            .map(area -> area.getAsString()))
                    .contains("variables");
            assertThat(client.evaluate("$rbx")).isEqualTo("0x1235");
            client.resumeUntil("next", "step");
        }
    }

    @Test
    void wrongChangeIsRefusedAndSaysWhy() {
        try (client) {
            stopAtMain();
            JsonObject general = client.child(client.scope("Registers"), "General");
            int reference = general.get("variablesReference").getAsInt();
            assertThat(client.failing(
                            "setVariable", Map.of("variablesReference", reference, "name", "rbx", "value", "lots")))
                    .contains("lots");
            assertThat(client.failing(
                            "setVariable", Map.of("variablesReference", reference, "name", "rzx", "value", "1")))
                    .isEqualTo("there is no variable 'rzx' under reference " + reference);
            assertThat(client.eventsSoFar("invalidated")).isEmpty();
        }
    }

    @Test
    void variablesAreToldInPages() {
        try (client) {
            stopAtMain();
            JsonObject general = client.child(client.scope("Registers"), "General");
            Map<String, ?> page = Map.of(
                    "variablesReference", general.get("variablesReference").getAsInt(), "start", 1, "count", 2);
            assertThat(DapTestClient.objects(client.request("variables", page).getAsJsonArray("variables")).stream()
                            .map(row -> row.get("name").getAsString()))
                    .containsExactly("rbx", "rcx");
        }
    }

    @Test
    void localsAreShownEvaluatedAndChanged() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(MAIN, "fibonacci-loop"));
            client.expectStopped("breakpoint");
            client.resumeUntil("continue", "breakpoint");
            JsonObject locals = client.scope("Locals");
            assertThat(locals.get("presentationHint").getAsString()).isEqualTo("locals");
            assertThat(client.children(locals).stream()
                            .map(row -> row.get("name").getAsString()))
                    .contains("n", "previous", "current", "i");
            assertThat(value(client.child(locals, "i"))).isEqualTo("1");
            assertThat(client.child(locals, "n").get("type").getAsString()).isEqualTo("unsigned int");
            assertThat(client.evaluate("current + i * 10")).isEqualTo("11");
            Map<String, ?> change = Map.of(
                    "variablesReference", locals.get("variablesReference").getAsInt(), "name", "i", "value", "n - 1");
            client.request("setVariable", change);
            assertThat(client.evaluate("i == n - 1")).isEqualTo("1");
            client.breakAt(MAIN);
            client.resumeUntil("stepOut", "step");
            assertThat(client.topFrame().get("name").getAsString()).isEqualTo("give_turn");
        }
    }

    @Test
    void pointersLeadToTheMemoryTheyPointTo() {
        try (client) {
            client.launch(
                    Examples.multiboot("long-mode"),
                    () -> client.breakAt(Examples.source("long-mode", "tasks.c"), "task-done"));
            client.expectStopped("breakpoint");
            JsonObject task = client.child(client.scope("Locals"), "task");
            assertThat(task.get("type").getAsString()).isEqualTo("struct task *");
            assertThat(value(task)).startsWith("0x").isEqualTo(client.evaluate("task"));
            assertThat(task.get("memoryReference").getAsString()).isEqualTo(client.evaluate("task,x"));
        }
    }

    @Test
    void guestWithoutLocalsHasNoScopeForThem() {
        try (client) {
            client.launch(
                    Examples.bootSector("boot-sector"),
                    () -> client.breakAt(Examples.source("boot-sector", "boot-sector.S"), "countdown"));
            client.expectStopped("breakpoint");
            Map<String, Integer> frame =
                    Map.of("frameId", client.topFrame().get("id").getAsInt());
            assertThat(DapTestClient.objects(client.request("scopes", frame).getAsJsonArray("scopes")).stream()
                            .map(scope -> scope.get("name").getAsString()))
                    .containsExactly("Registers", "System", "CPUID", "Host");
            assertThat(repl("x/1ub countdown")).endsWith(" 5");
        }
    }

    @Test
    void valueThatDoesNotFitAVariableIsRefused() {
        try (client) {
            stopInRecursion();
            JsonObject locals = client.scope("Locals");
            Map<String, ?> change = Map.of(
                    "variablesReference",
                    locals.get("variablesReference").getAsInt(),
                    "name",
                    "n",
                    "value",
                    "0x100000000");
            assertThat(client.failing("setVariable", change))
                    .isEqualTo("0x100000000 does not fit in n, which has 4 bytes");
        }
    }

    @Test
    void numbersAreShownInHexadecimalOnRequest() {
        try (client) {
            stopInRecursion();
            int locals = client.scope("Locals").get("variablesReference").getAsInt();
            Map<String, ?> hex = Map.of("variablesReference", locals, "format", Map.of("hex", true));
            assertThat(value(client.request("variables", hex)
                            .getAsJsonArray("variables")
                            .get(0)
                            .getAsJsonObject()))
                    .isEqualTo("0x1");
        }
    }

    @Test
    void everyFrameHasItsOwnVariablesAndRegisters() {
        try (client) {
            stopInRecursion();
            List<JsonObject> frames = client.stack(1);
            assertThat(evaluate("n", frames.get(0))).isEqualTo("1");
            assertThat(evaluate("n", frames.get(1))).isEqualTo("2");
            assertThat(evaluate("n", frames.get(4))).isEqualTo("5");
            assertThat(evaluate("$rip", frames.get(1)))
                    .isEqualTo(frames.get(1).get("instructionPointerReference").getAsString());
            assertThat(Long.decode(evaluate("$rsp", frames.get(1))))
                    .isGreaterThan(Long.decode(evaluate("$rsp", frames.get(0))));
            Map<String, ?> lost = Map.of(
                    "expression", "$rax", "frameId", frames.get(1).get("id").getAsInt());
            assertThat(client.failing("evaluate", lost)).contains("rax is not known in this frame");
        }
    }

    @Test
    void globalsFunctionsAndLabelsHaveValues() {
        try (client) {
            stopAtMain();
            assertThat(client.evaluate("exceptions_handled")).isEqualTo("0");
            assertThat(client.evaluate("kernel_main == $rip - ($rip - kernel_main)"))
                    .isEqualTo("1");
            assertThat(client.evaluate("scheduler")).startsWith("{ready = ");
        }
    }

    @Test
    void cpuidShowsItsThreeFaces() {
        try (client) {
            stopAtMain();
            List<JsonObject> faces = client.children(client.scope("CPUID"));
            assertThat(faces.stream().map(face -> face.get("name").getAsString()))
                    .containsExactly("Supported by host KVM", "Emulated by KVM", "Given to this guest");
            for (JsonObject face : faces) {
                assertThat(client.children(face)).isNotEmpty();
            }
        }
    }

    @Test
    void withheldCpuidFeatureIsNotGivenToTheGuestOrTheUserTold() {
        try (client) {
            Map<String, Object> withheld = new HashMap<>(Examples.multiboot("long-mode"));
            withheld.put("cpuid", Map.of("sse2", false));
            client.launch(withheld, () -> client.breakAt(MAIN, "main"));
            client.expectStopped("breakpoint");
            String sse2 = value(client.child(
                    client.scope("CPUID"), "Given to this guest", "0x1 Version and features", "edx", "sse2"));
            boolean told = client.eventsSoFar("output").stream()
                    .map(event -> event.get("output").getAsString())
                    .anyMatch(text -> text.startsWith("cpuid: this host's KVM ignores the selection of sse2"));
            assertThat(sse2.startsWith("0")).isNotEqualTo(told);
        }
    }

    @Test
    void expressionsAreEvaluatedInEveryContext() {
        try (client) {
            stopAtMain();
            int frame = client.topFrame().get("id").getAsInt();
            for (String context : List.of("watch", "hover", "repl", "variables", "clipboard")) {
                JsonObject answer = client.request(
                        "evaluate", Map.of("expression", "$cs * 2 + 1", "frameId", frame, "context", context));
                assertThat(answer.get("result").getAsString()).isEqualTo("0x11");
            }
            assertThat(client.request("evaluate", Map.of("expression", "40 + 2", "format", Map.of("hex", true)))
                            .get("result")
                            .getAsString())
                    .isEqualTo("0x2a");
            assertThat(client.failing("evaluate", Map.of("expression", "1 +", "context", "watch")))
                    .startsWith("col ");
            assertThat(client.failing("evaluate", Map.of("expression", "$nothing", "context", "hover")))
                    .contains("nothing");
        }
    }

    @Test
    void consoleAnswersItsVerbs() {
        try (client) {
            stopAtMain();
            assertThat(repl("help")).contains("info registers", "Anything else is an expression");
            assertThat(repl("info registers rip")).contains("kernel_main");
            assertThat(repl("x/4xb $rip")).contains("<kernel_main+");
            assertThat(client.failing("evaluate", Map.of("expression", "info nonsense", "context", "repl")))
                    .isNotBlank();
            List<String> completions = DapTestClient.objects(
                            client.request("completions", Map.of("text", "$ri", "column", 4))
                                    .getAsJsonArray("targets"))
                    .stream()
                    .map(item -> item.get("label").getAsString())
                    .toList();
            assertThat(completions).containsExactly("$rip");
        }
    }

    @Test
    void memoryIsReadByLinearAndByPhysicalAddress() {
        try (client) {
            stopAtMain();
            String pc = client.evaluate("$rip");
            byte[] linear = bytes(memory(pc, 0, 16));
            assertThat(linear).hasSize(16);
            assertThat(bytes(memory("p:" + pc, 0, 16))).isEqualTo(linear);
            assertThat(bytes(memory(pc, 4, 12))).isEqualTo(Arrays.copyOfRange(linear, 4, 16));
        }
    }

    @Test
    void plantedBytesDoNotShowInMemory() {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(MAIN, "main"));
            client.expectStopped("breakpoint");
            String pc = client.evaluate("$rip");
            byte[] planted = bytes(memory(pc, 0, 4));
            client.breakAt(MAIN);
            assertThat(bytes(memory(pc, 0, 4))).isEqualTo(planted);
        }
    }

    @Test
    void holeInMemoryIsToldByItsLength() {
        try (client) {
            stopAtMain();
            JsonObject atTheEnd = memory("p:0x1000000", -8, 16);
            assertThat(bytes(atTheEnd)).hasSize(8);
            assertThat(atTheEnd.get("unreadableBytes").getAsInt()).isEqualTo(8);
            JsonObject beyond = memory("p:0x10000000", 0, 16);
            assertThat(bytes(beyond)).isEmpty();
            assertThat(beyond.get("unreadableBytes").getAsInt()).isEqualTo(16);
            JsonObject nothing = memory("0x0", 0, 0);
            assertThat(bytes(nothing)).isEmpty();
        }
    }

    @Test
    void wrongMemoryReferenceIsRefused() {
        try (client) {
            stopAtMain();
            assertThat(client.failing("readMemory", Map.of("memoryReference", "here", "count", 1)))
                    .startsWith("'here' is no memory reference");
            assertThat(client.failing("readMemory", Map.of("memoryReference", "0x0", "count", -1)))
                    .startsWith("count: -1");
            assertThat(client.failing("readMemory", Map.of("memoryReference", "0x0", "count", 1 << 30)))
                    .startsWith("count: ");
        }
    }

    private void stopAtMain() {
        client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(MAIN, "main"));
        client.expectStopped("breakpoint");
    }

    /** Stops in the fifth activation of factorial. */
    private void stopInRecursion() {
        client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(MAIN, "factorial-base"));
        for (int depth = 0; depth < 6; depth++) {
            if (depth > 0) {
                client.request("continue", Map.of("threadId", 1));
            }
            client.expectStopped("breakpoint");
        }
    }

    private String evaluate(String expression, JsonObject frame) {
        return client.request(
                        "evaluate",
                        Map.of(
                                "expression",
                                expression,
                                "frameId",
                                frame.get("id").getAsInt(),
                                "context",
                                "watch"))
                .get("result")
                .getAsString();
    }

    private String repl(String line) {
        return client.request("evaluate", Map.of("expression", line, "context", "repl"))
                .get("result")
                .getAsString();
    }

    private JsonObject memory(String reference, int offset, int count) {
        return client.request("readMemory", Map.of("memoryReference", reference, "offset", offset, "count", count));
    }

    private static byte[] bytes(JsonObject answer) {
        return Base64.getDecoder().decode(answer.get("data").getAsString());
    }

    private static String value(JsonObject row) {
        return row.get("value").getAsString();
    }
}
