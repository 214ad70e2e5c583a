package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Format;
import java.util.List;

/** Evaluates an expression; what is in the way of a verb's name, such as a variable {@code x}, is reached by this. */
final class PrintVerb implements Verb {

    @Override
    public List<String> names() {
        return List.of("p(rint)", "inspect");
    }

    @Override
    public String usage() {
        return "print[/F] EXPRESSION";
    }

    @Override
    public String summary() {
        return "evaluate an expression of C";
    }

    @Override
    public String help() {
        return """
                print counter + 1     the same as the bare expression
                p/x counter           in a format: x z hexadecimal, d signed, u unsigned, o octal, t binary, c character,
                                      a address, f floating-point, s string, i instruction
                p x                   a variable that has the name of a verb
                The expression's operators, ranks and conversions are those of C; registers are $rax, $ah, $cr0, ….""";
    }

    @Override
    public ArgumentKind argumentKind() {
        return ArgumentKind.EXPRESSION;
    }

    @Override
    public Answer run(String argument, Debuggee debuggee) {
        if (!argument.startsWith("/")) {
            return Answer.of(Expression.parse(argument), debuggee.frame());
        }
        Format format = argument.length() > 1 ? Format.of(argument.charAt(1)).orElse(null) : null;
        if (format == null || (argument.length() > 2 && !Character.isWhitespace(argument.charAt(2)))) {
            throw new ConsoleException("after 'print/' comes one format letter of " + Format.letters());
        }
        Expression bare = Expression.parse(argument.substring(2).strip());
        return Answer.of(Expression.parse(bare.withoutFormat() + "," + format.letter()), debuggee.frame());
    }
}
