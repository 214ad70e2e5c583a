package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.gson.JsonObject;
import dev.kvmdap.kvm.RequiresKvm;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
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

    @Test
    void tablesOfARunningKernelAreDecodedWithItsSymbols() {
        try (client) {
            stopBeforeUserMode();
            JsonObject system = client.scope("System");
            List<JsonObject> gdt = client.children(client.child(system, "GDT"));
            assertThat(gdt.stream().map(SystemStateTest::value))
                    .contains("code, execute/read, accessed, DPL 0, 64-bit")
                    .anyMatch(text -> text.startsWith("code, execute/read") && text.contains("DPL 3"))
                    .anyMatch(text -> text.startsWith("64-bit TSS, busy"));
            JsonObject pageFault = client.child(system, "IDT", "14 #PF");
            assertThat(value(pageFault)).contains("64-bit interrupt gate").containsPattern("<\\w+");
            String handler = pageFault.get("memoryReference").getAsString();
            assertThat(value(pageFault)).startsWith(handler);
            assertThat(client.console("info symbol " + handler)).contains(": code of ");
            JsonObject rsp0 = client.child(system, "TSS", "rsp0");
            assertThat(Long.decode(value(rsp0))).isEqualTo(Long.decode(client.evaluate(name(rsp0))));
            assertThat(value(client.child(system, "LDT"))).isEqualTo("none is loaded");
            JsonObject lapic = client.child(system, "Local APIC");
            assertThat(client.children(lapic).stream()
                            .map(row -> row.get("name").getAsString()))
                    .contains("ID", "TPR", "ISR", "LVT_TIMER", "SVR");
            assertThat(value(client.child(system, "Pending events", "activity")))
                    .isEqualTo("runnable");
            assertThat(value(client.child(system, "COM1", "LSR"))).contains("THRE");
        }
    }

    @Test
    void pageTablesAreATreeAndAListThatAgreeAndNothingIsMarkedByLooking() {
        try (client) {
            stopBeforeUserMode();
            JsonObject system = client.scope("System");
            String top = client.evaluate("$cr3 & ~0xfff");
            String before = client.console("xp/512xg " + top);
            List<JsonObject> mappings = client.children(client.child(system, "Mappings"));
            assertThat(mappings.stream().map(SystemStateTest::value)).anyMatch(text -> text.contains("user"));
            for (JsonObject mapping : mappings) {
                long linear = Long.decode(mapping.get("memoryReference").getAsString());
                String physical = value(mapping).split(" ", 2)[0];
                assertThat(client.console("info pg 0x%x".formatted(linear)))
                        .endsWith("0x%x is %s: a %s page, %s"
                                .formatted(linear, physical, pageSize(value(mapping)), words(value(mapping))));
            }
            JsonObject entry = client.child(system, "Page tables", "[0] 0x0");
            while (client.children(entry).stream().anyMatch(row -> name(row).startsWith("*"))) {
                entry = client.children(entry).stream()
                        .filter(row -> name(row).startsWith("*"))
                        .findFirst()
                        .orElseThrow();
            }
            assertThat(value(entry)).contains(" to p:0x");
            assertThat(Long.decode(value(entry).split(" ", 2)[0]))
                    .isEqualTo(Long.decode(client.evaluate(name(entry) + ",x")));
            assertThat(client.console("xp/512xg " + top)).isEqualTo(before);
        }
    }

    private static String pageSize(String mapping) {
        return mapping.substring(mapping.indexOf("pages of ") + "pages of ".length());
    }

    private static String words(String mapping) {
        return "%s, %s, %s"
                .formatted(
                        mapping.contains(" user") ? "user" : "supervisor",
                        mapping.contains(" rw") ? "writable" : "read-only",
                        mapping.matches("\\S+ r[w-]x .*") ? "executable" : "no execute");
    }

    @Test
    void aChangedPageTableEntryTakesEffect() {
        try (client) {
            stop(Map.of());
            JsonObject page = client.child(client.scope("System"), "Page tables", "[0] 0x0", "[0] 0x0");
            JsonObject large = client.children(page).stream()
                    .filter(row -> value(row).endsWith("to p:0xc00000, 2 MiB"))
                    .findFirst()
                    .orElseThrow();
            String linear = large.get("memoryReference").getAsString();
            assertThat(client.console("x/xb " + linear)).startsWith(linear);
            set(large, "P", "0");
            assertThat(client.consoleRefuses("x/xb " + linear)).isEqualTo("memory at " + linear + " is not mapped");
            assertThat(client.console("info pg " + linear))
                    .contains("is not mapped: not present at the page directory");
        }
    }

    @Test
    void stateOfInterruptControllersIsChangedInKvm() {
        try (client) {
            stop(Map.of());
            JsonObject system = client.scope("System");
            set(client.child(system, "PIC 1"), "IMR", "0xfb");
            set(client.child(system, "I/O APIC", "pin 4"), "VECTOR", "0x24");
            set(client.child(system, "Local APIC"), "TPR", "0x20");
            client.resumeUntil("next", "step");
            assertThat(client.console("info pic")).contains("IMR", "0xfb");
            assertThat(client.console("info ioapic")).contains("[ MASKED VECTOR=0x24 ]");
            assertThat(client.console("info lapic")).contains("TPR").contains("[ CLASS=2 ]");
            assertThat(client.evaluate("$cr8")).isEqualTo("0x2");
        }
    }

    @Test
    void consoleShowsEveryPartOfTheState() {
        try (client) {
            stopBeforeUserMode();
            assertThat(client.console("info gdt")).contains("0x08", "code, execute/read");
            assertThat(client.console("info idt")).contains("14 #PF");
            assertThat(client.console("info tss")).contains("rsp0");
            assertThat(client.console("info ldt")).isEqualTo("LDT  none is loaded");
            assertThat(client.console("info cr")).contains("cr3").contains("[ PG ");
            assertThat(client.console("info dr")).contains("dr7");
            assertThat(client.console("info msr STAR"))
                    .contains("IA32_LSTAR", "IA32_STAR")
                    .doesNotContain("EFER");
            assertThat(client.console("info pit")).contains("channel 0");
            assertThat(client.console("info uart")).contains("IER");
            assertThat(client.console("info events")).contains("runnable");
            assertThat(client.console("info ports")).contains("0x3f8-0x3ff  COM1");
            assertThat(client.console("info device cmos")).contains("clock");
            assertThat(client.console("info mem")).contains(" user");
            assertThat(client.console("info tlb")).contains("in pages of");
            assertThat(client.console("info pg")).contains("PML4E");
            assertThat(client.console("info registers segments")).contains("cs", "gdtr");
            assertThat(client.console("info registers xmm0 IA32_EFER mxcsr"))
                    .contains("v4_float", "IA32_EFER", "mxcsr");
            assertThat(client.consoleRefuses("info registers nothing")).contains("groups are general, flags");
            assertThat(client.consoleRefuses("info device toaster")).contains("one of GDT, LDT");
            assertThat(client.consoleRefuses("info msr NOTHING")).contains("no model-specific register");
        }
    }

    private void stopBeforeUserMode() {
        client.launch(
                Examples.multiboot("user-mode"),
                () -> client.breakAt(Examples.source("user-mode", "entries.S"), "enter-user"));
        client.expectStopped("breakpoint");
    }

    private static String name(JsonObject row) {
        return row.has("evaluateName") ? row.get("evaluateName").getAsString() : "";
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
