package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.gson.JsonObject;
import dev.kvmdap.kvm.RequiresKvm;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The state of the processor and the machine beyond general registers, as a client opens it. */
@RequiresKvm
@Timeout(60)
class SystemStateTest {

    private static final Path MAIN = Examples.source("long-mode", "main.c");

    private final DapTestClient client = DapTestClient.inProcess();

    @Test
    void vectorsAreChangedInTheGuestAndReadBackInEveryWidth() {
        try (client) {
            stop(Map.of());
            JsonObject sse = client.child(client.scope("Registers"), "SSE");
            set(sse, "xmm3", "0x40490fdb3f800000");
            JsonObject xmm3 = client.child(client.scope("Registers"), "SSE", "xmm3");
            assertThat(value(xmm3)).isEqualTo("0x" + "0".repeat(16) + "40490fdb3f800000");
            assertThat(value(client.child(xmm3, "v4_float"))).isEqualTo("{1, 3.1415927, 0, 0}");
            JsonObject floats = client.child(xmm3, "v4_float");
            assertThat(floats.get("indexedVariables").getAsInt()).isEqualTo(4);
            set(floats, "[2]", "0.5");
            assertThat(client.evaluate("$xmm3.v4_float[2]")).isEqualTo("0.5");
            client.request("setExpression", Map.of("expression", "$xmm3.v16_int8[0]", "value", "7"));
            assertThat(client.evaluate("$xmm3.v4_int32[0],x")).isEqualTo("0x3f800007");
            client.resumeUntil("next", "step");
            assertThat(client.evaluate("$xmm3.v4_float[2]")).isEqualTo("0.5");
        }
    }

    @Test
    void theUpperHalfOfAWideVectorIsThereWhereTheHostHasIt() {
        try (client) {
            stop(Map.of());
            JsonObject registers = client.scope("Registers");
            boolean avx = client.children(registers).stream()
                    .anyMatch(row -> row.get("name").getAsString().equals("AVX"));
            assumeThat(avx).as("this host's processor has AVX").isTrue();
            client.console("$ymm5.v4_int64[3] = 0x1122334455667788");
            assertThat(value(client.child(client.scope("Registers"), "AVX", "ymm5")))
                    .startsWith("0x1122334455667788");
            assertThat(client.evaluate("$ymm5.v32_int8[31]")).isEqualTo("17");
        }
    }

    @Test
    void floatingPointStackIsChanged() {
        try (client) {
            stop(Map.of());
            set(client.child(client.scope("Registers"), "x87"), "st0", "-2.5");
            set(client.child(client.scope("Registers"), "x87", "fctrl"), "RC", "3");
            assertThat(client.evaluate("$st0")).isEqualTo("-2.5");
            assertThat(client.evaluate("$fctrl.RC")).isEqualTo("3");
            assertThat(client.evaluate("$fctrl")).isEqualTo("0xf7f");
        }
    }

    @Test
    void modelSpecificRegistersThatKvmHasAreNamedAndChanged() {
        try (client) {
            stop(Map.of());
            JsonObject msrs = client.child(client.scope("Registers"), "Model-specific");
            assertThat(client.children(msrs).stream().map(row -> row.get("name").getAsString()))
                    .contains("IA32_LSTAR", "IA32_STAR", "IA32_EFER", "IA32_APIC_BASE", "IA32_PAT")
                    .doesNotContain("IA32_VMX_BASIC");
            assertThat(value(client.child(msrs, "IA32_EFER"))).contains("LMA LME");
            set(msrs, "IA32_LSTAR", "0xffff800000001000");
            assertThat(client.evaluate("$IA32_LSTAR")).isEqualTo("0xffff800000001000");
            assertThat(client.evaluate("$msr(0xc0000082)")).isEqualTo("0xffff800000001000");
            assertThat(client.failing(
                            "setVariable",
                            Map.of(
                                    "variablesReference",
                                    msrs.get("variablesReference").getAsInt(),
                                    "name",
                                    "IA32_LSTAR",
                                    "value",
                                    "0x8000000000000000")))
                    .contains("KVM does not take 0x8000000000000000 as MSR 0xc0000082");
            client.request("setExpression", Map.of("expression", "$IA32_EFER.NXE", "value", "1"));
            assertThat(client.evaluate("$efer.nxe")).isEqualTo("1");
        }
    }

    @Test
    void registersAreChangedByTheNamesOfTheirParts() {
        try (client) {
            stop(Map.of());
            client.request("setExpression", Map.of("expression", "$rflags.ZF", "value", "1"));
            assertThat(client.evaluate("$zf")).isEqualTo("1");
            client.request("setExpression", Map.of("expression", "$ah", "value", "0x12"));
            assertThat(client.evaluate("($rax >> 8) & 0xff")).isEqualTo("0x12");
            client.console("$cs.avl = 1");
            assertThat(client.evaluate("$cs.avl")).isEqualTo("1");
            assertThat(client.expectEvent("invalidated")).isNotNull();
        }
    }

    @Test
    void numbersAreShownAsTheUserHasChosen() {
        try (client) {
            stop(Map.of("numberFormat", "hexadecimal"));
            assertThat(client.evaluate("40 + 2")).isEqualTo("0x2a");
            assertThat(client.console("set format decimal")).isEqualTo("Integers are written in decimal format.");
            assertThat(client.expectEvent("invalidated").getAsJsonArray("areas").toString())
                    .contains("variables");
            assertThat(client.evaluate("40 + 2")).isEqualTo("42");
            assertThat(client.evaluate("$cs")).isEqualTo("8");
            assertThat(client.evaluate("$cs,x")).isEqualTo("0x8");
            assertThat(client.console("p/x 42")).isEqualTo("0x2a");
            assertThat(value(client.child(client.scope("Registers"), "Control", "cr3", "TABLE")))
                    .isEqualTo(client.evaluate("$cr3 >> 12"));
            client.console("set format bin");
            assertThat(client.console("40 + 2")).isEqualTo("0b101010");
            assertThat(client.console("set format")).isEqualTo("Integers are written in binary format.");
            client.request("restart", Map.of());
            client.expectStopped("breakpoint");
            assertThat(client.evaluate("40 + 2")).isEqualTo("0b101010");
            assertThat(client.consoleRefuses("set format roman")).contains("natural, decimal, hexadecimal, binary");
        }
    }

    private void stop(Map<String, ?> more) {
        Map<String, Object> configuration = new HashMap<>(Examples.multiboot("long-mode"));
        configuration.putAll(more);
        client.launch(configuration, () -> client.breakAt(MAIN, "main"));
        client.expectStopped("breakpoint");
    }

    private void set(JsonObject parent, String name, String value) {
        client.request(
                "setVariable",
                Map.of(
                        "variablesReference",
                        parent.get("variablesReference").getAsInt(),
                        "name",
                        name,
                        "value",
                        value));
    }

    private static String value(JsonObject row) {
        return row.get("value").getAsString();
    }
}
