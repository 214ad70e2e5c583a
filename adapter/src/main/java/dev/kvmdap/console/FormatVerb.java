package dev.kvmdap.console;

import dev.kvmdap.expression.NumberFormat;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Chooses how integers are written. */
final class FormatVerb {

    private FormatVerb() {}

    static Verb create() {
        return new PlainVerb(
                List.of("set format"),
                "set format [natural|decimal|hexadecimal|binary]",
                "choose how integers are written, here and in the views of variables",
                """
                set format hex       all in hexadecimal; words may be cut short
                set format natural   counters in decimal, registers in hexadecimal, as at the beginning
                set format           tell what is chosen
                A format behind a comma (counter,x) or in print/x goes before it. The launch key is 'numberFormat'.""",
                ArgumentKind.FREE,
                FormatVerb::choose);
    }

    private static String choose(String argument, Debuggee debuggee) {
        if (!argument.isEmpty()) {
            debuggee.setNumberFormat(NumberFormat.of(argument)
                    .orElseThrow(() -> new ConsoleException("'" + argument + "' is no format of integers: "
                            + Arrays.stream(NumberFormat.values())
                                    .map(NumberFormat::term)
                                    .collect(Collectors.joining(", ")))));
        }
        return "Integers are written in " + debuggee.numberFormat().term() + " format.";
    }
}
