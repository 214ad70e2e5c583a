package dev.kvmdap.cli;

import dev.kvmdap.demo.Demo;
import dev.kvmdap.demo.DemoFailure;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code kvmdap demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Debug an example guest, and tell what happens.",
        description = {
            "",
            "Builds examples/long-mode with gcc and make where needed, starts 'kvmdap serve', and drives it over standard"
                    + " input and output as an IDE would: breakpoints by line, by function and with a condition, stack,"
                    + " registers, CPUID, steps, to the guest's exit code. Every step is checked."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything went as expected",
            "1:something did not: the last lines say what",
            "2:wrong arguments"
        },
        footer = {"", "Example:", "  kvmdap demo && echo it works"})
final class DemoCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        Optional<Path> examples = Home.examples();
        if (examples.isEmpty()) {
            System.err.println(
                    "kvmdap: the demo needs the folder 'examples' of kvmdap's repository beside the adapter");
            return 1;
        }
        try {
            Demo.run(examples.get(), Home.command("serve"), System.out);
            return 0;
        } catch (DemoFailure failure) {
            System.out.flush();
            System.err.println("kvmdap: the demo failed: " + failure.getMessage());
            return 1;
        }
    }
}
