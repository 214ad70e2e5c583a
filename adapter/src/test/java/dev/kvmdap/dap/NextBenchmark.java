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
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/**
 * How long a client on standard streams waits from {@code next} to {@code stopped}, over a line of C and over an instruction,
 * beside a request that the adapter only has to answer: the difference is the debugger's own.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class NextBenchmark {

    private @Nullable Path folder;
    private @Nullable ServerProcess server;
    private @Nullable DapTestClient client;

    /** Stops a guest in a loop without end. */
    @Setup
    public void start() throws IOException {
        folder = Files.createTempDirectory("round-trip");
        Toolchain tools = new Toolchain(folder);
        Path source = tools.source(NextBenchmark.class, "endless.c");
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

    /** A step over a line, up to the stop that it ends with. */
    @Benchmark
    public Object nextLine() {
        return client().resumeUntil("next", "step");
    }

    /** A step over an instruction, up to the stop that it ends with. */
    @Benchmark
    public Object nextInstruction() {
        client().request("next", Map.of("threadId", 1, "granularity", "instruction"));
        return client().expectStopped("step");
    }

    private DapTestClient client() {
        return Objects.requireNonNull(client);
    }

    /** Prints the median and the 99th percentile of each. */
    public static void main(String[] arguments) throws RunnerException {
        new Runner(new OptionsBuilder()
                        .include(NextBenchmark.class.getName())
                        .forks(1)
                        .jvmArgs("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                        .warmupIterations(4)
                        .warmupTime(TimeValue.milliseconds(500))
                        .measurementIterations(6)
                        .measurementTime(TimeValue.milliseconds(500))
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run()
                .forEach(run -> print(run.getPrimaryResult()));
    }

    private static void print(Result<?> result) {
        Statistics times = result.getStatistics();
        System.out.printf(
                "%-16s median %7.0f us   99%% %7.0f us%n",
                result.getLabel(), times.getPercentile(50), times.getPercentile(99));
    }
}
