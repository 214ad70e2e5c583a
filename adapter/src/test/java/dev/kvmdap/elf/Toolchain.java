package dev.kvmdap.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Builds images from the sources beside the tests with gcc and binutils, and asks those tools what is in them. */
public final class Toolchain {

    private final Path folder;

    /** A toolchain that works in a folder of its own. */
    public Toolchain(Path folder) {
        this.folder = folder;
    }

    /** Copies a source that lies beside a test class into the folder. */
    public Path source(Class<?> test, String name) {
        try (InputStream stream = test.getResourceAsStream(name)) {
            assertThat(stream).as("source %s", name).isNotNull();
            Path copy = folder.resolve(name);
            Files.write(copy, stream.readAllBytes());
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a tool in the folder and gives its standard output; skips the test where the tool is not installed. */
    public String run(String... command) {
        requireTool(command[0]);
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectError(folder.resolve("stderr.txt").toFile())
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor())
                    .as("%s: %s", String.join(" ", command), Files.readString(folder.resolve("stderr.txt")))
                    .isZero();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A file of the folder. */
    public Path file(String name) {
        return folder.resolve(name);
    }

    private static void requireTool(String name) {
        boolean found = List.of(System.getenv("PATH").split(File.pathSeparator)).stream()
                .anyMatch(part -> Files.isExecutable(Path.of(part, name)));
        assumeThat(found)
                .as("%s is not installed; on Debian: apt install gcc binutils gdb nasm", name)
                .isTrue();
    }
}
