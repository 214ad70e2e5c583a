package dev.kvmdap.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the ways to go on with a line that is being typed. */
final class Completer {

    /** More are no help. */
    private static final int MOST = 200;

    private static final Pattern LAST_WORD = Pattern.compile("[\\w.$:~<>/-]*$");

    private final List<Verb> verbs;

    Completer(List<Verb> verbs) {
        this.verbs = verbs;
    }

    /** What a word may become, and what that is. */
    private record Candidate(String text, String meaning) {}

    /** The ways to go on behind what is typed. */
    List<Completion> complete(String typed, Debuggee debuggee) {
        List<Completion> completions = new ArrayList<>();
        Optional<Verb> begun = begun(typed);
        for (Verb verb : verbs) {
            List<String> names = begun.isPresent() ? verb.names().subList(0, 1) : verb.names();
            if (names.stream().anyMatch(name -> name.startsWith(typed))) {
                completions.add(new Completion(verb.names().get(0), verb.summary(), 0, typed.length()));
            }
        }
        int dollar = typed.lastIndexOf('$');
        if (dollar >= 0 && typed.substring(dollar + 1).matches("\\w*")) {
            add(registers(debuggee, "$"), typed, dollar, completions);
        } else if (begun.isPresent()) {
            Matcher word = LAST_WORD.matcher(typed);
            int start = word.find() ? word.start() : typed.length();
            add(candidates(begun.get().argumentKind(), debuggee, typed.substring(start)), typed, start, completions);
        }
        return completions.size() > MOST ? List.copyOf(completions.subList(0, MOST)) : completions;
    }

    /** The verb whose argument is being typed. */
    private Optional<Verb> begun(String typed) {
        return verbs.stream()
                .filter(verb -> verb.names().stream()
                        .anyMatch(name -> typed.length() > name.length()
                                && Console.argument(typed, name).isPresent()))
                .findFirst();
    }

    private static void add(Stream<Candidate> candidates, String typed, int start, List<Completion> completions) {
        String begun = typed.substring(start);
        candidates
                .filter(candidate -> candidate.text().startsWith(begun))
                .limit(MOST)
                .map(candidate -> new Completion(candidate.text(), candidate.meaning(), start, typed.length() - start))
                .forEach(completions::add);
    }

    private Stream<Candidate> candidates(ArgumentKind kind, Debuggee debuggee, String begun) {
        return switch (kind) {
            case FREE -> Stream.empty();
            case LOCATION -> Stream.concat(functions(debuggee, begun), files(debuggee));
            case EXPRESSION -> Stream.concat(variables(debuggee, begun), functions(debuggee, begun));
            case STOP_POINT ->
                debuggee.stopPoints().all().stream()
                        .map(point -> new Candidate(
                                Integer.toString(point.number()),
                                StopPointListing.name(point.type()) + " " + point.what()));
            case REGISTER -> registers(debuggee, "");
            case VERB -> verbs.stream().map(verb -> new Candidate(verb.names().get(0), verb.summary()));
        };
    }

    private static Stream<Candidate> registers(Debuggee debuggee, String sign) {
        return debuggee.stopped()
                ? debuggee.frame().registerNames().stream().map(name -> new Candidate(sign + name, "register"))
                : Stream.empty();
    }

    private static Stream<Candidate> functions(Debuggee debuggee, String begun) {
        return debuggee.symbols().functionNames(begun).stream().map(name -> new Candidate(name, "function"));
    }

    private static Stream<Candidate> variables(Debuggee debuggee, String begun) {
        Stream<Candidate> global =
                debuggee.symbols().variableNames(begun).stream().map(name -> new Candidate(name, "variable"));
        return debuggee.stopped()
                ? Stream.concat(
                        debuggee.frame().localNames().stream().map(name -> new Candidate(name, "local variable")),
                        global)
                : global;
    }

    private static Stream<Candidate> files(Debuggee debuggee) {
        return debuggee.symbols().sources().stream()
                .map(file -> new Candidate(file.name() + ":", "source file"))
                .distinct();
    }
}
