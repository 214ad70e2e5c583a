package dev.kvmdap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.session.launch.LaunchKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the README says of keys and exit codes is what the program knows. */
class ReadmeTest {

    private final String readme = read(Path.of("..", "README.md"));

    @Test
    void theTableOfTheLaunchConfigurationHasEveryKeyInOrder() {
        assertThat(firstColumn("The launch configuration", "`(\\w+)`"))
                .containsExactlyElementsOf(
                        LaunchKeys.schema().getAsJsonObject("properties").keySet());
    }

    @Test
    void theTableOfExitCodesIsThatOfTheHelp() {
        List<String> codes = List.copyOf(new CommandLine(new RunCommand())
                .getCommandSpec()
                .usageMessage()
                .exitCodeList()
                .keySet());

        assertThat(firstColumn("Run without debugging", "(odd|\\d+)")).containsExactlyElementsOf(codes);
    }

    /** The first cells of the table under a heading. */
    private List<String> firstColumn(String heading, String cell) {
        String section = readme.substring(readme.indexOf("# " + heading + "\n"));
        int end = Pattern.compile("\n#+ ")
                .matcher(section)
                .results()
                .map(MatchResult::start)
                .findFirst()
                .orElse(section.length());
        return Pattern.compile("(?m)^\\| " + cell + " \\|")
                .matcher(section.substring(0, end))
                .results()
                .map(row -> row.group(1))
                .toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
