package dev.kvmdap.console;

import dev.kvmdap.console.ExpressionCompleter.Candidate;
import dev.kvmdap.expression.PartialExpression;
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

    /** Where what is typed is a condition behind a place. */
    private static final Pattern CONDITION = Pattern.compile("\\sif\\s");

    private static final Pattern REGISTER = Pattern.compile("\\$\\w*$");
    private static final Pattern LAST_WORD = Pattern.compile("[\\w.$:~<>/-]*$");

    private final List<Verb> verbs;

    Completer(List<Verb> verbs) {
        this.verbs = verbs;
    }

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
        boolean isVerb = begun.isEmpty() && !completions.isEmpty() && typed.contains(" ");
        if (isVerb) {
            return completions;
        }
        ExpressionCompleter expressions = new ExpressionCompleter(debuggee);
        ArgumentKind kind = begun.map(Verb::argumentKind).orElse(ArgumentKind.EXPRESSION);
        if (kind == ArgumentKind.EXPRESSION || CONDITION.matcher(typed).find() || REGISTER.matcher(typed).find()) {
            PartialExpression partial = PartialExpression.of(typed);
            add(expressions.candidates(partial), typed, typed.length() - partial.begun().length(), completions);
        } else {
            Matcher word = LAST_WORD.matcher(typed);
            int start = word.find() ? word.start() : typed.length();
            add(candidates(kind, debuggee, expressions, typed.substring(start)), typed, start, completions);
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
                .distinct()
                .limit(MOST)
                .map(candidate -> new Completion(candidate.text(), candidate.meaning(), start, typed.length() - start))
                .forEach(completions::add);
    }

    private Stream<Candidate> candidates(
            ArgumentKind kind, Debuggee debuggee, ExpressionCompleter expressions, String begun) {
        return switch (kind) {
            case FREE, EXPRESSION -> Stream.empty();
            case LOCATION -> Stream.concat(expressions.functions(begun), files(debuggee));
            case STOP_POINT ->
                debuggee.stopPoints().all().stream()
                        .map(point -> new Candidate(
                                Integer.toString(point.number()),
                                StopPointListing.name(point.type()) + " " + point.what()));
            case REGISTER -> expressions.registers("");
            case VERB -> verbs.stream().map(verb -> new Candidate(verb.names().get(0), verb.summary()));
        };
    }

    private static Stream<Candidate> files(Debuggee debuggee) {
        return debuggee.symbols().sources().stream()
                .map(file -> new Candidate(file.name() + ":", "source file"))
                .distinct();
    }
}
