package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Value;
import java.util.List;

/** Changes variables and registers. */
final class SetVerb implements Verb {

    @Override
    public List<String> names() {
        return List.of("set var(iable)", "set");
    }

    @Override
    public String usage() {
        return "set variable TARGET = EXPRESSION";
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
                set $cr0 = $cr0 | 1        registers, and parts of them: $al, $zf, $cr0.pg, $msr(0xc0000080)
                set table[2].flags |= 4
                set $base = 0x1000         a name of your own, for later expressions
                The short form is 'set', for names that are no word of it.""";
    }

    @Override
    public ArgumentKind argumentKind() {
        return ArgumentKind.EXPRESSION;
    }

    @Override
    public Answer run(String argument, Debuggee debuggee) {
        Expression assignment = Expression.parse(argument);
        if (!assignment.assigns()) {
            throw new ConsoleException(
                    "'" + argument + "' is no assignment: set var counter = 3, or set $rax = counter + 1");
        }
        ConsoleTarget frame = debuggee.frame();
        Value assigned = frame.evaluate(assignment);
        return Answer.of(assignment.target() + " = " + frame.text(now(assignment, assigned, frame)));
    }

    /** What the target is worth afterwards: of {@code counter++} that is not the expression's own value. */
    private static Value now(Expression assignment, Value assigned, ConsoleTarget frame) {
        Expression target = Expression.parse(assignment.target());
        return target.changesNothing() ? frame.evaluate(target) : assigned;
    }
}
