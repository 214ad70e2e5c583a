package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers the lines that a user types: a verb with its argument, or else an expression. A line is a verb's where it begins
 * with one of the verb's names and the name ends there, at a space, or at a {@code /}.
 */
public final class Console {

    private final List<Verb> verbs;

    /** A console with all verbs. */
    public Console() {
        List<Verb> table = new ArrayList<>();
        table.add(new HelpVerb(table));
        table.add(new InfoRegistersVerb());
        table.add(new PrintVerb());
        table.add(new ExamineVerb());
        this.verbs = List.copyOf(table);
    }

    /**
     * Answers a line.
     *
     * @throws ConsoleException where a verb cannot do what it is asked
     * @throws dev.kvmdap.expression.ExpressionException where the line is no expression, or one without a value
     */
    public Answer answer(String line, ConsoleTarget target) {
        String text = line.strip();
        for (Verb verb : verbs) {
            for (String name : verb.names()) {
                Optional<String> argument = argument(text, name);
                if (argument.isPresent()) {
                    return verb.run(argument.get(), target);
                }
            }
        }
        return Answer.of(target.evaluate(Expression.parse(text)), target);
    }

    /** What stands behind a verb's name, where the line begins with it. */
    private static Optional<String> argument(String line, String name) {
        Matcher matcher =
                Pattern.compile(name.replace(" ", "\\s+") + "(?![^\\s/])").matcher(line);
        return matcher.lookingAt() ? Optional.of(line.substring(matcher.end()).strip()) : Optional.empty();
    }

    /**
     * The ways to go on with a line: verbs at its beginning, registers behind a {@code $}.
     *
     * @param line what is typed so far
     * @param cursor where it goes on, from 0
     */
    public List<Completion> complete(String line, int cursor, ConsoleTarget target) {
        String typed = line.substring(0, Math.min(cursor, line.length()));
        List<Completion> completions = new ArrayList<>();
        for (Verb verb : verbs) {
            String name = verb.names().get(0);
            if (name.startsWith(typed)) {
                completions.add(new Completion(name, verb.summary(), 0, typed.length()));
            }
        }
        int dollar = typed.lastIndexOf('$');
        if (dollar >= 0) {
            String begun = typed.substring(dollar + 1);
            target.registerNames().stream()
                    .filter(name -> name.startsWith(begun))
                    .forEach(name ->
                            completions.add(new Completion("$" + name, "register", dollar, begun.length() + 1)));
        }
        return completions;
    }
}
