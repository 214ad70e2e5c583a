package dev.kvmdap.console;

import dev.kvmdap.symbols.SourceLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Shows source text; asked again, it goes on where it has ended. */
final class ListVerb implements Verb {

    /** How many lines are shown at once, as gdb does. */
    private static final int LINES = 10;

    private @Nullable Path file;
    private int first;
    private int last;
    private long listedAt;

    @Override
    public List<String> names() {
        return List.of("l(ist)");
    }

    @Override
    public String usage() {
        return "list [LOCATION | FIRST,LAST | -]";
    }

    @Override
    public String summary() {
        return "show source text";
    }

    @Override
    public String help() {
        return """
                list              ten lines around the place at which the chosen frame stands; again: those below
                list -            the ten lines above those shown last
                list main.c:42    around a place
                list 10,20        from one line to another
                """ + LocationReader.FORMS + ".";
    }

    @Override
    public ArgumentKind argumentKind() {
        return ArgumentKind.LOCATION;
    }

    @Override
    public Answer run(String argument, Debuggee debuggee) {
        long pc = debuggee.stopped() ? debuggee.frame().pc() : 0;
        boolean goesOn = file != null && (!debuggee.stopped() || pc == listedAt);
        listedAt = pc;
        if (argument.equals("-")) {
            return file == null ? around(here(debuggee)) : show(file, Math.max(1, first - LINES), first - 1);
        }
        if (argument.isEmpty()) {
            return goesOn && file != null ? show(file, last + 1, last + LINES) : around(here(debuggee));
        }
        LocationReader reader = new LocationReader(debuggee);
        int comma = argument.indexOf(',');
        if (comma < 0) {
            return around(position(reader.read(argument), debuggee));
        }
        Position from = position(reader.read(argument.substring(0, comma).strip()), debuggee);
        String end = argument.substring(comma + 1).strip();
        int to = end.isEmpty() ? from.line + LINES - 1 : position(reader.read(end), debuggee).line;
        return show(from.file, from.line, to);
    }

    private record Position(Path file, int line) {}

    private static Position here(Debuggee debuggee) {
        return position(debuggee.stacks().chosen().line())
                .orElseThrow(
                        () -> new ConsoleException("the frame has no source line: 'x/10i' shows its instructions"));
    }

    private static Position position(CodeLocation place, Debuggee debuggee) {
        if (place instanceof CodeLocation.AtLine line) {
            return new Position(line.file(), line.line());
        }
        List<Long> addresses = place.addresses(debuggee.symbols());
        return addresses.stream()
                .findFirst()
                .flatMap(address -> position(debuggee.symbols().lineAt(address)))
                .orElseThrow(() -> new ConsoleException("no source line is known for " + place));
    }

    private static Optional<Position> position(Optional<SourceLine> line) {
        return line.filter(found -> found.line() > 0)
                .map(found -> new Position(found.file().path(), found.line()));
    }

    private Answer around(Position position) {
        int from = Math.max(1, position.line - LINES / 2);
        return show(position.file, from, from + LINES - 1);
    }

    private Answer show(Path source, int from, int to) {
        List<String> text = read(source);
        if (from > text.size() || to < from) {
            throw new ConsoleException(
                    source.getFileName() + " has " + text.size() + " lines: there are none from " + from + " to " + to);
        }
        file = source;
        first = from;
        last = Math.min(to, text.size());
        List<String> lines = new ArrayList<>();
        for (int line = first; line <= last; line++) {
            lines.add((line + "\t" + text.get(line - 1)).stripTrailing());
        }
        return Answer.of(String.join("\n", lines));
    }

    private static List<String> read(Path source) {
        try {
            return new String(Files.readAllBytes(source), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException unreadable) {
            throw new ConsoleException(source + " cannot be read here; map its folder in 'sourceMap'");
        }
    }
}
