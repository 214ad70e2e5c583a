package dev.kvmdap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.kvmdap.kvm.RealHost;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class MainTest {

    private final StringWriter stdout = new StringWriter();
    private final StringWriter stderr = new StringWriter();

    static Stream<String> commands() {
        return Main.commandLine().getSubcommands().keySet().stream().filter(name -> !name.equals("help"));
    }

    @Test
    void theHelpNamesEveryCommandAndExamples() {
        assertThat(execute("--help")).isZero();
        commands().forEach(command -> assertThat(stdout.toString()).contains("\n  " + command + " "));
        assertThat(stdout.toString()).contains("Examples:", "kvmdap run kernel.elf");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void theHelpOfACommandTellsEveryOption(String command) {
        assertThat(execute(command, "--help")).isZero();
        for (OptionSpec option : Main.commandLine().getCommandSpec().subcommands().entrySet().stream()
                .filter(entry -> entry.getKey().equals(command))
                .flatMap(entry -> entry.getValue().getCommandSpec().options().stream())
                .toList()) {
            assertThat(stdout.toString()).contains(option.longestName());
            assertThat(option.description()).as(option.longestName()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V"})
    void theVersionNamesJavaAndTheKernelToo(String option) {
        assertThat(execute(option)).isZero();
        assertThat(stdout.toString()).startsWith("kvmdap ").contains("Java ").contains("Linux");
    }

    @Test
    void aMistakeIsToldOnStandardErrorWithAWayOn() {
        assertThat(execute("serv")).isEqualTo(2);
        assertThat(stderr.toString())
                .contains("kvmdap: Unmatched argument at index 0: 'serv'")
                .contains("Did you mean: kvmdap serve?")
                .contains("'kvmdap --help' tells what is allowed");
        assertThat(stdout.toString()).isEmpty();
    }

    @Test
    void noCommandAtAllIsAMistake() {
        assertThat(execute()).isEqualTo(2);
        assertThat(stderr.toString()).contains("Missing required subcommand");
    }

    @Test
    void theDoctorsJsonSaysWhetherKvmCanBeUsed() {
        int status = execute("doctor", "--json");

        JsonObject findings = JsonParser.parseString(stdout.toString()).getAsJsonObject();
        boolean granted = findings.getAsJsonObject("access").get("granted").getAsBoolean();
        assertThat(granted).isEqualTo(RealHost.isUsable());
        assertThat(status).isEqualTo(granted ? 0 : 1);
        assertThat(findings.getAsJsonObject("host").get("kernelRelease").getAsString())
                .isEqualTo(System.getProperty("os.version"));
    }

    @Test
    void theDoctorsReportEndsWithItsVerdict() {
        int status = execute("doctor");

        assertThat(stdout.toString())
                .endsWith(status == 0 ? "This machine can run and debug guests.\n" : "\n")
                .contains("kernel");
    }

    private int execute(String... arguments) {
        CommandLine command =
                Main.commandLine().setOut(new PrintWriter(stdout, true)).setErr(new PrintWriter(stderr, true));
        return command.execute(arguments);
    }
}
