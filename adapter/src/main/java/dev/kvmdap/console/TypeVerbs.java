package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.types.Definition;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.Typedef;
import java.util.List;
import java.util.Optional;

/** Tell types: of expressions, and by name. */
final class TypeVerbs {

    private TypeVerbs() {}

    static List<Verb> all() {
        return List.of(
                new PlainVerb(
                        List.of("whatis"),
                        "whatis EXPRESSION",
                        "tell the type of an expression",
                        """
                        whatis task->next      the type's name; nothing is evaluated
                        whatis task_t          of another name for a type, what it names""",
                        ArgumentKind.EXPRESSION,
                        TypeVerbs::whatis),
                new PlainVerb(
                        List.of("pt(ype)"),
                        "ptype TYPE",
                        "show what a type is made of",
                        """
                        ptype struct task      its members
                        ptype task->next       the type of an expression, which is not evaluated""",
                        ArgumentKind.EXPRESSION,
                        TypeVerbs::ptype));
    }

    private static String whatis(String argument, Debuggee debuggee) {
        Optional<Type> named = debuggee.frame().typeNamed(needed(argument, "whatis"));
        Type type = named.map(name -> name instanceof Typedef typedef ? typedef.target() : name)
                .orElseGet(() -> debuggee.frame().typeOf(Expression.parse(argument)));
        return "type = " + type.name();
    }

    private static String ptype(String argument, Debuggee debuggee) {
        Optional<Type> named = debuggee.frame().typeNamed(needed(argument, "ptype"));
        return "type = " + Definition.of(named.orElseGet(() -> debuggee.frame().typeOf(Expression.parse(argument))));
    }

    private static String needed(String argument, String verb) {
        if (argument.isEmpty()) {
            throw new ConsoleException(verb + " needs a type or an expression: " + verb + " struct task");
        }
        return argument;
    }
}
