package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code kvmdap serve} as clients start it: a process of its own, which can be looked at and ended from outside. */
final class ServerProcess implements AutoCloseable {

    private static final Pattern LISTENING = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");
    private static final int PATIENCE_SECONDS = 20;

    private static final Predicate<String> OF_A_GUEST =
            Pattern.compile("/dev/kvm|kvm-vm|kvm-vcpu|kvmdap-guest-ram").asPredicate();
    private static final Predicate<String> OF_A_CLIENT =
            Pattern.compile("socket:").asPredicate();
    private static final Predicate<String> OF_A_SESSION =
            Pattern.compile("^(vcpu-|halt-watch|session |reader |client )").asPredicate();

    private final Process process;
    private final Process writer;

    private ServerProcess(Process process, Process writer) {
        this.process = process;
        this.writer = writer;
    }

    /** A server with these arguments. */
    static ServerProcess serve(String... arguments) throws IOException {
        Process process = command(arguments).start();
        return new ServerProcess(process, process);
    }

    /** A server on standard streams whose requests come through another process. */
    static ServerProcess serveBehind(ProcessBuilder relay) throws IOException {
        List<Process> both = ProcessBuilder.startPipeline(List.of(relay, command()));
        return new ServerProcess(both.get(1), both.get(0));
    }

    private static ProcessBuilder command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-ea",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    /** The process. */
    Process process() {
        return process;
    }

    /** The client on the server's standard streams. When it goes, the process must end by itself, with exit code 0. */
    DapTestClient client() {
        return client(() -> writer.getOutputStream().close());
    }

    /** The client on the server's standard streams, which goes in a way of its own. */
    DapTestClient client(DapTestClient.Closing going) {
        return DapTestClient.over(process.getInputStream(), writer.getOutputStream(), () -> {
            going.close();
            assertThat(exitCode()).isZero();
        });
    }

    /** Kills the process that the requests come through. */
    void killRelay() {
        writer.destroyForcibly();
    }

    /** The port that a server which was told to choose one says it listens on. */
    int port() throws IOException {
        BufferedReader errors = process.errorReader(StandardCharsets.UTF_8);
        for (String line = errors.readLine(); line != null; line = errors.readLine()) {
            Matcher listening = LISTENING.matcher(line);
            if (listening.matches()) {
                return Integer.parseInt(listening.group(1));
            }
        }
        throw new AssertionError("the server did not say which port it listens on");
    }

    /** Waits until the process has ended: its exit code. */
    int exitCode() {
        try {
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(ended).as("the server process has ended").isTrue();
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What the process holds because of its sessions: descriptors and mappings of guests, and threads. */
    List<String> belongings() {
        Path proc = Path.of("/proc", String.valueOf(process.pid()));
        try (Stream<Path> descriptors = Files.list(proc.resolve("fd"));
                Stream<Path> threads = Files.list(proc.resolve("task"));
                Stream<String> mappings = Files.lines(proc.resolve("maps"))) {
            return Stream.of(
                            descriptors.map(ServerProcess::target).filter(OF_A_GUEST.or(OF_A_CLIENT)),
                            mappings.filter(OF_A_GUEST),
                            threads.map(ServerProcess::name).filter(OF_A_SESSION))
                    .flatMap(held -> held)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }

    private static String name(Path thread) {
        try {
            return Files.readString(thread.resolve("comm")).strip();
        } catch (IOException endedMeanwhile) {
            return "";
        }
    }

    /** Kills the process where a test has left it running. */
    @Override
    public void close() {
        process.destroyForcibly();
        writer.destroyForcibly();
    }
}
