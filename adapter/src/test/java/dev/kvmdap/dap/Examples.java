package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kvmdap.elf.Toolchain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The guests in {@code examples/}, built once for all tests, and places in their sources by marker comments. */
final class Examples {

    private static final Path FOLDER = Path.of("../examples").toAbsolutePath().normalize();
    private static final String BUILD = "build/test-O0";
    private static final Map<String, Path> BUILT = new ConcurrentHashMap<>();

    /** EXIT_SUCCESS of lib/debug-exit.h, as the exit port counts. */
    static final int SUCCESS = 33;

    private Examples() {}

    /** The launch configuration of an example that is a Multiboot image. */
    static Map<String, Object> multiboot(String guest) {
        return launch(guest, "elf", Map.of("memory", "16M"));
    }

    /** The launch configuration of an example that is a boot sector with its symbols in an ELF file beside it. */
    static Map<String, Object> bootSector(String guest) {
        return launch(
                guest,
                "bin",
                Map.of(
                        "memory",
                        "2M",
                        "symbolFiles",
                        List.of(built(guest, "elf").toString())));
    }

    /** The launch configuration of an example that is a disk image with its symbols in ELF files beside it. */
    static Map<String, Object> disk(String guest, String... symbolFiles) {
        Path image = built(guest, "img");
        List<String> files = Stream.of(symbolFiles)
                .map(name -> image.resolveSibling(name + ".elf").toString())
                .toList();
        return Map.of("program", image.toString(), "memory", "16M", "symbolFiles", files);
    }

    /** The launch configuration of a guest that runs in a circle of a few instructions for ever; it has no symbols. */
    static Map<String, Object> spinning() {
        return raw("spinning", 0x90, 0x90, 0xeb, 0xfc);
    }

    /** The launch configuration of a guest that prints lines for ever, as fast as it can. */
    static Map<String, Object> flooding() {
        // mov dx, 0x3f8; again: mov al, 'x'; out dx, al; mov al, '\n'; out dx, al; jmp again
        return raw("flooding", 0xba, 0xf8, 0x03, 0xb0, 0x78, 0xee, 0xb0, 0x0a, 0xee, 0xeb, 0xf8);
    }

    /** The launch configuration of a boot sector that begins with these bytes. */
    static Map<String, Object> raw(String name, int... code) {
        try {
            byte[] sector = new byte[512];
            for (int i = 0; i < code.length; i++) {
                sector[i] = (byte) code[i];
            }
            sector[510] = 0x55;
            sector[511] = (byte) 0xaa;
            Path image = Files.createTempFile(name, ".bin");
            image.toFile().deleteOnExit();
            Files.write(image, sector);
            return Map.of("program", image.toString(), "boot", "boot-sector", "memory", "2M");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> launch(String guest, String kind, Map<String, Object> more) {
        Map<String, Object> configuration = new HashMap<>(more);
        configuration.put("program", built(guest, kind).toString());
        return configuration;
    }

    private static Path built(String guest, String kind) {
        assumeThat(FOLDER).isDirectory();
        return BUILT.computeIfAbsent(guest, Examples::build).resolve(guest + "." + kind);
    }

    private static Path build(String guest) {
        try {
            Path folder = Files.createTempDirectory("examples");
            new Toolchain(folder).run("make", "-s", "-C", FOLDER.toString(), guest, "OPT=-O0", "BUILD=" + BUILD);
            Files.deleteIfExists(folder.resolve("stderr.txt"));
            Files.delete(folder);
            return FOLDER.resolve(guest).resolve(BUILD);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A source file of an example. */
    static Path source(String guest, String file) {
        return FOLDER.resolve(guest).resolve(file);
    }

    /** The line, from 1, that a marker comment stands on. */
    static int line(Path source, String marker) {
        try {
            List<String> lines = Files.readAllLines(source);
            List<Integer> found = IntStream.range(0, lines.size())
                    .filter(i -> lines.get(i).contains("/* BREAK: " + marker + " */"))
                    .mapToObj(i -> i + 1)
                    .toList();
            assertThat(found).as("marker %s in %s", marker, source).hasSize(1);
            return found.get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
