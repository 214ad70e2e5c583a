package dev.kvmdap.x86;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** GNU as and objcopy, for tests that want the bytes of an instruction from somebody else than us. */
final class Assembler {

    private static final int RECORD = 32;

    private Assembler() {}

    /**
     * Each instruction's bytes, assembled on its own at an address of its own; the test is skipped where binutils is
     * missing.
     */
    static List<byte[]> assemble(int codeWidth, List<String> instructions) {
        StringBuilder source = new StringBuilder(".code" + codeWidth + "\n");
        for (String instruction : instructions) {
            source.append(".balign %d, 0\n.byte 1f - 0f\n0: %s\n1:\n".formatted(RECORD, instruction));
        }
        byte[] image = assemble(source.toString());
        List<byte[]> bytes = new ArrayList<>();
        for (int i = 0; i < instructions.size(); i++) {
            int start = i * RECORD + 1;
            bytes.add(Arrays.copyOfRange(image, start, start + image[start - 1]));
        }
        return bytes;
    }

    private static byte[] assemble(String source) {
        try {
            Path folder = Files.createTempDirectory("assembler");
            Path text = Files.writeString(folder.resolve("source.s"), source);
            Path object = folder.resolve("source.o");
            Path image = folder.resolve("source.bin");
            try {
                run("as", "--64", "-o", object.toString(), text.toString());
                run("objcopy", "-O", "binary", "-j", ".text", object.toString(), image.toString());
                return Files.readAllBytes(image);
            } finally {
                for (Path file : List.of(text, object, image, folder)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(String... command) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, command[0] + " is not installed (Debian: apt install binutils): " + e.getMessage());
            throw e;
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", command) + " failed:\n" + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } finally {
            process.destroyForcibly();
        }
    }
}
