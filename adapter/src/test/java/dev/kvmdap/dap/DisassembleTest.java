package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kvmdap.kvm.RequiresKvm;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@RequiresKvm
@Timeout(60)
class DisassembleTest {

    private static final Path MAIN = Examples.source("long-mode", "main.c");
    private static final Path MODES = Examples.source("mode-switch", "mode-switch.S");
    private static final Path BOOT = Examples.source("boot-sector", "boot-sector.S");

    private final DapTestClient client = DapTestClient.inProcess();

    @Test
    void theInstructionAtTheStopComesFirstAndItsNeighboursFollowOn() {
        try (client) {
            stopAtMain();
            List<JsonObject> around = disassemble(pc(), -20, 60);
            assertThat(around).hasSize(60);
            assertThat(text(around.get(20), "address")).isEqualTo(pc());
            for (int i = 1; i < around.size(); i++) {
                assertThat(address(around.get(i)))
                        .isEqualTo(address(around.get(i - 1)).add(BigInteger.valueOf(length(around.get(i - 1)))));
            }
            assertThat(addresses(disassemble(text(around.get(30), "address"), -30, 60)))
                    .isEqualTo(addresses(around));
        }
    }

    @Test
    void symbolsAndSourceLinesAreTold() {
        try (client) {
            stopAtMain();
            List<JsonObject> around = disassemble(pc(), 0, 40);
            JsonObject first = around.get(0);
            assertThat(text(first, "symbol")).startsWith("kernel_main+0x");
            assertThat(text(first.getAsJsonObject("location"), "path")).isEqualTo(MAIN.toString());
            assertThat(first.get("line").getAsInt()).isEqualTo(Examples.line(MAIN, "main"));
            assertThat(around.stream()
                            .skip(1)
                            .takeWhile(entry -> text(entry, "symbol").startsWith("kernel_main")))
                    .noneMatch(entry -> entry.has("location"));
            assertThat(around.stream().map(entry -> text(entry, "instruction")))
                    .anyMatch(instruction -> instruction.matches("call 0x[0-9a-f]+ <serial_print>"));
            assertThat(disassembleBare(pc(), 1).get(0).has("symbol")).isFalse();
        }
    }

