package dev.kvmdap.console;

import dev.kvmdap.console.ConsoleTarget.Extent;
import dev.kvmdap.console.StopPoints.NewWatchpoint;
import dev.kvmdap.engine.WatchAccess;
import dev.kvmdap.expression.Expression;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Watch memory. */
final class WatchpointVerbs {

    /** What an address without a length is taken for: one word of 64-bit code. */
    private static final int WORD = 8;
    /** What {@code *ADDRESS} is in C: an int. */
    private static final int INT = 4;

    private static final Pattern LOCATION = Pattern.compile("-l(?:ocation)?\\s+(.*)", Pattern.DOTALL);
    private static final Pattern LENGTH = Pattern.compile("(.*?)\\s*,\\s*([0-9]{1,9})", Pattern.DOTALL);

    private static final String FORMS = """
            %1$s counter               a variable; one of a function's until the function returns
            %1$s counter if counter > 9
            %1$s *0x1000               the four bytes at an address
            %1$s -l $rsp + 8           what an expression names: a variable, or eight bytes at an address; the long
                                       form of -l is -location
            %1$s -l 0x1000, 16         as many bytes as are said behind the comma
            The watchpoint takes the cheapest means that this host has; its answer says which.""";

    private WatchpointVerbs() {}

    static List<Verb> all() {
        return List.of(
                verb(List.of("wa(tch)"), "stop where memory is written", WatchAccess.WRITE),
                verb(List.of("aw(atch)"), "stop where memory is read or written", WatchAccess.READ_WRITE),
                new PlainVerb(
                        List.of("rw(atch)"),
                        "rwatch",
                        "not possible on x86: use awatch",
                        "x86 cannot watch reads alone (SDM vol. 3, 18.2.4: R/W of DR7). 'awatch' stops at reads and writes.",
                        ArgumentKind.EXPRESSION,
                        (argument, debuggee) -> {
                            throw new ConsoleException("x86 cannot watch reads alone: 'awatch " + argument
                                    + "' stops at reads and writes");
                        }));
    }

    private static Verb verb(List<String> names, String summary, WatchAccess access) {
        String name = VerbName.of(names.get(0)).full();
        return new PlainVerb(
                names,
                name + " [-l] EXPRESSION[, BYTES] [if CONDITION]",
                summary,
                FORMS.formatted(name),
                ArgumentKind.EXPRESSION,
                (argument, debuggee) -> watch(name, argument, access, debuggee));
    }

    private static String watch(String verb, String argument, WatchAccess access, Debuggee debuggee) {
        Arguments.Conditional asked = Arguments.conditional(argument);
        Matcher location = LOCATION.matcher(asked.rest());
        String rest = location.matches() ? location.group(1).strip() : asked.rest();
        if (rest.isEmpty()) {
            throw new ConsoleException("what to watch? " + verb + " counter, or " + verb + " -l ADDRESS, BYTES");
        }
        Matcher length = LENGTH.matcher(rest);
        String what = length.matches() ? length.group(1) : rest;
        boolean isLocation = location.matches() || length.matches();
        Extent extent = extent(verb, what, isLocation, debuggee.frame());
        long bytes = length.matches() ? Integer.parseInt(length.group(2)) : extent.bytes();
        if (bytes < 1 || bytes > Integer.MAX_VALUE) {
            throw new ConsoleException(bytes + " bytes cannot be watched: " + verb + " -l ADDRESS, BYTES");
        }
        StopPoint set = debuggee.stopPoints()
                .set(new NewWatchpoint(
                        rest,
                        extent.address(),
                        (int) bytes,
                        access,
                        asked.condition(),
                        !isLocation && debuggee.frame().extent(what).isPresent()));
        return "%s %d: %s (%d bytes at 0x%x, %s)"
                .formatted(
                        StopPointListing.title(set.type()),
                        set.number(),
                        set.what(),
                        bytes,
                        extent.address(),
                        set.mechanism());
    }

    private static Extent extent(String verb, String what, boolean isAddress, ConsoleTarget frame) {
        Optional<Extent> named = frame.extent(what);
        if (named.isPresent()) {
            Extent found = named.get();
            return found.bytes() == 0 ? new Extent(found.address(), WORD) : found;
        }
        if (what.startsWith("*")) {
            return new Extent(value(what.substring(1).strip(), frame), INT);
        }
        if (isAddress) {
            return new Extent(value(what, frame), WORD);
        }
        throw new ConsoleException(
                "'" + what + "' is not in memory: " + verb + " a variable, or " + verb + " -l ADDRESS, BYTES");
    }

    private static long value(String expression, ConsoleTarget frame) {
        return frame.evaluate(Expression.parse(expression)).bits();
    }
}
