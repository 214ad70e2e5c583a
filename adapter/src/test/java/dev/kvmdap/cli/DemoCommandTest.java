package dev.kvmdap.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.demo.Demo;
import dev.kvmdap.demo.DemoFailure;
import dev.kvmdap.kvm.RequiresKvm;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class DemoCommandTest {

    private final ByteArrayOutputStream told = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(told, true, UTF_8);

    @Test
    @RequiresKvm
    void theWholeSessionGoesAsItShould() {
        Demo.run(examples(), Home.command("serve"), out);

        assertThat(told.toString(UTF_8))
                .contains("← stopped (breakpoint) in run_tasks")
                .contains("← stopped (function breakpoint) in factorial")
                .contains("serial │ all is well")
                .contains("← exited with code 33")
                .containsPattern("All as expected, in \\d+\\.\\d s\\.");
    }

    @Test
    void anAdapterThatEndsAtOnceIsNoEndlessWait() {
        assertThatThrownBy(() -> Demo.run(examples(), List.of("false"), out))
                .isInstanceOf(DemoFailure.class)
                .hasMessage("initialize: the adapter has ended with status 1");
    }

    @Test
    void anAdapterThatCannotBeStartedIsNamed() {
        assertThatThrownBy(() -> Demo.run(examples(), List.of("/nowhere/kvmdap"), out))
                .isInstanceOf(DemoFailure.class)
                .hasMessageContaining("/nowhere/kvmdap");
    }

    @Test
    void aGuestThatCannotBeBuiltShowsWhatMakeSays() {
        assertThatThrownBy(() -> Demo.run(Path.of("/nowhere"), List.of("false"), out))
                .isInstanceOf(DemoFailure.class)
                .hasMessageContaining("make -C /nowhere");
    }

    private static Path examples() {
        return Home.examples().orElseThrow();
    }
}
