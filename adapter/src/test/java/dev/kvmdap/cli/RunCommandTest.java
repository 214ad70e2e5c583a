package dev.kvmdap.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.kvm.RequiresKvm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@Timeout(60)
class RunCommandTest {

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final StringWriter stderr = new StringWriter();

    @RequiresKvm
    @ParameterizedTest
    @CsvSource({"0, 1", "0x10, 33", "0x7f, 255"})
    void theGuestsExitCodeBecomesTheCommands(String written, int status) {
        assertThat(run("--timeout", "20", guest("EXIT_CODE=" + written))).isEqualTo(status);
        assertThat(stdout.toString(UTF_8)).isEqualTo("ok");
        assertThat(stderr.toString()).isEmpty();
    }

    @Test
    @RequiresKvm
    void aCodeThatNoExitStatusCanCarryIsTold() {
        assertThat(run("--timeout", "20", guest("EXIT_CODE=0x80"))).isEqualTo(12);
        assertThat(stderr.toString()).contains("the guest ended with code 257, which an exit code cannot carry");
    }

    @Test
    @RequiresKvm
    void aTripleFaultSaysWhere() throws IOException {
        assertThat(run("--timeout", "20", guest("TRIPLE_FAULT"))).isEqualTo(6);
        assertThat(stderr.toString())
                .contains("kvmdap: Triple fault")
                .containsPattern("#0 0x\\p{XDigit}+ in start at .*ending.S:" + lineMarked("no handler") + "\n");
        assertThat(stdout.toString(UTF_8)).isEqualTo("ok");
    }

    @Test
    @RequiresKvm
    void aHaltThatNothingEndsIsNoEndlessWait() {
        assertThat(run("--timeout", "20", guest("HALT"))).isEqualTo(8);
        assertThat(stderr.toString()).contains("kvmdap: The processor is halted");
    }

    @Test
    @RequiresKvm
    void theTimeEndsAGuestThatDoesNot() throws IOException {
        assertThat(run("--timeout", "0.2", guest("FOR_EVER"))).isEqualTo(124);
        assertThat(stderr.toString())
                .contains("kvmdap: the time was up after 0.2 s")
                .containsPattern("#0 0x\\p{XDigit}+ in start at .*ending.S:" + lineMarked("for ever") + "\n");
    }

    @Test
    @RequiresKvm
    void aGuestThatResetsItsMachineStartsAgain() {
        assertThat(run("--timeout", "0.5", guest("RESET"))).isEqualTo(124);
        assertThat(stdout.toString(UTF_8)).startsWith("okok");
        assertThat(stderr.toString()).contains("kvmdap: The guest reset its machine");
    }

    @Test
    void everyMistakeIsToldByTheNameOfItsOption() throws IOException {
        String program = Files.write(folder.resolve("image.bin"), new byte[1]).toString();

        assertThat(run("--memory", "64Q", "--cpu-mode", "virtual", "--exit-port", "-1", program))
                .isEqualTo(2);
        assertThat(stderr.toString().lines())
                .anyMatch(line -> line.startsWith("kvmdap: --memory: \"64Q\" is not allowed"))
                .anyMatch(line -> line.startsWith("kvmdap: --cpu-mode: \"virtual\" is not allowed"))
                .anyMatch(line -> line.startsWith("kvmdap: --exit-port: \"-1\" is not allowed"));
    }

    @Test
    void aMissingImageIsToldWithItsPath() {
        assertThat(run("nowhere/kernel.elf")).isEqualTo(2);
        assertThat(stderr.toString()).contains("nowhere/kernel.elf does not exist");
    }

    @Test
    @RequiresKvm
    void anImageThatDoesNotFitItsProtocolIsAMistakeToo() throws IOException {
        String program =
                Files.writeString(folder.resolve("image.txt"), "no ELF").toString();

        assertThat(run("--boot", "elf", program)).isEqualTo(2);
        assertThat(stderr.toString()).contains("image.txt is not an ELF file");
    }

    private int run(String... arguments) {
        List<String> line = new ArrayList<>(List.of("run"));
        line.addAll(List.of(arguments));
        CommandLine command = Main.commandLine().setErr(new PrintWriter(stderr, true));
        PrintStream before = System.out;
        System.setOut(new PrintStream(stdout, true, UTF_8));
        try {
            return command.execute(line.toArray(String[]::new));
        } finally {
            System.setOut(before);
        }
    }

    /** Builds the guest that ends in a way. */
    private String guest(String ending) {
        Toolchain toolchain = new Toolchain(folder);
        Path source = toolchain.source(RunCommandTest.class, "ending.S");
        Path image = toolchain.file("ending.elf");
        toolchain.run(
                "gcc",
                "-m32",
                "-g",
                "-nostdlib",
                "-static",
                "-Wl,-Ttext=0x100000,-e,start,--build-id=none",
                "-D" + ending,
                "-o",
                image.toString(),
                source.toString());
        return image.toString();
    }

    private int lineMarked(String mark) throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("ending.S"));
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains("BREAK: " + mark)) {
                return i + 1;
            }
        }
        throw new AssertionError("no line is marked " + mark);
    }
}
