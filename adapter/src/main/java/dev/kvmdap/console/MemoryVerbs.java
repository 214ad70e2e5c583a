package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Value;
import dev.kvmdap.types.AddressSpace;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Look for bytes in memory, write memory to files and files to memory. Files are those of the machine that the adapter runs on. */
final class MemoryVerbs {

    private static final long LARGEST_FILE = 1L << 30;

    private MemoryVerbs() {}

    static List<Verb> all() {
        return List.of(
                new FindVerb(),
                new PlainVerb(
                        List.of("dump"),
                        "dump [binary] memory FILE START END",
                        "write memory to a file",
                        """
                        dump binary memory page.bin 0x1000 0x2000   from the first address to before the second one
                        dump binary memory ram.bin phys(0) +0x1000  physical memory, by its length
                        dump binary value task.bin scheduler.ready[0]  the bytes of a variable or expression
                        The file is on the machine that the adapter runs on; one that exists is replaced.""",
                        ArgumentKind.EXPRESSION,
                        (argument, debuggee) -> dump(argument, debuggee.frame())),
                new PlainVerb(
                        List.of("restore"),
                        "restore FILE binary ADDRESS [START [END]]",
                        "write a file to memory",
                        """
                        restore page.bin binary 0x1000          the whole file
                        restore page.bin binary 0x1000 0 16     its bytes from one offset to before another, at ADDRESS + START
                        restore ram.bin binary phys(0x100000)   physical memory
                        What does not fit into memory as a whole is not written at all.""",
                        ArgumentKind.EXPRESSION,
                        (argument, debuggee) -> restore(argument, debuggee.frame())));
    }

    private static String dump(String argument, ConsoleTarget target) {
        List<String> words = ArgumentWords.atSpaces(argument);
        List<String> told = words.isEmpty() || !words.get(0).equals("binary") ? words : words.subList(1, words.size());
        if (!told.isEmpty() && told.get(0).equals("value") && told.size() >= 3) {
            return dumpValue(file(told.get(1)), String.join(" ", told.subList(2, told.size())), target);
        }
        if (told.size() != 4 || !told.get(0).equals("memory")) {
            throw new ConsoleException(
                    "dump takes a file and two addresses: dump binary memory FILE START END, with brackets around expressions"
                            + " that hold spaces; or dump binary value FILE EXPRESSION");
        }
        MemoryRange range = MemoryRange.of(told.get(2), told.get(3), false, target);
        requireAll(range, range.read(target, (bytes, length) -> {}));
        Path file = file(told.get(1));
        try (OutputStream out = Files.newOutputStream(file)) {
            range.read(target, (bytes, length) -> write(out, bytes, length));
        } catch (IOException | UncheckedIOException e) {
            throw unusable(file, e);
        }
        return "%d bytes from %s on are in %s".formatted(range.bytes(), range.start(), file);
    }

    private static void requireAll(MemoryRange range, long readable) {
        if (readable < range.bytes()) {
            throw new ConsoleException(
                    "memory at %s is not mapped: of %d bytes from %s on, %d can be used; nothing was written"
                            .formatted(range.start().plus(readable), range.bytes(), range.start(), readable));
        }
    }

    private static String dumpValue(Path file, String expression, ConsoleTarget target) {
        Value value = target.evaluate(Expression.parse(expression));
        long size = value.type().bytes();
        byte[] bytes = new byte[(int) Math.min(size, LARGEST_FILE)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = value.storage() == null
                    ? (byte) (value.bits() >>> (Byte.SIZE * i))
                    : (byte) value.storage().read(i, 1);
        }
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw unusable(file, e);
        }
        return "%d bytes of %s are in %s".formatted(bytes.length, expression, file);
    }

    private static String restore(String argument, ConsoleTarget target) {
        List<String> words = ArgumentWords.atSpaces(argument);
        if (words.size() < 3 || words.size() > 5 || !words.get(1).equals("binary")) {
            throw new ConsoleException(
                    "restore takes a file and an address: restore FILE binary ADDRESS [START [END]]; files"
                            + " in other formats than 'binary' are not read");
        }
        Path file = file(words.get(0));
        byte[] content = content(file);
        MemoryPlace base = MemoryPlace.of(words.get(2), AddressSpace.LINEAR, target);
        int from = words.size() > 3 ? offset(words.get(3), content.length, target) : 0;
        int to = words.size() > 4 ? offset(words.get(4), content.length, target) : content.length;
        if (from >= to) {
            throw new ConsoleException("%s has %d bytes: from offset %d to %d there is nothing to write"
                    .formatted(file, content.length, from, to));
        }
        MemoryRange range = new MemoryRange(base.plus(from), to - from);
        requireAll(range, range.read(target, (bytes, length) -> {}));
        target.write(base.space(), range.start().address(), Arrays.copyOfRange(content, from, to));
        return "%d bytes of %s are in memory from %s on".formatted(to - from, file, range.start());
    }

    private static int offset(String expression, int size, ConsoleTarget target) {
        long offset = target.evaluate(Expression.parse(expression)).bits();
        if (offset < 0 || offset > size) {
            throw new ConsoleException("offset %d is outside of the file, which has %d bytes".formatted(offset, size));
        }
        return (int) offset;
    }

    private static byte[] content(Path file) {
        try {
            if (Files.size(file) > LARGEST_FILE) {
                throw new ConsoleException(file + " is larger than 1 GiB: restore takes less at once");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    private static Path file(String word) {
        boolean quoted = word.length() > 1 && word.startsWith("\"") && word.endsWith("\"");
        try {
            return Path.of(quoted ? word.substring(1, word.length() - 1) : word).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw new ConsoleException("'" + word + "' is no name of a file: " + e.getReason());
        }
    }

    private static void write(OutputStream out, byte[] bytes, int length) {
        try {
            out.write(bytes, 0, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ConsoleException unusable(Path file, Exception reason) {
        return new ConsoleException(
                "%s cannot be used on the machine that the adapter runs on: %s".formatted(file, reason.getMessage()));
    }
}
