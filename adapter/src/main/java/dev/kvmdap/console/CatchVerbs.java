package dev.kvmdap.console;

import dev.kvmdap.console.CatchReader.Kind;
import dev.kvmdap.console.StopPoints.NewCatchpoint;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Stop at what can happen anywhere. */
final class CatchVerbs {

    private CatchVerbs() {}

    static List<Verb> all() {
        return List.of(
                verb(List.of("cat(ch)"), "stop where something happens, wherever it is", false, ""),
                verb(
                        List.of("tc(atch)"),
                        "stop once where something happens, wherever it is",
                        true,
                        "\nThe catchpoint goes with its first stop."));
    }

    private static Verb verb(List<String> names, String summary, boolean temporary, String note) {
        String name = VerbName.of(names.get(0)).full();
        String kinds = Arrays.stream(Kind.values())
                .map(kind -> "%s %s\n    %s".formatted(name, kind.usage(), kind.meaning()))
                .collect(Collectors.joining("\n"));
        return new PlainVerb(
                names,
                name + " KIND [WHICH] [if CONDITION]",
                summary,
                kinds + """

                        A CONDITION may name what has happened: mode and from (real, protected, compatibility, long); port, value,
                        size, in, out; address, value, size, read, write; vector, error, cpl, rip, cr2. And registers and variables:
                        %1$s io if port < 0x20 && out        %1$s exception #PF if cr2 < 4096
                        A halt that nothing can end stops without it.""".formatted(name) + note,
                ArgumentKind.CATCHABLE,
                (argument, debuggee) -> {
                    CatchReader.Wanted wanted = CatchReader.read(argument);
                    return told(
                            debuggee.stopPoints().set(new NewCatchpoint(wanted.what(), wanted.condition(), temporary)));
                });
    }

    private static String told(StopPoint set) {
        String kind = StopPointListing.name(set.type());
        return "%s %d: %s (%s)"
                .formatted(
                        set.temporary()
                                ? "Temporary " + kind
                                : kind.substring(0, 1).toUpperCase(Locale.ROOT) + kind.substring(1),
                        set.number(),
                        set.what(),
                        set.mechanism());
    }
}
