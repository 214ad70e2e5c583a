package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.engine.CatchpointsOnKvmTest;
import dev.kvmdap.kvm.RequiresKvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole sessions that stop at what happens elsewhere than at places and in memory: filters, data breakpoints on ports. */
@RequiresKvm
@Timeout(60)
class CatchpointsTest {

    @TempDir
    private Path folder;

    private final DapTestClient client = DapTestClient.inProcess();
    private Path source;
    private Map<String, Object> configuration;

    /** The guest of the engine's tests: from real to long mode and back, with ports and empty addresses on its way. */
    @BeforeEach
    void build() {
        Toolchain toolchain = new Toolchain(folder);
        source = toolchain.source(CatchpointsOnKvmTest.class, "caught.s");
        toolchain.run("as", "--64", "-g", "-o", "caught.o", source.toString());
        toolchain.run("ld", "-m", "elf_x86_64", "-Ttext=0x7c00", "-e", "start", "-o", "caught.elf", "caught.o");
        configuration = new HashMap<>(Map.of(
                "program", toolchain.file("caught.elf").toString(), "boot", "elf", "cpuMode", "real", "memory", "16M"));
    }

    private int line(String marker) {
        try {
            List<String> lines = Files.readAllLines(source);
            return 1
                    + IntStream.range(0, lines.size())
                            .filter(i -> lines.get(i).endsWith("# MARK: " + marker))
                            .findFirst()
                            .orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private int currentLine() {
        return client.topFrame().get("line").getAsInt();
    }

    private List<JsonObject> filter(String... ids) {
        return answers(Map.of("filters", List.of(ids)));
    }

    private JsonObject filterWhen(String id, String condition) {
        return answers(Map.of(
                        "filters", List.of(), "filterOptions", List.of(Map.of("filterId", id, "condition", condition))))
                .get(0);
    }

    private List<JsonObject> answers(Map<String, ?> arguments) {
        return DapTestClient.objects(
                client.request("setExceptionBreakpoints", arguments).getAsJsonArray("breakpoints"));
    }

    private List<JsonObject> data(List<Map<String, String>> asked) {
        return DapTestClient.objects(client.request("setDataBreakpoints", Map.of("breakpoints", asked))
                .getAsJsonArray("breakpoints"));
    }

    private static boolean verified(JsonObject answer) {
        return answer.get("verified").getAsBoolean();
    }

    private static String message(JsonObject answer) {
        return answer.get("message").getAsString();
    }

    private static String text(JsonObject stop) {
        return stop.get("text").getAsString();
    }

    private JsonObject goOn(String reason) {
        return client.resumeUntil("continue", reason);
    }

    private void toTheEnd() {
        client.request("continue", Map.of("threadId", 1));
        client.expectTerminated(33);
    }

    @Test
    void modeSwitchFilterStopsBehindEachSwitchAndExceptionInfoTellsOfIt() {
        try (client) {
            client.launch(configuration, () -> {
                JsonObject answer = filter("mode-switch").get(0);
                assertThat(verified(answer)).isTrue();
                assertThat(message(answer)).contains("single-stepping");
            });

            JsonObject stop = client.expectStopped("exception");
            assertThat(stop.get("description").getAsString()).isEqualTo("CPU mode: real → protected");
            assertThat(text(stop)).contains("by the instruction at 0x7c", " in start+0x", ": mov cr0,eax");
            assertThat(stop.getAsJsonArray("hitBreakpointIds")).hasSize(1);
            assertThat(currentLine()).isEqualTo(line("in protected"));
            JsonObject info = client.request("exceptionInfo", Map.of("threadId", 1));
            assertThat(info.get("exceptionId").getAsString()).isEqualTo("CPU-mode switch");
            assertThat(info.get("breakMode").getAsString()).isEqualTo("always");
            assertThat(info.get("description").getAsString()).isEqualTo(text(stop));

            assertThat(goOn("exception").get("description").getAsString()).contains("protected → compatibility");
            filter();
            toTheEnd();
        }
    }

    @Test
    void conditionChoosesTheMode() {
        try (client) {
            client.launch(
                    configuration,
                    () -> assertThat(verified(filterWhen("mode-switch", "mode == long && from == compatibility")))
                            .isTrue());

            client.expectStopped("exception");
            assertThat(currentLine()).isEqualTo(line("in long"));
            toTheEnd();
        }
    }

    @Test
    void conditionOfPortsSaysWhichOnesAreWatchedAndByWhatMeans() {
        try (client) {
            client.launch(configuration, () -> {
                assertThat(message(filterWhen("io-port", "port >= 0x3f8 && port <= 0x3ff && in && size == 1")))
                        .contains("by KVM's exits");
                assertThat(message(filterWhen("io-port", "port < 0x60 && value == 0x5a")))
                        .contains("single-stepping", "interrupt controller 1");
                JsonObject never = filterWhen("io-port", "port == 1 && port == 2");
                assertThat(verified(never)).isFalse();
                assertThat(message(never)).contains("holds at no port");
                assertThat(message(filterWhen("io-port", "direction == 1")))
                        .contains("it may name port, value, size, in, out, registers");
                filterWhen("io-port", "port == 0x3f8 && out && value == 'y'");
            });

            JsonObject stop = client.expectStopped("exception");
            assertThat(stop.get("description").getAsString()).isEqualTo("OUT to port 0x3f8 (COM1): wrote 0x79");
            assertThat(text(stop)).contains(": rep outs dx,");
            toTheEnd();
        }
    }

    @Test
    void accessToNothingIsToldWithAddressAndValue() {
        try (client) {
            client.launch(configuration, () -> filter("unhandled-mmio"));

            JsonObject read = client.expectStopped("exception");
            assertThat(read.get("description").getAsString())
                    .isEqualTo("Read of 4 bytes at physical 0xc0000000, where there is neither RAM nor a device:"
                            + " read as 0xffffffff");
            assertThat(currentLine()).isEqualTo(line("write to nothing"));
            assertThat(verified(filterWhen("unhandled-mmio", "address > 0xc0000000 && write && value == 0x1234")))
                    .isTrue();
            assertThat(text(goOn("exception"))).contains("Write of 2 bytes at physical 0xc0000006");
            toTheEnd();
        }
    }

    @Test
    void magicBreakStopsOnlyWhereItIsAskedFor() {
        try (client) {
            client.launch(configuration, () -> filter("magic-break"));

            assertThat(client.expectStopped("exception").get("description").getAsString())
                    .isEqualTo("Magic break: xchg bx, bx");
            assertThat(currentLine()).isEqualTo(line("magic"));
            toTheEnd();
        }
    }

    @Test
    void portsAreDataBreakpointsBesideMemory() {
        try (client) {
            configuration.put("stopOnEntry", true);
            client.launch(configuration, () -> {});
            client.expectStopped("entry");
            JsonObject info = client.request("dataBreakpointInfo", Map.of("name", "io:0x3f8", "bytes", 8));
            assertThat(info.get("dataId").getAsString()).isEqualTo("io:0x3f8-0x3ff");
            assertThat(info.get("description").getAsString()).contains("I/O port 0x3f8-0x3ff", "by KVM's exits");
            assertThat(info.getAsJsonArray("accessTypes").toString()).isEqualTo("[\"read\",\"write\",\"readWrite\"]");
            assertThat(info.get("canPersist").getAsBoolean()).isTrue();

            List<JsonObject> set = data(List.of(
                    Map.of("dataId", "io:0x3f8-0x3ff", "accessType", "read"),
                    Map.of("dataId", "0x11000/4", "accessType", "write"),
                    Map.of(
                            "dataId",
                            "io:0x3f8",
                            "accessType",
                            "write",
                            "condition",
                            "value != 'a'",
                            "hitCondition",
                            "3"),
                    Map.of("dataId", "0x11000/4", "accessType", "read")));
            assertThat(set).extracting(CatchpointsTest::verified).containsExactly(true, true, true, false);

            JsonObject in = goOn("data breakpoint");
            assertThat(text(in))
                    .startsWith("IN from port 0x3fd (COM1): read 0x")
                    .contains(": in al,dx");
            assertThat(in.getAsJsonArray("hitBreakpointIds").toString())
                    .isEqualTo("[" + set.get(0).get("id").getAsInt() + "]");
            assertThat(currentLine()).isEqualTo(line("after serial status"));
            JsonObject out = goOn("data breakpoint");
            assertThat(text(out)).startsWith("OUT to port 0x3f8 (COM1): wrote 0x7a");
            assertThat(out.getAsJsonArray("hitBreakpointIds").toString())
                    .isEqualTo("[" + set.get(2).get("id").getAsInt() + "]");
            assertThat(text(goOn("data breakpoint"))).contains("4 bytes at 0x");
            data(List.of());
            toTheEnd();
        }
    }

    private void stopAtEntry() {
        configuration.put("stopOnEntry", true);
        client.launch(configuration, () -> {});
        client.expectStopped("entry");
    }

    private JsonObject run(String line, String reason) {
        client.console(line);
        client.expectEvent("continued");
        return client.expectStopped(reason);
    }

    private JsonObject told(String reason) {
        return client.expectEvent(
                        "breakpoint", event -> event.get("reason").getAsString().equals(reason))
                .getAsJsonObject("breakpoint");
    }

    @Test
    void consoleCatchesAllThatFiltersDoAndListsThem() {
        try (client) {
            stopAtEntry();
            assertThat(client.console("catch io 0x3f8-0x3ff in")).contains("I/O port 0x3f8-0x3ff, in (by KVM's exits");
            int ports = told("new").get("id").getAsInt();
            client.console("tcatch mode");
            int once = told("new").get("id").getAsInt();
            client.console("catch mode long compatibility");
            client.console("catch mmio if write");
            client.console("catch magic");

            JsonObject stop = run("c", "exception");
            assertThat(stop.get("description").getAsString()).startsWith("IN from port 0x3fd");
            assertThat(stop.getAsJsonArray("hitBreakpointIds").toString()).isEqualTo("[" + ports + "]");
            assertThat(run("c", "exception").get("description").getAsString()).isEqualTo("CPU mode: real → protected");
            assertThat(told("removed").get("id").getAsInt()).isEqualTo(once);
            assertThat(client.console("info breakpoints"))
                    .contains("catchpoint     keep y                      I/O port 0x3f8-0x3ff, in\n")
                    .contains("        already hit 1 time\n")
                    .contains("CPU-mode switch to compatibility or long\n        by single-stepping")
                    .contains("        stop only if write\n");
            assertThat(text(run("c", "exception"))).startsWith("Magic break");
            assertThat(text(run("c", "exception"))).startsWith("Write of 2 bytes");
            assertThat(text(run("c", "exception"))).startsWith("CPU mode: protected → compatibility");
            client.console("delete");
            client.console("c");
            client.expectTerminated(33);
        }
    }

    @Test
    void catchpointsAreChangedByNumberWhoeverHasSetThem() {
        try (client) {
            stopAtEntry();
            int filter = filter("mode-switch").get(0).get("id").getAsInt();
            assertThat(client.console("i b")).contains("by single-stepping", "set by the client");
            client.console("condition " + filter + " mode == long");
            assertThatConditionIsRefused(filter);
            run("c", "exception");
            assertThat(currentLine()).isEqualTo(line("in long"));

            client.console("run");
            client.expectEvent("continued");
            client.expectStopped("entry");
            client.console("ignore " + filter + " 1");
            client.console("condition " + filter);
            run("c", "exception");
            assertThat(currentLine()).isEqualTo(line("in compatibility"));
            client.console("disable " + filter);
            JsonObject told = told("changed");
            assertThat(verified(told)).isFalse();
            assertThat(message(told)).startsWith("disabled: 'enable " + filter + "'");
            client.console("enable " + filter);
            assertThat(verified(told("changed"))).isTrue();
            run("c", "exception");
            assertThat(currentLine()).isEqualTo(line("in long"));
            client.console("d " + filter);
            client.console("c");
            client.expectTerminated(33);
        }
    }

    private void assertThatConditionIsRefused(int filter) {
        assertThat(client.failing(
                        "evaluate", Map.of("expression", "condition " + filter + " port == 3", "context", "repl")))
                .contains("no variable 'port'", "mode, from, real");
    }

    @Test
    void launchConfigurationCatchesForClientsWithoutFilters() {
        try (client) {
            configuration.put("catch", List.of("io 0x3f8 out if value == 'z'", "tri"));
            client.launch(configuration, () -> {});

            assertThat(text(client.expectStopped("exception"))).startsWith("OUT to port 0x3f8 (COM1): wrote 0x7a");
            assertThat(client.console("info b"))
                    .contains("stop only if value == 'z'", "triple fault", "set by the launch configuration");
            assertThat(client.console("restart")).contains("anew");
            client.expectEvent("continued");
            assertThat(text(client.expectStopped("exception"))).startsWith("OUT to port 0x3f8 (COM1): wrote 0x7a");
        }
    }

    @Test
    void launchFailsWhereWhatItCatchesHasAConditionThatIsNone() {
        try (client) {
            configuration.put("catch", List.of("magic if nonsense"));
            client.initialize();

            assertThat(client.failing("launch", configuration))
                    .startsWith("catch: magic break (xchg bx, bx): condition: ")
                    .contains("nonsense");
        }
    }

    @Test
    void portsThatAreNoneAreRefusedWithWhatCanBeWritten() {
        try (client) {
            configuration.put("stopOnEntry", true);
            client.launch(configuration, () -> {});
            client.expectStopped("entry");

            for (String wrong : List.of("io:", "io:0x3ff-0x3f8", "io:0x10000", "io:COM1", "io:70000")) {
                assertThat(client.failing("dataBreakpointInfo", Map.of("name", wrong)))
                        .contains("'" + wrong + "'", "0x3f8-0x3ff");
            }
            assertThat(client.failing("dataBreakpointInfo", Map.of("name", "io:0xfff8", "bytes", 16)))
                    .contains("ports go from 0 to 0xffff");
        }
    }
}
