package dev.kvmdap.session;

import java.util.function.LongPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which hits of a breakpoint stop the guest: {@code 5} or {@code ==5} the fifth, {@code >=5} all from the fifth on, {@code %10}
 * every tenth; {@code >}, {@code <} and {@code <=} too.
 */
final class HitCount {

    private static final Pattern SYNTAX = Pattern.compile("(==|>=|<=|>|<|%)?\\s*([0-9]{1,18})");

    private final LongPredicate wanted;

    private HitCount(LongPredicate wanted) {
        this.wanted = wanted;
    }

    /**
     * Reads a hit condition.
     *
     * @throws RequestFailure where the text is none, saying what is allowed
     */
    static HitCount parse(String text) {
        Matcher matcher = SYNTAX.matcher(text.strip());
        long number = matcher.matches() ? Long.parseLong(matcher.group(2)) : 0;
        String operator = matcher.matches() && matcher.group(1) != null ? matcher.group(1) : "==";
        if (number == 0) {
            throw RequestFailure.badArguments("hit condition '" + text
                    + "': write a number from 1 on, with >=, >, <=, <, == or % before it: 5, >=5, %10");
        }
        return new HitCount(
                switch (operator) {
                    case ">=" -> count -> count >= number;
                    case "<=" -> count -> count <= number;
                    case ">" -> count -> count > number;
                    case "<" -> count -> count < number;
                    case "%" -> count -> count % number == 0;
                    default -> count -> count == number;
                });
    }

    /** Whether the hit of a number, from 1, is one that stops. */
    boolean stopsAt(long hit) {
        return wanted.test(hit);
    }
}
