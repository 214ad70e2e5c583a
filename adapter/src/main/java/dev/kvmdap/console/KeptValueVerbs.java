package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Show the values that were kept for later. */
final class KeptValueVerbs {

    private static final int SHOWN = 10;

    private KeptValueVerbs() {}

    static List<Verb> all() {
        return List.of(
                new PlainVerb(
                        List.of("show val(ues)"),
                        "show values",
                        "show the last ten values that were printed",
                        "They are called $1, $2 and so on; $ is the last one, $$ the one before it, $$2 the one before that.",
                        ArgumentKind.FREE,
                        KeptValueVerbs::printed),
                new PlainVerb(
                        List.of("show conv(enience)"),
                        "show convenience",
                        "show the values that have names of your own",
                        "set $base = 0x1000     gives one a name",
                        ArgumentKind.FREE,
                        KeptValueVerbs::named));
    }

    private static String printed(String argument, Debuggee debuggee) {
        Arguments.none("show values", argument);
        List<Integer> numbers = debuggee.frame().keptNumbers();
        List<Integer> last = numbers.subList(Math.max(0, numbers.size() - SHOWN), numbers.size());
        return last.isEmpty() ? "Nothing was printed yet." : lines(last, number -> "$" + number, debuggee.frame());
    }

    private static String named(String argument, Debuggee debuggee) {
        Arguments.none("show convenience", argument);
        List<String> names = debuggee.frame().keptNames();
        return names.isEmpty()
                ? "No value has a name yet: set $base = 0x1000"
                : lines(names, name -> "$" + name, debuggee.frame());
    }

    private static <T> String lines(List<T> kept, Function<T, String> name, ConsoleTarget frame) {
        return kept.stream()
                .map(name)
                .map(text -> text + " = " + frame.text(frame.evaluate(Expression.parse(text))))
                .collect(Collectors.joining("\n"));
    }
}
