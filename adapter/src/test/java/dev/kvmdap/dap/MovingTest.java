package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.kvm.RequiresKvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Steps into one of several calls, and goes on from other places, in 32-bit code. */
@RequiresKvm
@Timeout(60)
class MovingTest {

    @TempDir
    private Path folder;

    private final DapTestClient client = DapTestClient.inProcess();
    private Path source;

    @BeforeEach
    void stopAtTheCalls() {
        Toolchain tools = new Toolchain(folder);
        source = tools.source(MovingTest.class, "calls.c");
        tools.run("gcc", "-m32", "-g", "-O0", "-ffreestanding", "-fno-pic", "-mgeneral-regs-only", "-c", "calls.c");
        tools.run("ld", "-m", "elf_i386", "-Ttext", "0x100000", "-e", "start", "-o", "calls.elf", "calls.o");
        client.launch(
                Map.of(
                        "program",
                        tools.file("calls.elf").toString(),
                        "boot",
                        "elf",
                        "cpuMode",
                        "protected",
                        "memory",
                        "4M"),
                () -> client.breakAt(source, "calls"));
        client.expectStopped("breakpoint");
    }

    private List<JsonObject> callTargets() {
        Map<String, Integer> frame =
                Map.of("frameId", client.topFrame().get("id").getAsInt());
        return DapTestClient.objects(client.request("stepInTargets", frame).getAsJsonArray("targets"));
    }

    private List<String> calls() {
        return callTargets().stream()
                .map(target -> target.get("label").getAsString())
                .toList();
    }

    private int call(String label) {
        return callTargets().stream()
                .filter(target -> target.get("label").getAsString().equals(label))
                .findFirst()
                .orElseThrow()
                .get("id")
                .getAsInt();
    }

    private void stepInto(String label) {
        client.request("stepIn", Map.of("threadId", 1, "targetId", call(label)));
        client.expectStopped("step");
    }

    private String top() {
        JsonObject frame = client.topFrame();
        return frame.get("name").getAsString() + ":" + frame.get("line").getAsInt();
    }

    private String at(String function, String marker) {
        return function + ":" + Examples.line(source, marker);
    }

    private List<JsonObject> places(String marker) {
        Map<String, Object> line =
                Map.of("source", Map.of("path", source.toString()), "line", Examples.line(source, marker));
        return DapTestClient.objects(client.request("gotoTargets", line).getAsJsonArray("targets"));
    }

    private void goTo(JsonObject place) {
        client.request("goto", Map.of("threadId", 1, "targetId", place.get("id").getAsInt()));
        client.expectStopped("goto");
    }

    @Test
    void callsOfTheLineAreOfferedInTheOrderOfTheirAddresses() {
        try (client) {
            assertThat(calls()).containsExactly("call eax", "twice", "add");
            assertThat(callTargets())
                    .allMatch(target -> target.get("line").getAsInt() == Examples.line(source, "calls"));
        }
    }

    @Test
    void stepEntersTheChosenCallOverTheOthers() {
        try (client) {
            stepInto("twice");
            assertThat(top()).isEqualTo(at("twice", "twice"));
            assertThat(client.evaluate("n")).isEqualTo("1");
            client.resumeUntil("stepOut", "step");
            assertThat(calls()).containsExactly("add");
            stepInto("add");
            assertThat(top()).isEqualTo(at("add", "add"));
            assertThat(client.evaluate("a * 100 + b")).isEqualTo("209");
        }
    }

    @Test
    void callThroughAPointerIsEntered() {
        try (client) {
            stepInto("call eax");
            assertThat(top()).isEqualTo(at("thrice", "thrice"));
        }
    }

    @Test
    void stepIntoACallThatIsNotReachedEndsBehindTheLine() {
        try (client) {
            client.resumeUntil("next", "step");
            stepInto("twice");
            assertThat(top()).startsWith("start:");
            assertThat(client.topFrame().get("line").getAsInt()).isNotEqualTo(Examples.line(source, "unreached"));
        }
    }

    @Test
    void breakpointInACallThatIsStepedOverComesFirst() {
        try (client) {
            client.breakAt(source, "thrice");
            client.request("stepIn", Map.of("threadId", 1, "targetId", call("add")));
            client.expectStopped("breakpoint");
            assertThat(top()).isEqualTo(at("thrice", "thrice"));
        }
    }

    @Test
    void callsThatALoopLeadsBackToAreOffered() {
        try (client) {
            client.breakAt(source, "loop");
            client.resumeUntil("continue", "breakpoint");
            stepInto("add");
            client.resumeUntil("stepOut", "step");
            assertThat(calls()).containsExactlyInAnyOrder("add", "twice");
            stepInto("twice");
            assertThat(top()).isEqualTo(at("twice", "twice"));
        }
    }

