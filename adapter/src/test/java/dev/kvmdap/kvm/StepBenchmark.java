package dev.kvmdap.kvm;

import dev.kvmdap.x86.CpuMode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
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

/**
 * What a single step costs through {@link Vcpu}, beside a C loop that is compiled here and steps the same guest. Both take
 * turns and count by their best round, since the host's load swings more than they differ.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StepBenchmark {
    private static final int STEPS = 1000;
    private static final int TURNS = 3;
    private static final int[] NOP_NOP_JUMP_BACK = {0x90, 0x90, 0xeb, 0xfc};
    private static final GuestDebug STEP = GuestDebug.enabled().singleStep();

    private @Nullable Kvm kvm;
    private @Nullable ProbeGuest guest;
    private final long[] noSlots = new long[GuestDebug.DEBUG_REGISTERS];

    /** Puts a guest at its loop, on the thread that will step it. */
    @Setup
    public void start() {
        kvm = Kvm.open();
        guest = ProbeGuest.create(kvm, LibC.get(), false);
        guest.prepare(CpuMode.REAL, NOP_NOP_JUMP_BACK);
        guest.vcpu().setGuestDebug(STEP);
    }

    /** Gives all back. */
    @TearDown
    public void end() {
        Objects.requireNonNull(guest).close();
        Objects.requireNonNull(kvm).close();
    }

    /** What the C loop does: run, look at the reason, read PC and DR6. */
    @Benchmark
    @OperationsPerInvocation(STEPS)
    public long step() {
        Vcpu vcpu = Objects.requireNonNull(guest).vcpu();
        long sum = 0;
        for (int i = 0; i < STEPS; i++) {
            requireDebug(vcpu.run());
            sum += vcpu.debugPc() + vcpu.debugDr6();
        }
        return sum;
    }

    /** The same, and all general registers. */
    @Benchmark
    @OperationsPerInvocation(STEPS)
    public long stepWithRegisters() {
        Vcpu vcpu = Objects.requireNonNull(guest).vcpu();
        long sum = 0;
        for (int i = 0; i < STEPS; i++) {
            requireDebug(vcpu.run());
            Regs regs = vcpu.regs();
            for (int register = 0; register < Regs.COUNT; register++) {
                sum += regs.get(register);
            }
        }
        return sum;
    }

    /** The same as {@link #step}, with guest debugging set before each step, as SVM needs it. */
    @Benchmark
    @OperationsPerInvocation(STEPS)
    public long stepArmedEachTime() {
        Vcpu vcpu = Objects.requireNonNull(guest).vcpu();
        long sum = 0;
        for (int i = 0; i < STEPS; i++) {
            vcpu.setGuestDebug(STEP.control(), noSlots);
            requireDebug(vcpu.run());
            sum += vcpu.debugPc() + vcpu.debugDr6();
        }
        return sum;
    }

    private static void requireDebug(int reason) {
        if (reason != Abi.EXIT_DEBUG) {
            throw new IllegalStateException("exit reason " + reason);
        }
    }

    /** Prints nanoseconds and steps a second of each way, and its ratio to C. */
    public static void main(String[] arguments) throws IOException, InterruptedException, RunnerException {
        Path folder = Files.createTempDirectory("kvmdap-benchmark");
        Path loop = compile(folder);
        Map<String, Double> best = new TreeMap<>();
        for (int turn = 0; turn < TURNS; turn++) {
            System.err.printf("turn %d of %d%n", turn + 1, TURNS);
            best.merge("C loop", Double.valueOf(run(loop.toString())), Math::min);
            for (RunResult result : runJava()) {
                String name = result.getPrimaryResult().getLabel();
                best.merge(
                        "Vcpu." + name,
                        result.getPrimaryResult().getStatistics().getMin(),
                        Math::min);
            }
        }
        double c = best.getOrDefault("C loop", Double.NaN);
        best.forEach((name, nanos) -> System.out.printf(
                "%-24s %8.1f ns a step %10.0f steps a second   %.3f x C%n", name, nanos, 1e9 / nanos, nanos / c));
        Files.delete(loop);
        Files.delete(folder.resolve("step-loop.c"));
        Files.delete(folder);
    }

    private static Iterable<RunResult> runJava() throws RunnerException {
        return new Runner(new OptionsBuilder()
                        .include(StepBenchmark.class.getName())
                        .forks(1)
                        .jvmArgs("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                        .warmupIterations(2)
                        .warmupTime(TimeValue.milliseconds(300))
                        .measurementIterations(10)
                        .measurementTime(TimeValue.milliseconds(100))
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
    }

    private static Path compile(Path folder) throws IOException, InterruptedException {
        Path source = folder.resolve("step-loop.c");
        try (InputStream stream =
                Objects.requireNonNull(StepBenchmark.class.getResourceAsStream("step-loop.c"), "step-loop.c")) {
            Files.copy(stream, source, StandardCopyOption.REPLACE_EXISTING);
        }
        Path program = folder.resolve("step-loop");
        run("gcc", "-O2", "-o", program.toString(), source.toString());
        return program;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output;
        try (var reader = process.inputReader()) {
            output = String.join("\n", reader.lines().toList());
        }
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed with " + process.exitValue());
        }
        return output;
    }
}
