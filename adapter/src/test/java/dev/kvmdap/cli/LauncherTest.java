package dev.kvmdap.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code kvmdap}, with a Java and a Maven that only take notes. */
class LauncherTest {

    private static final List<String> TOOLS = List.of(
            "bash",
            "cat",
            "cp",
            "env",
            "find",
            "flock",
            "grep",
            "head",
            "mkdir",
            "mv",
            "readlink",
            "rm",
            "sleep",
            "timeout",
            "touch");

    private static final String JAVA = """
            #!/usr/bin/env bash
            for argument; do
                if [[ $argument == -XX:ArchiveClassesAtExit=* ]]; then
                    cat >/dev/null
                    echo trained >>"$NOTES/trainings"
                    [[ -e $NOTES/archive-fails ]] || echo archive >"${argument#*=}"
                    exit
                fi
            done
            printf '<%s>' "$@"
            exit 42
            """;

    private static final String MAVEN = """
            #!/usr/bin/env bash
            while [[ $1 != -f ]]; do shift; done
            echo built >>"$NOTES/builds"
            sleep 0.3
            if [[ -e $NOTES/build-fails ]]; then
                echo '[ERROR] Could not resolve dependencies'
                exit 1
            fi
            echo jar >"${2%/*}/adapter/target/kvmdap.jar"
            """;

    @TempDir
    private Path folder;

    private Path home;
    private Path bin;
    private Path source;

    @BeforeEach
    void layOutAHouse() throws IOException {
        home = Files.createDirectories(folder.resolve("a house"));
        bin = Files.createDirectories(folder.resolve("bin"));
        Files.copy(Path.of("..", "kvmdap"), home.resolve("kvmdap"));
        source = home.resolve("adapter/src/main/Main.java");
        Files.createDirectories(source.getParent());
        for (Path file : List.of(source, home.resolve("pom.xml"), home.resolve("adapter/pom.xml"))) {
            Files.setLastModifiedTime(
                    Files.writeString(file, ""), FileTime.from(Instant.now().minusSeconds(60)));
        }
        for (String tool : TOOLS) {
            program(bin.resolve(tool), "#!%s%nexec %s \"$@\"%n".formatted(tool("bash"), tool(tool)));
        }
        java("17.0.15");
        program(bin.resolve("mvn"), MAVEN);
    }

    @Test
    void argumentsAndTheExitStatusPassThrough() throws Exception {
        Run run = run(home.resolve("kvmdap"), "run", "a guest.elf", "");

        assertThat(run.stdout).endsWith("<run><a guest.elf><>");
        assertThat(run.status).isEqualTo(42);
    }

