package dev.kvmdap.dap;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
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
 * How long a client waits from {@code next} to {@code stopped}, over TCP, beside a request that the adapter only has to
 * answer: the difference is the debugger's own.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class NextBenchmark {

    private @Nullable TcpServer server;
    private @Nullable DapTestClient client;

    /** A session with a guest that stands at its entry. */
    @Setup(Level.Iteration)
    public void start() throws IOException {
        TcpServer started = new TcpServer(0);
        new Thread(started::serve, "server under measurement").start();
        DapTestClient connected = DapTestClient.overTcp(started.port());
        Map<String, Object> guest = new HashMap<>(Examples.spinning());
        guest.put("stopOnEntry", true);
        connected.launch(guest, () -> {});
        connected.expectStopped("entry");
        server = started;
        client = connected;
    }

    /** Ends it. */
    @TearDown(Level.Iteration)
    public void end() throws IOException {
        client().close();
        Objects.requireNonNull(server).close();
    }

    private DapTestClient client() {
        return Objects.requireNonNull(client);
    }

    /** A request and its answer. */
    @Benchmark
    public Object threads() {
        return client().request("threads");
    }

    /** A step over one instruction, up to the stop that it ends with. */
    @Benchmark
    public Object nextToStopped() {
        client().request("next", Map.of("threadId", 1, "granularity", "instruction"));
        return client().expectStopped("step");
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
