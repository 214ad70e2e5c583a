package dev.kvmdap.dap;

import dev.kvmdap.elf.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/**
 * What a client on standard streams waits for: the answer to a request that needs nothing of the guest, and the
 * {@code stopped} event after a step over a line of C. The difference is the step; both hold two JSON parsers and two pipes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RoundTripBenchmark {

    private @Nullable Path folder;
    private @Nullable ServerProcess server;
    private @Nullable DapTestClient client;

    /** Stops a guest in a loop without end. */
    @Setup
    public void start() throws IOException {
        folder = Files.createTempDirectory("round-trip");
        Toolchain tools = new Toolchain(folder);
        Path source = tools.source(RoundTripBenchmark.class, "endless.c");
        tools.run("gcc", "-m32", "-g", "-O0", "-ffreestanding", "-fno-pic", "-mgeneral-regs-only", "-c", "endless.c");
        tools.run("ld", "-m", "elf_i386", "-Ttext", "0x100000", "-e", "start", "-o", "endless.elf", "endless.o");
        String image = tools.file("endless.elf").toString();
        server = ServerProcess.serve();
        client = server.client();
        client.launch(
                Map.of("program", image, "boot", "elf", "cpuMode", "protected", "memory", "4M"),
                () -> client().breakAt(source, "turn"));
        client.expectStopped("breakpoint");
        client.request("setBreakpoints", Map.of("source", Map.of("path", source.toString()), "breakpoints", List.of()));
    }

    /** Ends the session and its process. */
    @TearDown
    public void end() throws IOException {
        client().close();
        Objects.requireNonNull(server).close();
        try (var files = Files.list(Objects.requireNonNull(folder))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    /** A request and its answer. */
    @Benchmark
    public Object threads() {
        return client().request("threads");
    }

    /** A step over a line and its stop. */
    @Benchmark
    public Object nextToStopped() {
        return client().resumeUntil("next", "step");
    }

    private DapTestClient client() {
        return Objects.requireNonNull(client);
    }

    /** Prints mean, median and 95th percentile of each. */
    public static void main(String[] arguments) throws RunnerException {
        for (RunResult result : new Runner(new OptionsBuilder()
                        .include(RoundTripBenchmark.class.getName())
                        .forks(1)
                        .jvmArgs("-XX:+UseSerialGC")
                        .warmupIterations(3)
                        .warmupTime(TimeValue.seconds(1))
                        .measurementIterations(5)
                        .measurementTime(TimeValue.seconds(1))
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run()) {
            Statistics times = result.getPrimaryResult().getStatistics();
            System.out.printf(
                    "%-24s %8.1f µs mean %8.1f µs median %8.1f µs 95th percentile%n",
                    result.getPrimaryResult().getLabel(),
                    times.getMean(),
                    times.getPercentile(50),
                    times.getPercentile(95));
        }
    }
}
