package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.types.AddressSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Answers the lines that a user types: a verb with its argument, or else an expression. A line is a verb's where it begins
 * with one of the verb's names and the name ends there, at a space, or at a {@code /}; but not where an operator follows
 * that no argument begins with, so that {@code c == 3} is an expression.
 */
public final class Console {

    private static final Pattern OPERATOR = Pattern.compile("=|!=|<|>|\\||\\^|%|\\?|\\[|&&|->|\\.(?![\\w.])");

    private final List<Verb> verbs;
    private final Completer completer;

    /** A console with all verbs. */
    public Console() {
        List<Verb> table = new ArrayList<>();
        table.add(new HelpVerb(table));
        table.addAll(BreakpointVerbs.all());
        table.addAll(WatchpointVerbs.all());
        table.addAll(CatchVerbs.all());
        table.addAll(StopPointVerbs.all());
        table.addAll(RunVerbs.all());
        table.addAll(StepVerbs.all());
        table.addAll(StackVerbs.all());
        table.addAll(SourceVerbs.all());
        table.add(new InfoRegistersVerb());
        table.addAll(StateVerbs.all());
        table.addAll(PagingVerbs.all());
        table.add(new PrintVerb(true));
        table.add(new PrintVerb(false));
        table.addAll(TypeVerbs.all());
        table.addAll(KeptValueVerbs.all());
        table.add(FormatVerb.create());
        table.add(new SetVerb());
        table.add(new ExamineVerb(AddressSpace.LINEAR));
        table.add(new ExamineVerb(AddressSpace.PHYSICAL));
        table.addAll(MemoryVerbs.all());
        this.verbs = List.copyOf(table);
        this.completer = new Completer(verbs);
    }

    /**
     * Answers a line.
     *
     * @throws ConsoleException where a verb cannot do what it is asked
     * @throws dev.kvmdap.expression.ExpressionException where the line is no expression, or one without a value
     */
    public Answer answer(String line, Debuggee debuggee) {
        String text = line.strip();
        for (Verb verb : verbs) {
            Optional<String> argument = argument(text, verb);
            if (argument.isPresent()) {
                return verb.run(argument.get(), debuggee);
            }
        }
        return PrintVerb.print(Expression.parse(text), debuggee.frame());
    }

    /** All verbs, in the order in which they are looked for. */
    List<Verb> verbs() {
        return verbs;
    }

    /** What stands behind a verb's name, where the line is that verb's. */
    static Optional<String> argument(String line, Verb verb) {
        return verb.names().stream()
                .map(VerbName::of)
                .flatMap(name -> name.argument(line).stream())
                .findFirst()
                .filter(argument -> !OPERATOR.matcher(argument).lookingAt());
    }

    /**
     * The ways to go on with a line: verbs at its beginning; behind a verb what it takes, such as functions, files, and
     * numbers of breakpoints; registers behind a {@code $}.
     *
     * @param line what is typed so far
     * @param cursor where it goes on, from 0
     */
    public List<Completion> complete(String line, int cursor, Debuggee debuggee) {
        return completer.complete(line.substring(0, Math.min(cursor, line.length())), debuggee);
    }
}
