package dev.kvmdap.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The guest of the demo, with its sources. */
final class ExampleGuest {

    private static final String NAME = "long-mode";
    private static final long BUILD_SECONDS = 60;

    private final Path folder;
    private final Map<String, SourceFile> sources = new HashMap<>();

    private ExampleGuest(Path folder) {
        this.folder = folder;
    }

    /** Builds the guest where its sources are newer than it. */
    static ExampleGuest build(Path examples) {
        Process make;
        try {
            make = new ProcessBuilder(List.of("make", "--silent", "-C", examples.toString(), NAME))
                    .redirectErrorStream(true)
                    .start();
            String output = new String(make.getInputStream().readAllBytes(), UTF_8);
            if (!make.waitFor(BUILD_SECONDS, TimeUnit.SECONDS) || make.exitValue() != 0) {
                throw new DemoFailure("'make -C " + examples + " " + NAME + "' failed:\n" + output);
            }
        } catch (IOException e) {
            throw new DemoFailure("make is needed to build the example guest: sudo apt install make gcc", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoFailure("interrupted", e);
        }
        return new ExampleGuest(examples.resolve(NAME));
    }

    /** The image to launch. */
    Path program() {
        return folder.resolve("build").resolve(NAME + ".elf");
    }

    /** A source file by its name. */
    SourceFile source(String name) {
        return sources.computeIfAbsent(name, n -> SourceFile.read(folder.resolve(n)));
    }
}
