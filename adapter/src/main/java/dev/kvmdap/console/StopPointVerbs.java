package dev.kvmdap.console;

import dev.kvmdap.console.CodeLocation.AtFunction;
import java.util.List;
import java.util.stream.Collectors;

/** List breakpoints and watchpoints, change them, and take them away. */
final class StopPointVerbs {

    private static final String NUMBERS = " 2 5-7   these; numbers are those of 'info breakpoints'";

    private StopPointVerbs() {}

    static List<Verb> all() {
        return List.of(
                new PlainVerb(
                        List.of("i(nfo) b(reakpoints)"),
                        "info breakpoints [N...]",
                        "list breakpoints and watchpoints, those of the client too",
                        """
                        info breakpoints     number, type, whether it stays (keep) or goes with its first stop (del),
                                             whether it is enabled, address, place; conditions, hits, and by what means
                                             the guest stops there
                        i b 2                one of them""",
                        ArgumentKind.STOP_POINT,
                        (argument, debuggee) -> {
                            List<StopPoint> chosen = Arguments.stopPoints(argument, debuggee.stopPoints());
                            return chosen.isEmpty() ? "No breakpoints or watchpoints." : StopPointListing.list(chosen);
                        }),
                new PlainVerb(
                        List.of("i(nfo) wat(chpoints)"),
                        "info watchpoints [N...]",
                        "list watchpoints",
                        "info watchpoints     as 'info breakpoints', watched memory only",
                        ArgumentKind.STOP_POINT,
                        (argument, debuggee) -> {
                            List<StopPoint> chosen = Arguments.stopPoints(argument, debuggee.stopPoints()).stream()
                                    .filter(StopPoint::watches)
                                    .toList();
                            return chosen.isEmpty() ? "No watchpoints." : StopPointListing.list(chosen);
                        }),
                new PlainVerb(
                        List.of("d(elete)", "d(elete) br(eakpoints)"),
                        "delete [N...]",
                        "take breakpoints and watchpoints away",
                        "delete         all of them, the client's too\nd" + NUMBERS,
                        ArgumentKind.STOP_POINT,
                        (argument, debuggee) ->
                                deleted(Arguments.stopPoints(argument, debuggee.stopPoints()), debuggee)),
                new PlainVerb(
                        List.of("cl(ear)"),
                        "clear [LOCATION]",
                        "take away the breakpoints at a place",
                        "clear 42       those at the line; without a LOCATION, those at which the chosen frame stands\n"
                                + LocationReader.FORMS + ".",
                        ArgumentKind.LOCATION,
                        StopPointVerbs::clear),
                new PlainVerb(
                        List.of("dis(able)", "dis(able) br(eakpoints)"),
                        "disable [N...]",
                        "switch breakpoints and watchpoints off, keeping them",
                        "disable        all of them\ndis" + NUMBERS,
                        ArgumentKind.STOP_POINT,
                        (argument, debuggee) -> enable(argument, debuggee, false)),
                new PlainVerb(
                        List.of("en(able)", "en(able) br(eakpoints)"),
                        "enable [N...]",
                        "switch breakpoints and watchpoints on again",
                        "enable         all of them\nen" + NUMBERS,
                        ArgumentKind.STOP_POINT,
                        (argument, debuggee) -> enable(argument, debuggee, true)),
                new PlainVerb(
                        List.of("cond(ition)"),
                        "condition N [EXPRESSION]",
                        "let a breakpoint or watchpoint stop only where an expression is not 0",
                        "condition 2 tick == 5\ncondition 2               without an expression: always again",
                        ArgumentKind.STOP_POINT,
                        StopPointVerbs::condition),
                new PlainVerb(
                        List.of("ig(nore)"),
                        "ignore N COUNT",
                        "let the next hits of a breakpoint or watchpoint pass",
                        "ignore 2 99    the hundredth hit from now on stops; 'ignore 2 0' takes it back",
                        ArgumentKind.STOP_POINT,
                        StopPointVerbs::ignore));
    }

    private static String deleted(List<StopPoint> chosen, Debuggee debuggee) {
        chosen.forEach(point -> debuggee.stopPoints().delete(point.number()));
        return chosen.isEmpty() ? "Nothing is set." : "Deleted " + numbers(chosen) + ".";
    }

    private static String numbers(List<StopPoint> points) {
        return points.stream()
                .map(point -> StopPointListing.name(point.type()) + " " + point.number())
                .collect(Collectors.joining(", "));
    }

    private static String clear(String argument, Debuggee debuggee) {
        CodeLocation place = new LocationReader(debuggee).read(argument);
        List<Long> addresses = place.addresses(debuggee.symbols());
        List<StopPoint> there = debuggee.stopPoints().all().stream()
                .filter(point -> !point.watches())
                .filter(point -> point.what().equals(place.toString())
                        || point.addresses().stream().anyMatch(addresses::contains))
                .toList();
        if (there.isEmpty()) {
            throw new ConsoleException("there is no breakpoint at "
                    + (place instanceof AtFunction function ? "function " + function.name() : place));
        }
        return deleted(there, debuggee);
    }

    private static String enable(String argument, Debuggee debuggee, boolean enabled) {
        List<StopPoint> chosen = Arguments.stopPoints(argument, debuggee.stopPoints());
        chosen.forEach(point -> debuggee.stopPoints().enable(point.number(), enabled));
        return chosen.isEmpty() ? "Nothing is set." : (enabled ? "Enabled " : "Disabled ") + numbers(chosen) + ".";
    }

    private static String condition(String argument, Debuggee debuggee) {
        String[] parts = argument.split("\\s+", 2);
        StopPoint point = single(parts[0], "condition 2 tick == 5", debuggee);
        String expression = parts.length > 1 ? parts[1] : "";
        debuggee.stopPoints().condition(point.number(), expression);
        String name = StopPointListing.title(point.type()) + " " + point.number();
        return expression.isEmpty() ? name + " stops always." : name + " stops only if " + expression + ".";
    }

    private static String ignore(String argument, Debuggee debuggee) {
        String[] parts = argument.split("\\s+", 2);
        StopPoint point = single(parts[0], "ignore 2 99", debuggee);
        if (parts.length < 2) {
            throw new ConsoleException("how many hits? ignore " + point.number() + " 99");
        }
        int count = Arguments.number("a count of hits, from 0 on", parts[1]);
        debuggee.stopPoints().ignore(point.number(), count);
        return count == 0
                ? "Will stop next time breakpoint " + point.number() + " is reached."
                : "Will ignore next " + count + " crossings of breakpoint " + point.number() + ".";
    }

    private static StopPoint single(String number, String example, Debuggee debuggee) {
        if (number.isEmpty()) {
            throw new ConsoleException("which one? " + example + "; 'info breakpoints' lists them");
        }
        List<StopPoint> chosen = Arguments.stopPoints(number, debuggee.stopPoints());
        if (chosen.size() != 1) {
            throw new ConsoleException("one at a time: " + example);
        }
        return chosen.get(0);
    }
}
