package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Format;
import java.util.List;

/** Evaluates an expression; what is in the way of a verb's name, such as a variable {@code x}, is reached by this. */
final class PrintVerb implements Verb {

    private final boolean keeps;

    /**
     * The verb.
     *
     * @param keeps whether it keeps the value for later; without, it is called {@code output}
     */
    PrintVerb(boolean keeps) {
        this.keeps = keeps;
    }

    @Override
    public List<String> names() {
        return keeps ? List.of("p(rint)", "inspect") : List.of("ou(tput)");
    }

    @Override
    public String usage() {
        return name() + "[/F] EXPRESSION";
    }

    @Override
    public String summary() {
        return keeps ? "evaluate an expression of C" : "evaluate an expression of C, and do not keep its value";
    }

    @Override
    public String help() {
        return """
                print counter + 1     the same as the bare expression
                p/x counter           in a format: x z hexadecimal, d signed, u unsigned, o octal, t binary, c character,
                                      a address, f floating-point, s string, i instruction
                p x                   a variable that has the name of a verb
                p table[3]@5          an array of five that begins there
                p $ + 1               with the value that was printed last; $1, $2 … are all of them, $$2 the last but two
                p $base = 0x1000      keeps a value under a name of your own
                The expression's operators, ranks and conversions are those of C; registers are $rax, $ah, $cr0, ….""";
    }

    @Override
    public ArgumentKind argumentKind() {
        return ArgumentKind.EXPRESSION;
    }

    @Override
    public Answer run(String argument, Debuggee debuggee) {
        ConsoleTarget frame = debuggee.frame();
        if (!argument.startsWith("/")) {
            return answer(expression(argument), frame);
        }
        Format format = argument.length() > 1 ? Format.of(argument.charAt(1)).orElse(null) : null;
        if (format == null || (argument.length() > 2 && !Character.isWhitespace(argument.charAt(2)))) {
            throw new ConsoleException("after '" + name() + "/' comes one format letter of " + Format.letters());
        }
        Expression bare = expression(argument.substring(2).strip());
        return answer(Expression.parse(bare.withoutFormat() + "," + format.letter()), frame);
    }

    private static Expression expression(String text) {
        return Expression.parse(text.isEmpty() ? "$" : text);
    }

    /** Evaluates an expression, and keeps what it is worth. */
    static Answer print(Expression expression, ConsoleTarget frame) {
        return new PrintVerb(true).answer(expression, frame);
    }

    private Answer answer(Expression expression, ConsoleTarget frame) {
        Answer answer = Answer.of(expression, frame);
        if (keeps && answer.result() != null) {
            frame.keep(answer.result().value());
        }
        return answer;
    }
}
