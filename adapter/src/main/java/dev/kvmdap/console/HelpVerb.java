package dev.kvmdap.console;

import java.util.List;
import java.util.stream.Collectors;

/** Lists the verbs, or tells all about one. */
final class HelpVerb implements Verb {

    private final List<Verb> verbs;

    /**
     * Help on verbs.
     *
     * @param verbs all of them; more may be added later
     */
    HelpVerb(List<Verb> verbs) {
        this.verbs = verbs;
    }

    @Override
    public List<String> names() {
        return List.of("h(elp)");
    }

    @Override
    public String usage() {
        return "help [VERB]";
    }

    @Override
    public String summary() {
        return "list the verbs, or tell all about one";
    }

    @Override
    public String help() {
        return "help        lists the verbs\nhelp x      tells all about x";
    }

    @Override
    public ArgumentKind argumentKind() {
        return ArgumentKind.VERB;
    }

    @Override
    public Answer run(String argument, Debuggee debuggee) {
        if (argument.isEmpty()) {
            return Answer.of(
                    verbs.stream()
                                    .map(verb -> String.format("%-26s %s", verb.usage(), verb.summary()))
                                    .collect(Collectors.joining("\n"))
                            + "\nAnything else is an expression of C: $rax + 4, counter == 3, $rflags,t"
                            + "\nBehind a comma stands a format: x z hexadecimal, d signed, u unsigned, o octal, t binary, c character");
        }
        return Answer.of(verbs.stream()
                .filter(verb -> verb.names().stream()
                        .anyMatch(name -> VerbName.of(name).forms().contains(argument)))
                .findFirst()
                .map(verb -> verb.usage() + ": " + verb.summary() + ".\n" + verb.help())
                .orElseThrow(() -> new ConsoleException("there is no verb '" + argument + "': one of "
                        + verbs.stream().map(Verb::name).collect(Collectors.joining(", ")))));
    }
}