    @Test
    void everyModeIsDecodedInItsOwnWidthAndSteppedByInstruction() {
        try (client) {
            client.launch(
                    Examples.bootSector("mode-switch"),
                    () -> client.breakAt(MODES, "real-mode", "protected-mode", "compatibility-mode", "long-mode"));
            Map<String, String> first = Map.of(
                    "real", "mov si,0x",
                    "protected", "mov esi,0x",
                    "compatibility", "jmp 0x18:0x",
                    "long", "mov esi,0x");
            for (String mode : List.of("real", "protected", "compatibility", "long")) {
                client.expectStopped("breakpoint");
                List<JsonObject> around = disassemble(pc(), -3, 6);
                assertThat(text(around.get(3), "address")).isEqualTo(pc());
                assertThat(text(around.get(3), "instruction")).startsWith(first.get(mode));
                if (!mode.equals("compatibility")) {
                    assertThat(text(around.get(4), "instruction")).startsWith("call 0x");
                    stepInstruction();
                    assertThat(pc()).isEqualTo(text(around.get(4), "address"));
                }
                client.request("continue", Map.of("threadId", 1));
            }
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    void instructionBreakpointsFromTheListingAreHitAndDoNotShowInIt() {
        try (client) {
            client.launch(Examples.bootSector("boot-sector"), () -> client.breakAt(BOOT, "real-mode"));
            client.expectStopped("breakpoint");
            List<JsonObject> before = disassemble(pc(), -2, 8);
            String second = text(before.get(3), "address");
            client.request(
                    "setInstructionBreakpoints",
                    Map.of(
                            "breakpoints",
                            List.of(Map.of("instructionReference", pc(), "offset", length(before.get(2))))));
            assertThat(disassemble(pc(), -2, 8)).isEqualTo(before);
            client.resumeUntil("continue", "instruction breakpoint");
            assertThat(pc()).isEqualTo(second);
        }
    }

    @Test
    void holesArePaddedWithInvalidInstructions() {
        try (client) {
            stopAtMain();
            List<JsonObject> hole = disassemble("0x80000000", -2, 5);
            assertThat(hole).hasSize(5);
            assertThat(hole).allMatch(entry -> text(entry, "presentationHint").equals("invalid"));
            assertThat(addresses(hole))
                    .containsExactly("0x7ffffffe", "0x7fffffff", "0x80000000", "0x80000001", "0x80000002");
        }
    }

    @Test
    void codeSegmentWithABaseIsListedByLinearAddresses() {
        try (client) {
            // jmp far 0x07c0:0x0005; then in that segment: call +1; nop; jmp back to itself
            client.launch(
                    Examples.raw("segment", 0xea, 0x05, 0x00, 0xc0, 0x07, 0xe8, 0x01, 0x00, 0x90, 0xeb, 0xfe),
                    () -> client.request(
                            "setInstructionBreakpoints",
                            Map.of("breakpoints", List.of(Map.of("instructionReference", "0x7c09")))));
            client.expectStopped("instruction breakpoint");
            assertThat(client.evaluate("$rip")).endsWith("9");
            List<JsonObject> around = disassemble("0x7c09", -2, 3);
            assertThat(around.stream().map(entry -> text(entry, "instruction")))
                    .containsExactly("call 0x7c09", "nop", "jmp 0x7c09");
            assertThat(repl("x/2i 0x7c05").lines().map(String::strip))
                    .containsExactly("0x7c05:  call 0x7c09", "0x7c08:  nop");
            assertThat(repl("x/i")).isEqualTo("=> 0x7c09:  jmp 0x7c09");
        }
    }

    @Test
    void theSyntaxIsAMatterOfTheLaunchConfiguration() {
        try (client) {
            Map<String, Object> configuration = new HashMap<>(Examples.multiboot("long-mode"));
            configuration.put("assemblySyntax", "att");
            client.launch(configuration, () -> client.breakAt(MAIN, "main"));
            client.expectStopped("breakpoint");
            assertThat(disassemble(pc(), -10, 20).stream().map(entry -> text(entry, "instruction")))
                    .anyMatch(instruction -> instruction.contains("%rsp"));
            assertThat(repl("x/4i")).startsWith("=> 0x").contains("%r");
        }
    }

    @Test
    void wrongArgumentsAreRefused() {
        try (client) {
            stopAtMain();
            assertThat(client.failing("disassemble", Map.of("memoryReference", "p:0x1000", "instructionCount", 1)))
                    .contains("p:0x1000 is a physical one");
            assertThat(client.failing("disassemble", Map.of("memoryReference", "0x1000", "instructionCount", -1)))
                    .startsWith("instructionCount: -1");
            assertThat(client.failing(
                            "disassemble",
                            Map.of("memoryReference", "0x1000", "instructionCount", 1, "instructionOffset", 1 << 20)))
                    .startsWith("instructionOffset: ");
        }
    }

    private void stopAtMain() {
        client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(MAIN, "main"));
        client.expectStopped("breakpoint");
    }

    private void stepInstruction() {
        client.request("stepIn", Map.of("threadId", 1, "granularity", "instruction"));
        client.expectStopped("step");
    }

    private String pc() {
        return text(client.topFrame(), "instructionPointerReference");
    }

    private List<JsonObject> disassemble(String reference, int offset, int count) {
        return DapTestClient.objects(client.request(
                        "disassemble",
                        Map.of(
                                "memoryReference",
                                reference,
                                "instructionOffset",
                                offset,
                                "instructionCount",
                                count,
                                "resolveSymbols",
                                true))
                .getAsJsonArray("instructions"));
    }

    private List<JsonObject> disassembleBare(String reference, int count) {
        return DapTestClient.objects(
                client.request("disassemble", Map.of("memoryReference", reference, "instructionCount", count))
                        .getAsJsonArray("instructions"));
    }

    private String repl(String line) {
        return text(client.request("evaluate", Map.of("expression", line, "context", "repl")), "result");
    }

    private static List<String> addresses(List<JsonObject> entries) {
        return entries.stream().map(entry -> text(entry, "address")).toList();
    }

    private static BigInteger address(JsonObject entry) {
        return new BigInteger(text(entry, "address").substring(2), 16);
    }

    private static int length(JsonObject entry) {
        return (text(entry, "instructionBytes").length() + 1) / 3;
    }

    private static String text(JsonObject object, String field) {
        return Optional.ofNullable(object.get(field))
                .map(value -> value.getAsString())
                .orElse("");
    }
}
