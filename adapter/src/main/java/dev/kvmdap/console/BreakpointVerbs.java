package dev.kvmdap.console;

import dev.kvmdap.console.StopPoints.NewBreakpoint;
import dev.kvmdap.engine.BreakpointMode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Set breakpoints. */
final class BreakpointVerbs {

    private static final Pattern PRINTED = Pattern.compile("(.*?)\\s*,\\s*\"((?:[^\"\\\\]|\\\\.)*)\"", Pattern.DOTALL);

    private BreakpointVerbs() {}

    static List<Verb> all() {
        return List.of(
                verb(
                        List.of("b(reak)"),
                        "stop where the guest comes to a place",
                        null,
                        false,
                        "The mechanism is the launch configuration's: a planted byte where this host traps one."),
                verb(
                        List.of("tb(reak)"),
                        "stop at a place once",
                        null,
                        true,
                        "The breakpoint goes with its first stop."),
                verb(
                        List.of("hb(reak)"),
                        "stop at a place by a debug register",
                        BreakpointMode.HARDWARE,
                        false,
                        "There are four debug registers. They need no byte of the guest's code: it may be loaded later."),
                verb(
                        List.of("thb(reak)"),
                        "stop at a place once, by a debug register",
                        BreakpointMode.HARDWARE,
                        true,
                        "The breakpoint goes with its first stop."),
                new PlainVerb(
                        List.of("dp(rintf)"),
                        "dprintf LOCATION,\"TEXT\"",
                        "write a line where the guest comes to a place, and go on",
                        """
                        dprintf give_turn,"counter {counter}, rsp {$rsp,x}"
                        An expression stands in braces, a format behind a comma in it; {{ and }} are braces.
                        """ + LocationReader.FORMS + ".",
                        ArgumentKind.LOCATION,
                        BreakpointVerbs::print),
                new PlainVerb(
                        List.of("comm(ands)"),
                        "commands",
                        "not here: dprintf writes and goes on",
                        "A line of the console is one verb. 'dprintf' writes a line and goes on; 'condition' and 'ignore' let hits pass.",
                        ArgumentKind.FREE,
                        (argument, debuggee) -> {
                            throw new ConsoleException(
                                    "a breakpoint carries no list of commands: 'dprintf LOCATION,\"TEXT\"' writes and goes on, 'condition' and 'ignore' let hits pass");
                        }));
    }

    private static Verb verb(
            List<String> names, String summary, @Nullable BreakpointMode mode, boolean temporary, String note) {
        String name = VerbName.of(names.get(0)).full();
        return new PlainVerb(
                names,
                name + " [LOCATION] [if CONDITION]",
                summary,
                """
                %1$s 42                     a line of the chosen frame's file
                %1$s main.c:42 if i > 3     stops only where the condition is not 0
                %1$s kernel_main            behind the function's prologue
                %1$s *0x100000              an instruction
                Without a LOCATION it is the place at which the chosen frame stands.
                %2$s
                %3$s.""".formatted(name, note, LocationReader.FORMS),
                ArgumentKind.LOCATION,
                (argument, debuggee) -> set(argument, debuggee, mode, temporary));
    }

    private static String set(String argument, Debuggee debuggee, @Nullable BreakpointMode mode, boolean temporary) {
        Arguments.Conditional asked = Arguments.conditional(argument);
        CodeLocation place = new LocationReader(debuggee).read(asked.rest());
        return told(debuggee.stopPoints().set(new NewBreakpoint(place, mode, asked.condition(), "", temporary)));
    }

    private static String print(String argument, Debuggee debuggee) {
        Matcher parts = PRINTED.matcher(argument);
        if (!parts.matches()) {
            throw new ConsoleException(
                    "dprintf is written so: dprintf LOCATION,\"rax {$rax}\"; expressions stand in braces");
        }
        Arguments.Conditional asked = Arguments.conditional(parts.group(1));
        CodeLocation place = new LocationReader(debuggee).read(asked.rest());
        String text = parts.group(2)
                .replaceAll("\\\\n$", "")
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replaceAll("\\\\(.)", "$1");
        return told(debuggee.stopPoints().set(new NewBreakpoint(place, null, asked.condition(), text, false)));
    }

    private static String told(StopPoint set) {
        String kind =
                set.temporary() ? "Temporary " + StopPointListing.name(set.type()) : StopPointListing.title(set.type());
        String address = set.addresses().isEmpty()
                ? ""
                : " at 0x" + Long.toHexString(set.addresses().get(0));
        String more = set.addresses().size() > 1
                ? " and %d more".formatted(set.addresses().size() - 1)
                : "";
        return "%s %d%s%s: %s (%s)".formatted(kind, set.number(), address, more, set.what(), set.mechanism());
    }
}
