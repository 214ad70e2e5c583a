package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.symbols.Function;
import dev.kvmdap.symbols.SourceLine;
import dev.kvmdap.symbols.Symbols;
import java.util.List;
import java.util.stream.Collectors;

/** Ask what is known of code: its source text, lines and symbols. */
final class SourceVerbs {

    private SourceVerbs() {}

    static List<Verb> all() {
        return List.of(
                new ListVerb(),
                new PlainVerb(
                        List.of("i(nfo) li(ne)"),
                        "info line [LOCATION]",
                        "tell the addresses of a source line",
                        "info line 42    its code; without a LOCATION that of the line at which the chosen frame stands\n"
                                + LocationReader.FORMS + ".",
                        ArgumentKind.LOCATION,
                        SourceVerbs::line),
                new PlainVerb(
                        List.of("i(nfo) sym(bol)"),
                        "info symbol ADDRESS",
                        "tell what lies at an address",
                        "info symbol $rip     the function, with the distance from its beginning",
                        ArgumentKind.EXPRESSION,
                        SourceVerbs::symbol));
    }

    private static String line(String argument, Debuggee debuggee) {
        Symbols symbols = debuggee.symbols();
        CodeLocation place = new LocationReader(debuggee).read(argument);
        List<Long> addresses = place.addresses(symbols);
        if (addresses.isEmpty()) {
            throw new ConsoleException("there is no code at " + place);
        }
        return addresses.stream().map(address -> tell(address, symbols)).collect(Collectors.joining("\n"));
    }

    private static String tell(long address, Symbols symbols) {
        return symbols.lineAt(address)
                .filter(line -> line.line() > 0)
                .map(line -> tell(line, symbols))
                .orElseGet(() -> "No line is known for " + named(address, symbols) + ".");
    }

    private static String tell(SourceLine line, Symbols symbols) {
        return "Line %d of \"%s\" starts at %s and ends before %s."
                .formatted(line.line(), line.file().name(), named(line.low(), symbols), named(line.high(), symbols));
    }

    private static String named(long address, Symbols symbols) {
        String hex = "0x" + Long.toHexString(address);
        return symbols.functionAt(address).isPresent() ? hex + " <" + symbols.describe(address) + ">" : hex;
    }

    private static String symbol(String argument, Debuggee debuggee) {
        if (argument.isEmpty()) {
            throw new ConsoleException("info symbol needs an address: info symbol $rip");
        }
        long address = debuggee.frame().evaluate(Expression.parse(argument)).bits();
        Function function = debuggee.symbols()
                .functionAt(address)
                .orElseThrow(() -> new ConsoleException("no symbol is known for 0x" + Long.toHexString(address)));
        String size =
                function.high() == function.low() ? "" : ", " + (function.high() - function.low()) + " bytes long";
        return "%s: code of %s, which begins at 0x%x%s"
                .formatted(debuggee.symbols().describe(address), function.name(), function.low(), size);
    }
}
