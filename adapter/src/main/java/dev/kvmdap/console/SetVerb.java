package dev.kvmdap.console;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Changes variables and registers. */
final class SetVerb implements Verb {

    private static final Pattern ASSIGNMENT = Pattern.compile("(.+?)\\s*(?<![=!<>])=(?!=)\\s*(.+)", Pattern.DOTALL);

    @Override
    public List<String> names() {
        return List.of("set var(iable)", "set");
    }

    @Override
    public String usage() {
        return "set variable NAME = EXPRESSION";
    }

    @Override
    public String summary() {
        return "change a variable or a register";
    }

    @Override
    public String help() {
        return """
                set var counter = 3
                set $rip = kernel_main     the vCPU goes on there; 'jump' does it too
                set $cr0 = $cr0 | 1
                The short form is 'set', for names that are no word of it.""";
    }

    @Override
    public ArgumentKind argumentKind() {
        return ArgumentKind.EXPRESSION;
    }

    @Override
    public Answer run(String argument, Debuggee debuggee) {
        Matcher assignment = ASSIGNMENT.matcher(argument);
        if (!assignment.matches()) {
            throw new ConsoleException(
                    "'" + argument + "' is no assignment: set var counter = 3, or set $rax = counter + 1");
        }
        return Answer.of(debuggee.frame().assign(assignment.group(1), assignment.group(2)));
    }
}
