package dev.kvmdap.console;

import dev.kvmdap.engine.Granularity;
import dev.kvmdap.engine.StepKind;
import java.util.List;

/** Go on by lines and by instructions. */
final class StepVerbs {

    private StepVerbs() {}

    static List<Verb> all() {
        return List.of(
                verb(List.of("s(tep)"), "step to another line, into what is called", StepKind.INTO, Granularity.LINE),
                verb(List.of("n(ext)"), "step to another line, over what is called", StepKind.OVER, Granularity.LINE),
                verb(
                        List.of("stepi", "si"),
                        "step one instruction, into what is called",
                        StepKind.INTO,
                        Granularity.INSTRUCTION),
                verb(
                        List.of("nexti", "ni"),
                        "step one instruction, over what is called",
                        StepKind.OVER,
                        Granularity.INSTRUCTION));
    }

    private static Verb verb(List<String> names, String summary, StepKind kind, Granularity granularity) {
        String name = VerbName.of(names.get(0)).full();
        String shortest = VerbName.of(names.get(names.size() - 1)).shortest();
        return new PlainVerb(
                names,
                name + " [COUNT]",
                summary,
                "%-14s once\n%-14s five times, or until something else stops the guest"
                        .formatted(name, shortest + " 5"),
                ArgumentKind.FREE,
                (argument, debuggee) -> {
                    debuggee.execution().step(kind, granularity, Arguments.count(argument, 1));
                    return "Stepping.";
                });
    }
}
