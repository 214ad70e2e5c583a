package dev.kvmdap.session.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kvmdap.console.CatchReader.Wanted;
import dev.kvmdap.console.Catchable;
import dev.kvmdap.disassembly.Syntax;
import dev.kvmdap.engine.BreakpointMode;
import dev.kvmdap.engine.Trigger;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.machine.BootModule;
import dev.kvmdap.machine.BootProtocol;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.X86Exception;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchConfigurationTest {

    @TempDir
    Path folder;

    @BeforeEach
    void createFiles() throws IOException {
        Files.createFile(folder.resolve("guest.elf"));
        Files.createFile(folder.resolve("initrd"));
    }

    @Test
    void everythingButTheProgramHasADefault() {
        LaunchConfiguration configuration = parse("");
        assertThat(configuration)
                .isEqualTo(new LaunchConfiguration(
                        folder.resolve("guest.elf"),
                        BootProtocol.AUTO,
                        null,
                        null,
                        null,
                        64 << 20,
                        1,
                        "",
                        List.of(),
                        null,
                        null,
                        List.of(),
                        Map.of(),
                        false,
                        BreakpointMode.AUTO,
                        List.of(),
                        Syntax.INTEL,
                        NumberFormat.NATURAL,
                        Map.of(),
                        SerialLine.CONSOLE,
                        0xf4,
                        null,
                        false));
    }

    @Test
    void everyKeyIsRead() {
        LaunchConfiguration configuration = parse("""
                , "boot": "boot-sector", "cpuMode": "long", "loadAddress": "0x100000", "entryPoint": 1048592,
                "memory": "1G", "cpus": 2, "cmdline": "verbose", "modules": ["initrd", {"path": "initrd", "arguments": "a b"}],
                "initrd": "initrd", "disk": "guest.elf", "symbolFiles": ["guest.elf", {"path": "guest.elf", "offset": "0xffffffff80000000"}],
                "sourceMap": {"/build": "/home/me"}, "stopOnEntry": true, "breakpointMode": "hardware",
                "assemblySyntax": "att", "numberFormat": "hexadecimal", "catch": ["magic", "exception #PF if cr2 < 4096"],
                "cpuid": {"avx2": false}, "serial": "console", "exitPort": "0x501", "timeout": 2.5, "noDebug": true
                """);
        Path elf = folder.resolve("guest.elf");
        Path initrd = folder.resolve("initrd");
        assertThat(configuration)
                .isEqualTo(new LaunchConfiguration(
                        elf,
                        BootProtocol.BOOT_SECTOR,
                        CpuMode.LONG,
                        0x100000L,
                        0x100010L,
                        1 << 30,
                        2,
                        "verbose",
                        List.of(new BootModule(initrd, ""), new BootModule(initrd, "a b")),
                        initrd,
                        elf,
                        List.of(new SymbolsAt(elf, 0), new SymbolsAt(elf, 0xffffffff80000000L)),
                        Map.of("/build", "/home/me"),
                        true,
                        BreakpointMode.HARDWARE,
                        List.of(
                                new Wanted(new Catchable.Happening(new Trigger.MagicBreak()), ""),
                                new Wanted(new Catchable.Exceptions(Set.of(X86Exception.PAGE_FAULT)), "cr2 < 4096")),
                        Syntax.ATT,
                        NumberFormat.HEXADECIMAL,
                        Map.of("avx2", false),
                        SerialLine.CONSOLE,
                        0x501,
                        2.5,
                        true));
    }

    @Test
    void keysThatClientsAddAreTheirs() {
        assertThat(parse(", \"name\": \"x\", \"type\": \"kvm\", \"__sessionId\": 3, \"preLaunchTask\": \"make\"")
                        .memory())
                .isEqualTo(64 << 20);
    }

    @Test
    void nullMeansAbsent() {
        assertThat(parse(", \"memory\": null, \"cpuMode\": null").memory()).isEqualTo(64 << 20);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "memory": "64M"       | 67108864
            "memory": "64 MiB"    | 67108864
            "memory": "2g"        | 2147483648
            "memory": 4194304     | 4194304
            "memory": "0x400000"  | 4194304
            "memory": "1024K"     | 1048576
            """)
    void memoryIsWrittenAsPeopleDo(String key, long bytes) {
        assertThat(parse(", " + key).memory()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "memroy": 1                          | memroy: there is no such key; did you mean 'memory'?
            "zzzzzzzz": 1                        | zzzzzzzz: there is no such key; the keys are program, boot, cpuMode
            "boot": "xen"                        | boot: "xen" is not allowed; it must be one of "auto", "elf", "multiboot", "multiboot2", "pvh", "linux", "boot-sector", "flat"
            "boot": 3                            | boot: 3 is not allowed
            "cpuMode": "compatibility"           | cpuMode: "compatibility" is not allowed; it must be one of "real", "protected", "long"
            "memory": "64Q"                      | memory: "64Q" is not allowed; it must be a number of bytes, or a string such as "64M" or "1G", from 1M to 1024G
            "memory": -1                         | memory: -1 is not allowed
            "memory": 1e999999999                | memory: 1e999999999 is not allowed
            "memory": 1048576.5                  | memory: 1048576.5 is not allowed
            "memory": "99999999999G"             | memory: "99999999999G" is not allowed
            "cpus": 0                            | cpus: 0 is not allowed; it must be a whole number from 1 to 16
            "stopOnEntry": "yes"                 | stopOnEntry: "yes" is not allowed; it must be true or false
            "loadAddress": "abc"                 | loadAddress: "abc" is not allowed; it must be an address
            "loadAddress": "0x10000000000000000" | loadAddress: "0x10000000000000000" is not allowed
            "serial": "/dev/ttyS0"               | serial: "/dev/ttyS0" is not allowed; it must be "console"
            "catch": ["fork"]                    | catch[0]: "fork" is not allowed; 'fork' cannot be caught: one of mode, io
            "catch": ["io 0x3f8", "mode huge"]   | catch[1]: "mode huge" is not allowed; 'huge' is no mode of the CPU: one of real
            "catch": [3]                         | catch[0]: 3 is not allowed; it must be what the console's verb catch takes
            "modules": "initrd"                  | modules: "initrd" is not allowed; it must be a list
            "modules": ["initrd", 3]             | modules[1]: 3 is not allowed
            "modules": ["absent"]                | absent does not exist. Build it, or correct the path
            "modules": [{"file": "initrd"}]      | modules[0]: there is no key 'file'; the keys are 'path' and 'arguments'
            "modules": [{"arguments": "x"}]      | modules[0]: the key 'path' is missing
            "symbolFiles": [{"path": "initrd", "offset": "far"}] | symbolFiles[0].offset: "far" is not allowed
            "sourceMap": {"/build": 1}           | sourceMap./build: 1 is not allowed; it must be a string
            "cpuid": {"avx2": "no"}              | cpuid.avx2: "no" is not allowed; it must be true or false
            "exitPort": 65536                    | exitPort: 65536 is not allowed; it must be a whole number from 0 to 65535
            "timeout": 0                         | timeout: 0 is not allowed; it must be a number of seconds above 0
            "breakpointMode": "fast"             | breakpointMode: "fast" is not allowed; it must be one of "auto", "hardware", "software"
            """)
    void wrongKeyOrValueIsNamedWithWhatIsAllowed(String key, String message) {
        assertThatThrownBy(() -> parse(", " + key))
                .isInstanceOf(LaunchConfigurationException.class)
                .hasMessageContaining(message);
    }

    @Test
    void programMustBeGivenAndBeAFile() {
        assertThatThrownBy(() -> LaunchConfiguration.parse(new JsonObject()))
                .hasMessage("program: the key is missing; it must be the path of a file");
        assertThatThrownBy(() -> parse(json("{\"program\": \"nothing.elf\"}")))
                .hasMessageContaining("program: \"nothing.elf\" is not allowed; ")
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> parse(json("{\"program\": \".\"}"))).hasMessageContaining("is no file");
    }

    @Test
    void everyProblemIsReportedAtOnce() {
        assertThatThrownBy(() -> parse(", \"memroy\": 1, \"cpus\": 99, \"serial\": 1"))
                .isInstanceOfSatisfying(
                        LaunchConfigurationException.class,
                        e -> assertThat(e.problems()).hasSize(3));
    }

    @Test
    void schemaDescribesEveryKeyAndItsDefault() {
        JsonObject properties = LaunchKeys.schema().getAsJsonObject("properties");
        assertThat(properties.keySet()).hasSize(LaunchKeys.ALL.size());
        for (Map.Entry<String, JsonElement> property : properties.entrySet()) {
            JsonObject schema = property.getValue().getAsJsonObject();
            assertThat(schema.has("type")).as(property.getKey()).isTrue();
            assertThat(schema.get("description").getAsString()).endsWith(".");
        }
        assertThat(properties.getAsJsonObject("memory").get("default").getAsString())
                .isEqualTo("64M");
        assertThat(properties.getAsJsonObject("boot").getAsJsonArray("enum")).hasSize(8);
    }

    private LaunchConfiguration parse(String moreKeys) {
        return parse(json("{\"program\": \"guest.elf\"" + moreKeys + "}"));
    }

    private LaunchConfiguration parse(JsonObject configuration) {
        configuration.addProperty("cwd", folder.toString());
        return LaunchConfiguration.parse(configuration);
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }
}
