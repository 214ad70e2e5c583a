package dev.kvmdap.dap;

import dev.kvmdap.elf.Toolchain;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How many times in a second a breakpoint can be come to whose condition does not hold: one over a register and one over a
 * local variable. Beside gdb with QEMU, whose guest is executed by software since its breakpoints work nowhere else on every
 * host. All take turns on the same guest and count by their best one, since the host's load swings more than they differ.
 */
public final class ConditionBenchmark {

    private static final int HITS = 1000;
    private static final int TURNS = 2;
    private static final int BATCHES = 20;
    private static final Map<String, String> CONDITIONS =
            Map.of("a register", "$ebx == 0x12345678", "a local variable", "turn == 0x12345678");
    private static final Pattern NANOSECONDS = Pattern.compile("(?m)^at (\\d+)$");

    private final Path folder;
    private final Toolchain tools;
    private final Path source;
    private final Map<String, Double> best = new TreeMap<>();

    private ConditionBenchmark(Path folder) {
        this.folder = folder;
        tools = new Toolchain(folder);
        source = tools.source(ConditionBenchmark.class, "counting.c");
        build(32, "elf_i386");
        build(64, "elf_x86_64");
    }

    private void build(int bits, String emulation) {
        String object = "counting-" + bits + ".o";
        tools.run(
                "gcc",
                "-m" + bits,
                "-g",
                "-O0",
                "-DHITS=" + HITS,
                "-ffreestanding",
                "-fno-pic",
                "-mno-red-zone",
                "-mgeneral-regs-only",
                "-fno-toplevel-reorder",
                "-c",
                "counting.c",
                "-o",
                object);
        tools.run("ld", "-m", emulation, "-Ttext", "0x100000", "-e", "start", "-o", image(bits), object);
    }

    private static String image(int bits) {
        return "counting-" + bits + ".elf";
    }

    /** The guest in one session, from one end of a batch to the next. */
    private void measureKvmdap(int bits) throws IOException {
        try (ServerProcess server = ServerProcess.serve();
                DapTestClient client = server.client()) {
            Map<String, String> guest = Map.of(
                    "program",
                    tools.file(image(bits)).toString(),
                    "boot",
                    "elf",
                    "cpuMode",
                    bits == 64 ? "long" : "protected",
                    "memory",
                    "4M");
            client.launch(guest, () -> client.breakAt(source, "done"));
            client.expectStopped("breakpoint");
            CONDITIONS.forEach((kind, condition) -> {
                client.request(
                        "setBreakpoints",
                        Map.of(
                                "source",
                                Map.of("path", source.toString()),
                                "breakpoints",
                                List.of(
                                        Map.of("line", Examples.line(source, "turn"), "condition", condition),
                                        Map.of("line", Examples.line(source, "done")))));
                for (int batch = 0; batch < BATCHES; batch++) {
                    long begin = System.nanoTime();
                    client.resumeUntil("continue", "breakpoint");
                    record("kvmdap, %d-bit guest, %s".formatted(bits, kind), System.nanoTime() - begin);
                }
            });
        }
    }

    private void measureGdbWithQemu() throws IOException, InterruptedException {
        for (Map.Entry<String, String> condition : CONDITIONS.entrySet()) {
            Process gdb = new ProcessBuilder(
                            "gdb",
                            "-nx",
                            "-batch",
                            image(32),
                            "-ex",
                            "target remote | exec qemu-system-i386 -accel tcg -kernel %s -S -gdb stdio -display none -serial null -monitor none"
                                    .formatted(image(32)),
                            "-ex",
                            "break counting.c:" + Examples.line(source, "done"),
                            "-ex",
                            "continue",
                            "-ex",
                            "break counting.c:%d if %s".formatted(Examples.line(source, "turn"), condition.getValue()),
                            "-ex",
                            "shell date +'at %s%N'",
                            "-ex",
                            "continue",
                            "-ex",
                            "shell date +'at %s%N'")
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(gdb.getInputStream().readAllBytes());
            Matcher times = NANOSECONDS.matcher(said);
            gdb.waitFor();
            List<Long> moments =
                    times.results().map(at -> Long.valueOf(at.group(1))).toList();
            if (moments.size() != 2) {
                throw new IOException("gdb and QEMU:\n" + said);
            }
            record("gdb + QEMU (TCG), 32-bit guest, " + condition.getKey(), moments.get(1) - moments.get(0));
        }
    }

    private void record(String what, long nanoseconds) {
        best.merge(what, HITS * 1e9 / nanoseconds, Math::max);
    }

    private static boolean isInstalled(String tool) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }

    private void print() {
        best.forEach(
                (what, rate) -> System.out.printf(Locale.ROOT, "%-50s %8.0f false conditions a second%n", what, rate));
    }

    /** Prints how many false conditions a second each one gets through. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("conditions");
        ConditionBenchmark benchmark = new ConditionBenchmark(folder);
        boolean peer = isInstalled("gdb") && isInstalled("qemu-system-i386");
        if (!peer) {
            System.out.println("gdb or qemu-system-i386 is not installed: no comparison with them");
        }
        for (int turn = 0; turn < TURNS; turn++) {
            benchmark.measureKvmdap(32);
            benchmark.measureKvmdap(64);
            if (peer) {
                benchmark.measureGdbWithQemu();
            }
        }
        benchmark.print();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
