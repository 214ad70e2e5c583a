package dev.kvmdap.console;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what verbs are told in plain numbers and words. */
final class Arguments {

    private static final Pattern COUNT = Pattern.compile("[0-9]{1,9}");
    private static final Pattern NUMBERS = Pattern.compile("([0-9]{1,9})(?:-([0-9]{1,9}))?");
    private static final Pattern CONDITION = Pattern.compile("(?:^|.*?\\s)if(?![\\w.$])(.*)", Pattern.DOTALL);

    private Arguments() {}

    /**
     * An argument with the condition behind it.
     *
     * @param rest what stands before the {@code if}
     * @param condition empty where there is none
     */
    record Conditional(String rest, String condition) {}

    /** A count from 1, or what it is where none is given. */
    static int count(String argument, int otherwise) {
        if (argument.isEmpty()) {
            return otherwise;
        }
        if (!COUNT.matcher(argument).matches() || Integer.parseInt(argument) == 0) {
            throw new ConsoleException("'" + argument + "' is no count: a number from 1 on");
        }
        return Integer.parseInt(argument);
    }

    /** A number from 0; {@code what} says what it counts. */
    static int number(String what, String argument) {
        if (!COUNT.matcher(argument).matches()) {
            throw new ConsoleException("'" + argument + "' is not " + what);
        }
        return Integer.parseInt(argument);
    }

    /** Nothing may be given. */
    static void none(String verb, String argument) {
        if (!argument.isEmpty()) {
            throw new ConsoleException("'" + verb + "' takes nothing behind it, not '" + argument + "'");
        }
    }

    /** Splits {@code LOCATION if CONDITION}. */
    static Conditional conditional(String argument) {
        Matcher matcher = CONDITION.matcher(argument);
        if (!matcher.matches()) {
            return new Conditional(argument, "");
        }
        String condition = matcher.group(1).strip();
        if (condition.isEmpty()) {
            throw new ConsoleException("behind 'if' comes a condition: if counter == 3");
        }
        String rest = argument.substring(0, matcher.start(1) - "if".length()).strip();
        return new Conditional(rest, condition);
    }

    /**
     * The breakpoints and watchpoints that {@code 3 5-7} names; all where nothing is given.
     *
     * @throws ConsoleException where a number belongs to none: it names those that there are
     */
    static List<StopPoint> stopPoints(String argument, StopPoints points) {
        if (argument.isEmpty()) {
            return points.all();
        }
        List<StopPoint> chosen = new ArrayList<>();
        for (String word : argument.split("[\\s,]+", -1)) {
            Matcher numbers = NUMBERS.matcher(word);
            if (!numbers.matches()) {
                throw new ConsoleException("'" + word + "' is no number of a breakpoint; " + existing(points));
            }
            int first = Integer.parseInt(numbers.group(1));
            int last = numbers.group(2) == null ? first : Integer.parseInt(numbers.group(2));
            List<StopPoint> found = points.all().stream()
                    .filter(point -> point.number() >= first && point.number() <= last)
                    .toList();
            if (found.isEmpty()) {
                throw new ConsoleException("there is no breakpoint " + word + "; " + existing(points));
            }
            found.stream().filter(point -> !chosen.contains(point)).forEach(chosen::add);
        }
        return chosen;
    }

    private static String existing(StopPoints points) {
        return points.all().isEmpty() ? "none is set" : "'info breakpoints' lists them";
    }
}
