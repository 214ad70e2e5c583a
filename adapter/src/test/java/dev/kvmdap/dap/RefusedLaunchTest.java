package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.kvm.RequiresKvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Launches that cannot be: each is refused with what was wrong and what to do, and the session can try again. */
@RequiresKvm
@Timeout(60)
class RefusedLaunchTest {

    private final DapTestClient client = DapTestClient.inProcess();

    @TempDir
    private Path folder;

    @BeforeEach
    void initialize() {
        client.initialize();
    }

    @AfterEach
    void launchAfterAll() {
        try (client) {
            client.launchUntilInitialized(Examples.spinning());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                memroy      | 64M        | memroy: there is no such key; did you mean 'memory'?
                memory      | lots       | memory: "lots" is not allowed; it must be a number of bytes, or a string such as
                memory      | 1K         | memory: "1K" is not allowed
                memory      | 1024G      | this host has
                boot        | multiboot3 | boot: "multiboot3" is not allowed; it must be one of "auto", "elf"
                boot        | pvh        | long-mode.elf has no PVH entry point
                cpuMode     | unreal     | cpuMode: "unreal" is not allowed; it must be one of "real", "protected", "long"
                stopOnEntry | perhaps    | stopOnEntry: "perhaps" is not allowed; it must be true or false
                exitPort    | 0x10000    | exitPort: "0x10000" is not allowed; it must be a whole number from 0 to 65535
                program     | /nowhere/x | /nowhere/x does not exist. Build it, or correct the path
                """)
    void wrongConfigurationIsTold(String key, String value, String expected) {
        assertThat(refusal(with(key, value))).contains(expected);
    }

    @Test
    void missingProgramIsTold() {
        assertThat(refusal(Map.of())).contains("program: the key is missing");
    }

    @Test
    void directoryIsNoProgram() {
        assertThat(refusal(with("program", folder.toString())))
                .contains(folder + " is no file. Build it, or correct the path");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 16, 52, 100, 1000, 4096})
    void truncatedElfIsTold(int bytes) throws IOException {
        Path image = Path.of((String) Examples.multiboot("long-mode").get("program"));
        Path truncated = folder.resolve("truncated.elf");
        Files.write(truncated, Arrays.copyOf(Files.readAllBytes(image), bytes));
        assertThat(refusal(with("program", truncated.toString()))).contains("truncated.elf");
    }

    @Test
    void symbolFileThatIsNoneIsTold() throws IOException {
        Path text = Files.writeString(folder.resolve("symbols.txt"), "no symbols");
        assertThat(refusal(with("symbolFiles", List.of(text.toString())))).contains("symbols.txt");
    }

    private String refusal(Map<String, ?> configuration) {
        return client.failing("launch", configuration);
    }

    private static Map<String, Object> with(String key, Object value) {
        Map<String, Object> configuration = new HashMap<>(Examples.multiboot("long-mode"));
        configuration.put(key, value);
        return configuration;
    }
}
