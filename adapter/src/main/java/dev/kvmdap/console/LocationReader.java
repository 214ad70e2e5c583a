package dev.kvmdap.console;

import dev.kvmdap.console.CodeLocation.AtAddress;
import dev.kvmdap.console.CodeLocation.AtFunction;
import dev.kvmdap.console.CodeLocation.AtLine;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.symbols.SourceFile;
import dev.kvmdap.symbols.SourceLine;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads places in code as gdb writes them: {@code 42}, {@code main.c:42}, {@code +3}, {@code kernel_main},
 * {@code *0x100000}; and nothing for the place at which the chosen frame stands.
 */
final class LocationReader {

    static final String FORMS = "a LOCATION is LINE, FILE:LINE, +N, -N, FUNCTION or *ADDRESS";

    private static final Pattern LINE = Pattern.compile("(?:(.+):)?([0-9]{1,9})");
    private static final Pattern OFFSET = Pattern.compile("([+-])\\s*([0-9]{1,9})");
    private static final Pattern NUMBER = Pattern.compile("0[xX]([0-9a-fA-F]{1,16})");
    private static final Pattern FUNCTION = Pattern.compile("[A-Za-z_.$~][A-Za-z0-9_.$:~<>]*");

    private final Debuggee debuggee;

    LocationReader(Debuggee debuggee) {
        this.debuggee = debuggee;
    }

    /**
     * Reads a place.
     *
     * @throws ConsoleException where the text is none, or names a file that no symbols know
     */
    CodeLocation read(String text) {
        if (text.isEmpty()) {
            return new AtAddress(debuggee.frame().pc());
        }
        if (text.startsWith("*")) {
            return new AtAddress(address(text.substring(1).strip()));
        }
        Matcher line = LINE.matcher(text);
        if (line.matches()) {
            int number = Integer.parseInt(line.group(2));
            return new AtLine(line.group(1) == null ? here().file().path() : file(line.group(1)), number);
        }
        Matcher offset = OFFSET.matcher(text);
        if (offset.matches()) {
            int distance = Integer.parseInt(offset.group(2));
            SourceLine from = here();
            return new AtLine(
                    from.file().path(),
                    Math.max(1, offset.group(1).equals("+") ? from.line() + distance : from.line() - distance));
        }
        if (FUNCTION.matcher(text).matches()) {
            return new AtFunction(text);
        }
        throw new ConsoleException("'" + text + "' names no place in code: " + FORMS);
    }

    /**
     * Reads a place that must have exactly one address now.
     *
     * @throws ConsoleException where it has none or several
     */
    long readAddress(String text) {
        CodeLocation place = read(text);
        List<Long> addresses = place.addresses(debuggee.symbols());
        if (addresses.isEmpty()) {
            throw new ConsoleException("there is no code at " + place);
        }
        if (addresses.size() > 1) {
            throw new ConsoleException(place + " has several places; choose one: "
                    + addresses.stream()
                            .map(address -> "*0x" + Long.toHexString(address))
                            .collect(Collectors.joining(", ")));
        }
        return addresses.get(0);
    }

    /** A bare number needs no stopped guest. */
    private long address(String text) {
        Matcher number = NUMBER.matcher(text);
        return number.matches()
                ? Long.parseUnsignedLong(number.group(1), 16)
                : debuggee.frame().evaluate(Expression.parse(text)).bits();
    }

    private SourceLine here() {
        return debuggee.stacks()
                .chosen()
                .line()
                .filter(line -> line.line() > 0)
                .orElseThrow(() ->
                        new ConsoleException("the frame has no source line, so a line needs its file: main.c:42"));
    }

    /** The source file whose path ends like this. */
    private Path file(String name) {
        Path asked = Path.of(name);
        List<Path> found = debuggee.symbols().sources().stream()
                .map(SourceFile::path)
                .filter(path -> path.endsWith(asked))
                .distinct()
                .toList();
        if (found.isEmpty()) {
            throw new ConsoleException("no source file of the guest is called '" + name + "'");
        }
        if (found.size() > 1) {
            throw new ConsoleException("'" + name + "' may be "
                    + found.stream().map(Path::toString).collect(Collectors.joining(" or "))
                    + ": write more of its path");
        }
        return found.get(0);
    }
}
