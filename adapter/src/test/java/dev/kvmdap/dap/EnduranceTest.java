package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kvmdap.kvm.RequiresKvm;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Much of everything: stops, pauses, output, memory. */
@RequiresKvm
@Timeout(180)
class EnduranceTest {

    private static final int HITS = 1000;
    private static final String IN_THE_LOOP = "0x7c05";
    private static final int MEBIBYTE = 1 << 20;

    private final DapTestClient client = DapTestClient.inProcess();

    @ParameterizedTest
    @ValueSource(strings = {"software", "hardware"})
    void thousandHitsLoseNone(String mode) {
        try (client) {
            client.launch(counting(), () -> breakInTheLoop(Map.of("mode", mode)));
            for (int left = HITS; left > 0; left--) {
                client.expectStopped("instruction breakpoint");
                assertThat(counter()).isEqualTo(left);
                client.request("continue", Map.of("threadId", 1));
            }
            client.expectTerminated(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"software", "hardware"})
    void conditionPicksItsStopsAmongAThousandHits(String mode) {
        try (client) {
            client.launch(counting(), () -> breakInTheLoop(Map.of("mode", mode, "condition", "$cx % 100 == 0")));
            for (int left = HITS; left > 0; left -= 100) {
                client.expectStopped("instruction breakpoint");
                assertThat(counter()).isEqualTo(left);
                client.request("continue", Map.of("threadId", 1));
            }
            client.expectTerminated(1);
        }
    }

    @Test
    void stepsPassThousandBreakpointsOnTheirWay() {
        try (client) {
            client.launch(counting(), () -> breakInTheLoop(Map.of()));
            client.expectStopped("instruction breakpoint");
            for (int left = HITS - 1; left > 0; left--) {
                client.request("next", Map.of("threadId", 1, "granularity", "instruction"));
                client.expectStopped("step");
                client.request("continue", Map.of("threadId", 1));
                client.expectStopped("instruction breakpoint");
                assertThat(counter()).isEqualTo(left);
            }
        }
    }

    @Test
    void pauseAndContinueAlternateAsOftenAsOneLikes() {
        try (client) {
            client.launch(Examples.spinning(), () -> {});
            for (int i = 0; i < 200; i++) {
                client.request("pause", Map.of("threadId", 1));
                client.expectStopped("pause");
                client.request("continue", Map.of("threadId", 1));
            }
            assertThat(client.eventsSoFar("stopped")).hasSize(200);
        }
    }

    @Test
    void breakpointSetWhileTheGuestRunsIsHitEachTime() {
        try (client) {
            client.launch(Examples.spinning(), () -> {});
            for (int i = 0; i < 100; i++) {
                client.request(
                        "setInstructionBreakpoints",
                        Map.of("breakpoints", List.of(Map.of("instructionReference", "0x7c01"))));
                client.expectStopped("instruction breakpoint");
                client.request("setInstructionBreakpoints", Map.of("breakpoints", List.of()));
                client.request("continue", Map.of("threadId", 1));
            }
            client.request("pause", Map.of("threadId", 1));
            client.expectStopped("pause");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void guestThatFloodsItsSerialLineCanStillBeDebugged(boolean lines) {
        try (client) {
            // mov dx, 0x3f8; mov al, 'x'; again: out dx, al; jmp again
            Map<String, Object> unbroken = Examples.raw("unbroken", 0xba, 0xf8, 0x03, 0xb0, 0x78, 0xee, 0xeb, 0xfd);
            client.launch(lines ? Examples.flooding() : unbroken, () -> {});
            for (int i = 0; i < 20; i++) {
                client.expectEvent("output");
                client.request("threads");
                client.request("pause", Map.of("threadId", 1));
                client.expectStopped("pause");
                assertThat(client.evaluate("$dx")).isEqualTo("0x3f8");
                client.request("continue", Map.of("threadId", 1));
            }
        }
    }

    @Test
    void whatIsPrintedBeforeAStopIsToldBeforeIt() {
        try (client) {
            // mov dx, 0x3f8; mov cx, 1000; again: mov al, cl; and al, 0x7f; out dx, al; loop again; cli; hlt
            client.launch(
                    Examples.raw(
                            "print", 0xba, 0xf8, 0x03, 0xb9, 0xe8, 0x03, 0x88, 0xc8, 0x24, 0x7f, 0xee, 0xe2, 0xf9, 0xfa,
                            0xf4),
                    () -> {});
            client.expectStopped("halted");
            assertThat(client.outputBefore("stopped")).hasSize(HITS);
        }
    }

    @Test
    void sixteenMebibytesAreReadAtOnce() {
        try (client) {
            stopWithMemory("32M");
            byte[] whole = read("p:0x0", 16 * MEBIBYTE);
            assertThat(whole).hasSize(16 * MEBIBYTE);
            byte[] image = read("0x100000", 4096);
            assertThat(image).contains(0x02, 0xb0, 0xad, 0x1b);
            assertThat(Arrays.copyOfRange(whole, MEBIBYTE, MEBIBYTE + image.length))
                    .isEqualTo(image);
            assertThat(client.failing("readMemory", Map.of("memoryReference", "0x0", "count", 16 * MEBIBYTE + 1)))
                    .contains("at most " + 16 * MEBIBYTE);
        }
    }

    @Test
    void readAcrossTheEndOfMemoryTellsHowMuchIsNotThere() {
        try (client) {
            stopWithMemory("16M");
            JsonObject answer = client.request(
                    "readMemory",
                    Map.of("memoryReference", "p:0x0", "offset", 8 * MEBIBYTE + 1, "count", 16 * MEBIBYTE));
            assertThat(Base64.getDecoder().decode(answer.get("data").getAsString()))
                    .hasSize(8 * MEBIBYTE - 1);
            assertThat(answer.get("unreadableBytes").getAsInt()).isEqualTo(8 * MEBIBYTE + 1);
        }
    }

    private void stopWithMemory(String memory) {
        Map<String, Object> configuration = new HashMap<>(Examples.multiboot("long-mode"));
        configuration.put("memory", memory);
        client.launch(configuration, () -> client.breakAt(Examples.source("long-mode", "main.c"), "main"));
        client.expectStopped("breakpoint");
    }

    private byte[] read(String reference, int count) {
        JsonObject answer = client.request("readMemory", Map.of("memoryReference", reference, "count", count));
        return Base64.getDecoder().decode(answer.get("data").getAsString());
    }

    /** A guest that counts CX down from 1000 to 1 and ends with exit code 1. */
    private static Map<String, Object> counting() {
        // mov cx, 1000; again: xor ax, ax; nop; loop again; out 0xf4, al
        return Examples.raw("counting", 0xb9, 0xe8, 0x03, 0x31, 0xc0, 0x90, 0xe2, 0xfb, 0xe6, 0xf4);
    }

    private void breakInTheLoop(Map<String, Object> more) {
        Map<String, Object> breakpoint = new HashMap<>(more);
        breakpoint.put("instructionReference", IN_THE_LOOP);
        JsonObject answer = client.request("setInstructionBreakpoints", Map.of("breakpoints", List.of(breakpoint)));
        assertThat(DapTestClient.objects(answer.getAsJsonArray("breakpoints"))
                        .get(0)
                        .get("verified")
                        .getAsBoolean())
                .as(answer.toString())
                .isTrue();
    }

    private int counter() {
        return Integer.decode(client.request("evaluate", Map.of("expression", "$cx"))
                .get("result")
                .getAsString());
    }
}