    @Test
    void startsThroughASymbolicLink() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), home.resolve("kvmdap"));

        assertThat(run(link, "doctor").stdout)
                .contains("<-jar><" + home.toRealPath().resolve("adapter/target/launcher/kvmdap.jar") + ">")
                .endsWith("<doctor>");
    }

    @Test
    void whatTheLauncherSaysGoesToStandardError() throws Exception {
        Run run = run(home.resolve("kvmdap"), "serve");

        assertThat(run.stdout).startsWith("<-XX:").endsWith("<serve>");
        assertThat(run.stderr)
                .contains("kvmdap: building the adapter (first use, about a minute) …")
                .contains("kvmdap: preparing a faster start (once) …");
    }

    @Test
    void theSecondStartBuildsNothingAndSaysNothing() throws Exception {
        run(home.resolve("kvmdap"));

        Run second = run(home.resolve("kvmdap"));

        assertThat(second.stderr).isEmpty();
        assertThat(second.stdout).contains("<-XX:SharedArchiveFile=");
        assertThat(notes("builds")).hasSize(1);
        assertThat(notes("trainings")).hasSize(1);
    }

    @Test
    void aNewerSourceIsBuiltAgain() throws Exception {
        run(home.resolve("kvmdap"));
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));

        assertThat(run(home.resolve("kvmdap")).stderr).contains("its sources have changed");
        assertThat(notes("builds")).hasSize(2);
    }

    @Test
    void aJarThatSomebodyElseBuiltIsUsed() throws Exception {
        Path target = Files.createDirectories(home.resolve("adapter/target"));
        Files.writeString(target.resolve("kvmdap.jar"), "jar");

        assertThat(run(home.resolve("kvmdap")).status).isEqualTo(42);
        assertThat(home.resolve("adapter/target/launcher/kvmdap.jar")).hasContent("jar");
        assertThat(notes("builds")).isEmpty();
    }

    @Test
    void firstStartsAtTheSameTimeBuildOnce() throws Exception {
        List<Process> starts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            starts.add(start(home.resolve("kvmdap"), Map.of()));
        }
        for (Process start : starts) {
            assertThat(finish(start).status).isEqualTo(42);
        }
        assertThat(notes("builds")).hasSize(1);
        assertThat(home.resolve("adapter/target/launcher/kvmdap.jar")).hasContent("jar");
    }

    @Test
    void anArchiveThatCannotBeMadeIsNotTriedAgain() throws Exception {
        Files.writeString(folder.resolve("archive-fails"), "");
        run(home.resolve("kvmdap"));

        Run second = run(home.resolve("kvmdap"), "serve");

        assertThat(second.stdout).endsWith("<serve>").doesNotContain("SharedArchiveFile");
        assertThat(notes("trainings")).hasSize(1);
    }

    @Test
    void aFailedBuildShowsItsErrorsItsLogAndTheWayOut() throws Exception {
        Files.writeString(folder.resolve("build-fails"), "");

        Run run = run(home.resolve("kvmdap"));

        assertThat(run.status).isEqualTo(126);
        assertThat(run.stdout).isEmpty();
        assertThat(run.stderr)
                .contains("[ERROR] Could not resolve dependencies")
                .contains("adapter/target/build.log")
                .contains("Maven Central");
    }

    @Test
    void aJavaThatIsTooOldIsNamedAndItsSuccessorToo() throws Exception {
        java("11.0.2");

        Run run = run(home.resolve("kvmdap"));

        assertThat(run.status).isEqualTo(126);
        assertThat(run.stderr)
                .contains("Java 17 or newer is needed to run")
                .contains("is Java 11.0.2")
                .contains("openjdk-17-jre-headless");
    }

    @Test
    void theOldNumberingOfJavaIsUnderstood() throws Exception {
        java("1.8.0_392");

        assertThat(run(home.resolve("kvmdap")).stderr).contains("is Java 1.8.0_392");
    }

    @Test
    void aMissingJavaIsSaidWithWhatToInstall() throws Exception {
        Files.delete(bin.resolve("java"));
        program(bin.resolve("apt-get"), "");

        Run run = run(home.resolve("kvmdap"));

        assertThat(run.status).isEqualTo(126);
        assertThat(run.stderr)
                .contains("there is no java on the PATH")
                .contains("sudo apt install openjdk-17-jre-headless");
    }

    @Test
    void javaHomeComesBeforeThePath() throws Exception {
        java("11.0.2");
        Path other = jdk("21.0.1");

        Run run = finish(start(home.resolve("kvmdap"), Map.of("JAVA_HOME", other.toString())));

        assertThat(run.status).isEqualTo(42);
        assertThat(home.resolve("adapter/target/launcher/kvmdap-21.0.1.jsa")).exists();
    }

    @Test
    void aJavaHomeWithoutJavaIsNamed() throws Exception {
        Files.delete(bin.resolve("java"));

        Run run = finish(start(home.resolve("kvmdap"), Map.of("JAVA_HOME", "/nowhere")));

        assertThat(run.stderr).contains("JAVA_HOME is '/nowhere', and has no bin/java");
    }

    @Test
    void aMissingMavenIsSaidWhenThereIsSomethingToBuild() throws Exception {
        Files.delete(bin.resolve("mvn"));

        Run run = run(home.resolve("kvmdap"));

        assertThat(run.status).isEqualTo(126);
        assertThat(run.stderr).contains("Maven is needed to build the adapter");
    }

    private record Run(int status, String stdout, String stderr) {}

    private Run run(Path script, String... arguments) throws IOException, InterruptedException {
        return finish(start(script, Map.of(), arguments));
    }

    private Process start(Path script, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(new File("/"));
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", bin.toString(), "NOTES", folder.toString()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    private static Run finish(Process process) throws IOException, InterruptedException {
        String stdout = new String(process.getInputStream().readAllBytes(), UTF_8);
        String stderr = new String(process.getErrorStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), stdout, stderr);
    }

    /** What the made-up Maven or Java noted down, a line a run. */
    private List<String> notes(String name) throws IOException {
        Path notes = folder.resolve(name);
        return Files.exists(notes) ? Files.readAllLines(notes) : List.of();
    }

    /** Puts a made-up JDK of a version on the PATH. */
    private void java(String version) throws IOException {
        Path jdk = jdk(version);
        for (String tool : List.of("java", "javac")) {
            Files.deleteIfExists(bin.resolve(tool));
            Files.createSymbolicLink(bin.resolve(tool), jdk.resolve("bin").resolve(tool));
        }
    }

    private Path jdk(String version) throws IOException {
        Path jdk = Files.createDirectories(folder.resolve("jdk-" + version));
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "OS_NAME=\"Linux\"\nJAVA_VERSION=\"" + version + "\"\n");
        program(jdk.resolve("bin/java"), JAVA);
        program(jdk.resolve("bin/javac"), "");
        return jdk;
    }

    private static void program(Path file, String script) throws IOException {
        Files.writeString(file, script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Path tool(String name) {
        return Stream.of(String.valueOf(System.getenv("PATH")).split(File.pathSeparator))
                .map(path -> Path.of(path, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not on the PATH"));
    }
}