    @Test
    void onlyTheInnermostFrameStepsIntoCallsAndNumbersBelongToOneStop() {
        try (client) {
            int old = call("twice");
            stepInto("twice");
            assertThat(client.failing("stepIn", Map.of("threadId", 1, "targetId", old)))
                    .contains("there is no target " + old + " in this stop");
            Map<String, Integer> caller =
                    Map.of("frameId", client.stack(1).get(1).get("id").getAsInt());
            assertThat(client.failing("stepInTargets", caller)).contains("only the innermost frame");
        }
    }

    @Test
    void lineAtWhichInlinedCopiesLieHasATargetForEach() {
        try (client) {
            List<JsonObject> places = places("copies");
            assertThat(places).hasSize(2);
            assertThat(places)
                    .allMatch(place -> place.get("label").getAsString().startsWith("calls.c:"));
            goTo(places.get(1));
            assertThat(client.evaluate("$eip"))
                    .isEqualTo(places.get(1).get("instructionPointerReference").getAsString());
            client.resumeUntil("next", "step"); // the end of the copy
            client.resumeUntil("next", "step");
            assertThat(client.topFrame().get("line").getAsInt()).isEqualTo(Examples.line(source, "loop"));
        }
    }

    @Test
    void goToMovesTheInstructionPointerOnly() {
        try (client) {
            String stack = client.evaluate("$esp");
            goTo(places("bumped").get(0));
            assertThat(top()).isEqualTo(at("start", "bumped"));
            assertThat(client.evaluate("$esp")).isEqualTo(stack);
            assertThat(client.evaluate("total")).isEqualTo("0");
            client.resumeUntil("continue", "breakpoint");
            assertThat(client.evaluate("total")).isNotEqualTo("0");
        }
    }

    @Test
    void breakpointAtThePlaceThatWasGoneToIsNotHitAgainByContinuing() {
        try (client) {
            client.breakAt(source, "calls", "bumped");
            goTo(places("bumped").get(0));
            client.resumeUntil("continue", "breakpoint");
            assertThat(top()).isEqualTo(at("start", "calls"));
        }
    }

    @Test
    void wrongTargetsAreRefused() {
        try (client) {
            int old = places("bumped").get(0).get("id").getAsInt();
            assertThat(client.failing("goto", Map.of("threadId", 2, "targetId", old)))
                    .contains("there is no thread 2");
            client.resumeUntil("next", "step");
            assertThat(client.failing("goto", Map.of("threadId", 1, "targetId", old)))
                    .contains("there is no target " + old + " in this stop");
            Map<String, Object> nowhere = Map.of("source", Map.of("path", "/nowhere.c"), "line", 1);
            assertThat(client.request("gotoTargets", nowhere).getAsJsonArray("targets"))
                    .isEmpty();
        }
    }

    @Test
    void setVariableOnTheInstructionPointerMovesTheStackAndWhatComesNext() {
        try (client) {
            String place =
                    places("bumped").get(0).get("instructionPointerReference").getAsString();
            JsonObject general = client.child(client.scope("Registers"), "General");
            client.breakAt(source, "calls", "bumped");
            client.request(
                    "setVariable",
                    Map.of(
                            "variablesReference",
                            general.get("variablesReference").getAsInt(),
                            "name",
                            "eip",
                            "value",
                            place));
            client.expectEvent("invalidated");
            assertThat(top()).isEqualTo(at("start", "bumped"));
            client.resumeUntil("continue", "breakpoint");
            assertThat(top()).isEqualTo(at("start", "calls"));
            client.resumeUntil("continue", "breakpoint");
            assertThat(top()).isEqualTo(at("start", "bumped"));
        }
    }

    @Test
    void everyGranularityIsATerm() {
        try (client) {
            for (String granularity : List.of("statement", "line")) {
                int before = client.topFrame().get("line").getAsInt();
                client.request("next", Map.of("threadId", 1, "granularity", granularity));
                client.expectStopped("step");
                assertThat(client.topFrame().get("line").getAsInt()).isNotEqualTo(before);
            }
            client.request("stepIn", Map.of("threadId", 1, "granularity", "instruction"));
            client.expectStopped("step");
        }
    }

    @Test
    void consoleJumpAndSetMoveToo() {
        try (client) {
            client.breakAt(source, "bumped");
            client.console("jump " + Examples.line(source, "bumped"));
            client.expectEvent("continued");
            client.expectStopped("breakpoint");
            assertThat(top()).isEqualTo(at("start", "bumped"));
            assertThat(client.consoleRefuses("jump " + Examples.line(source, "copies")))
                    .contains("has several places; choose one: *0x");
            client.console("set $eip = add");
            client.expectEvent("invalidated");
            assertThat(client.topFrame().get("name").getAsString()).isEqualTo("add");
        }
    }
}
