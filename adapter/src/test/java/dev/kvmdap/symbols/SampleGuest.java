package dev.kvmdap.symbols;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.elf.Toolchain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The guest of {@code calls.c}, {@code inline.h} and {@code label.s}, built as a test wants it. */
public final class SampleGuest {

    private final Toolchain tools;
    private final Path folder;

    private SampleGuest(Path folder) {
        this.folder = folder;
        this.tools = new Toolchain(folder);
    }

    /**
     * Compiles and links the sources in a folder.
     *
     * @param bits 32 or 64
     * @param options for gcc
     */
    public static SampleGuest build(Path folder, int bits, String... options) {
        SampleGuest guest = new SampleGuest(folder);
        guest.copySources();
        List<String> command = new ArrayList<>(List.of(
                "gcc", "-m" + bits, "-ffreestanding", "-fno-pic", "-fno-stack-protector", "-mgeneral-regs-only", "-c"));
        command.addAll(List.of(options));
        command.addAll(List.of("calls.c", "-o", "calls.o"));
        guest.tools.run(command.toArray(String[]::new));
        guest.tools.run("as", "--" + bits, "-g", "label.s", "-o", "label.o");
        guest.link(bits, "calls.o", "label.o");
        return guest;
    }

    private void copySources() {
        for (String source : List.of("calls.c", "inline.h", "label.s")) {
            tools.source(SampleGuest.class, source);
        }
    }

    private void link(int bits, String... objects) {
        List<String> command = new ArrayList<>(List.of(
                "ld",
                "-m",
                bits == 32 ? "elf_i386" : "elf_x86_64",
                "-z",
                "noexecstack",
                "-Ttext=0x100000",
                "-o",
                "guest.elf"));
        command.addAll(List.of(objects));
        tools.run(command.toArray(String[]::new));
    }

    /** The tools, at work in the guest's folder. */
    public Toolchain tools() {
        return tools;
    }

    /** The linked image. */
    public Path image() {
        return folder.resolve("guest.elf");
    }

    /** A source file as the client names it. */
    public Path source(String name) {
        return folder.resolve(name);
    }

    /** The line of a source file that holds a marker. */
    public int line(String name, String marker) {
        try {
            List<String> lines = Files.readAllLines(source(name));
            List<Integer> found = new ArrayList<>();
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).contains(marker)) {
                    found.add(i + 1);
                }
            }
            assertThat(found).as("lines of %s with %s", name, marker).hasSize(1);
            return found.get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The symbols of the image, at no offset and without source map. */
    public Symbols symbols() {
        return Symbols.of(List.of(SymbolFile.open(image(), 0, SourceMap.none())));
    }
}
