package dev.kvmdap.console;

import dev.kvmdap.console.CatchReader.Kind;
import dev.kvmdap.console.ExpressionCompleter.Candidate;
import dev.kvmdap.expression.PartialExpression;
import dev.kvmdap.view.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the ways to go on with a line that is being typed. */
final class Completer {

    /** More are no help. */
    private static final int MOST = 200;

    private static final Pattern REGISTER = Pattern.compile("\\$\\w*$");
    private static final Pattern LAST_WORD = Pattern.compile("[\\w.$:~<>/#-]*$");
    private static final Pattern BEHIND_IF = Pattern.compile("\\sif(?![\\w.$])");
    private static final Set<ArgumentKind> CONDITIONAL =
            EnumSet.of(ArgumentKind.LOCATION, ArgumentKind.EXPRESSION, ArgumentKind.CATCHABLE);

    private final List<Verb> verbs;

    Completer(List<Verb> verbs) {
        this.verbs = verbs;
    }

    /** The ways to go on behind what is typed. */
    List<Completion> complete(String typed, Debuggee debuggee) {
        List<Completion> completions = new ArrayList<>();
        Optional<Verb> begun = begun(typed);
        for (Verb verb : verbs) {
            if (isBegun(verb, typed, begun.isPresent())) {
                completions.add(new Completion(verb.name(), verb.summary(), 0, typed.length()));
            }
        }
        boolean isVerb = begun.isEmpty() && !completions.isEmpty() && typed.contains(" ");
        if (isVerb) {
            return completions;
        }
        ExpressionCompleter expressions = new ExpressionCompleter(debuggee);
        ArgumentKind kind = begun.map(Verb::argumentKind).orElse(ArgumentKind.EXPRESSION);
        Matcher behindIf = BEHIND_IF.matcher(typed);
        boolean isCondition = CONDITIONAL.contains(kind) && behindIf.find();
        if (kind == ArgumentKind.EXPRESSION
                || isCondition
                || begun.isEmpty()
                || REGISTER.matcher(typed).find()) {
            PartialExpression partial = PartialExpression.of(isCondition ? typed.substring(behindIf.end()) : typed);
            add(
                    expressions.candidates(partial),
                    typed,
                    typed.length() - partial.begun().length(),
                    completions);
        } else {
            Matcher word = LAST_WORD.matcher(typed);
            int start = word.find() ? word.start() : typed.length();
            add(candidates(begun.get(), debuggee, expressions, typed, start), typed, start, completions);
        }
        return completions.size() > MOST ? List.copyOf(completions.subList(0, MOST)) : completions;
    }

    /** Whether what is typed is the beginning of a verb; behind another verb, of its full name. */
    private static boolean isBegun(Verb verb, String typed, boolean behindVerb) {
        return behindVerb
                ? verb.name().startsWith(typed)
                : verb.names().stream()
                        .flatMap(name -> VerbName.of(name).forms().stream())
                        .anyMatch(form -> form.startsWith(typed));
    }

    /** The verb whose argument is being typed. */
    private Optional<Verb> begun(String typed) {
        return verbs.stream()
                .filter(verb -> Console.argument(typed, verb).isPresent()
                        && verb.names().stream()
                                .anyMatch(name -> VerbName.of(name).isBefore(typed)))
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

    /** What the word may become that begins at {@code start}. */
    private Stream<Candidate> candidates(
            Verb verb, Debuggee debuggee, ExpressionCompleter expressions, String typed, int start) {
        return switch (verb.argumentKind()) {
            case FREE, EXPRESSION -> Stream.empty();
            case LOCATION -> Stream.concat(expressions.functions(typed.substring(start)), files(debuggee));
            case CATCHABLE ->
                catchables(Console.argument(typed.substring(0, start), verb).orElse(""));
            case STOP_POINT ->
                debuggee.stopPoints().all().stream()
                        .map(point -> new Candidate(
                                Integer.toString(point.number()),
                                StopPointListing.name(point.type()) + " " + point.what()));
            case REGISTER -> Stream.concat(expressions.registers(""), parts(debuggee, ConsoleTarget::registersView));
            case SYSTEM_PART -> parts(debuggee, ConsoleTarget::systemView);
            case VERB -> verbs.stream().map(known -> new Candidate(known.name(), known.summary()));
        };
    }

    private static Stream<Candidate> catchables(String before) {
        if (before.isEmpty()) {
            return Arrays.stream(Kind.values()).map(kind -> new Candidate(kind.term(), "when " + kind.meaning()));
        }
        Optional<Kind> kind = Kind.named(before.split("\\s+", 2)[0]);
        return Stream.concat(
                kind.stream().flatMap(Kind::words).map(word -> new Candidate(word, "which one")),
                Stream.of(new Candidate("if", "a condition follows")));
    }

    private static Stream<Candidate> parts(Debuggee debuggee, Function<ConsoleTarget, Node> view) {
        return debuggee.stopped()
                ? view.apply(debuggee.frame()).children().stream()
                        .map(row -> new Candidate(row.name(), row.type() == null ? "group" : row.type()))
                : Stream.empty();
    }

    private static Stream<Candidate> files(Debuggee debuggee) {
        return debuggee.symbols().sources().stream()
                .map(file -> new Candidate(file.name() + ":", "source file"))
                .distinct();
    }
}
