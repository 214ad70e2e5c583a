package dev.kvmdap.console;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.PartialExpression;
import dev.kvmdap.types.PointerType;
import dev.kvmdap.types.StructType;
import dev.kvmdap.types.Type;
import dev.kvmdap.types.TypeName.Keyword;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the names that an expression may go on with. */
final class ExpressionCompleter {

    private final Debuggee debuggee;

    ExpressionCompleter(Debuggee debuggee) {
        this.debuggee = debuggee;
    }

    /** What a word may become, and what that is. */
    record Candidate(String text, String meaning) {}

    /** The names that may stand at the end of an expression; they need not begin as what is typed there. */
    Stream<Candidate> candidates(PartialExpression typed) {
        return switch (typed.kind()) {
            case NOTHING -> Stream.empty();
            case NAME -> names(typed.begun());
            case MEMBER -> members(typed.before());
            case SCOPED -> scoped(typed.before());
            case TAG -> tags(typed.before());
            case REGISTER -> Stream.concat(registers("$"), kept());
        };
    }

    private Stream<Candidate> names(String begun) {
        Stream<Candidate> variables = Stream.concat(locals(), globals(begun));
        return begun.isEmpty()
                ? variables
                : Stream.of(variables, functions(begun), enumerators(), types()).flatMap(found -> found);
    }

    private Stream<Candidate> locals() {
        return debuggee.stopped()
                ? debuggee.frame().localNames().stream().map(name -> new Candidate(name, "local variable"))
                : Stream.empty();
    }

    private Stream<Candidate> globals(String begun) {
        return debuggee.symbols().variableNames(begun).stream().map(name -> new Candidate(name, "variable"));
    }

    /** Functions whose names begin so. */
    Stream<Candidate> functions(String begun) {
        return debuggee.symbols().functionNames(begun).stream().map(name -> new Candidate(name, "function"));
    }

    private Stream<Candidate> enumerators() {
        return debuggee.symbols().enumeratorNames().stream().map(name -> new Candidate(name, "enumerator"));
    }

    private Stream<Candidate> types() {
        return debuggee.symbols().typeNames(Keyword.NONE).stream()
                .filter(name -> !name.contains(" "))
                .map(name -> new Candidate(name, "type"));
    }

    private Stream<Candidate> tags(String keyword) {
        return debuggee.symbols().typeNames(Keyword.valueOf(keyword.toUpperCase(Locale.ROOT))).stream()
                .map(name -> new Candidate(name, keyword));
    }

    /** Registers, with what stands in front of their names. */
    Stream<Candidate> registers(String sign) {
        return debuggee.stopped()
                ? debuggee.frame().registerNames().stream().map(name -> new Candidate(sign + name, "register"))
                : Stream.empty();
    }

    private Stream<Candidate> kept() {
        return debuggee.stopped()
                ? debuggee.frame().keptNames().stream().map(name -> new Candidate("$" + name, "kept value"))
                : Stream.empty();
    }

    private Stream<Candidate> scoped(String scope) {
        return debuggee.symbols().variableNamesIn(scope).stream().map(name -> new Candidate(name, "variable"));
    }

    /** What is in an object, or in the one that a pointer leads to. */
    private Stream<Candidate> members(String object) {
        if (!debuggee.stopped()) {
            return Stream.empty();
        }
        if (object.matches("\\$\\w+")) {
            Stream<Candidate> parts = debuggee.frame().registerParts(object.substring(1)).stream()
                    .map(part -> new Candidate(part, "part of " + object));
            return Stream.concat(parts, members(typeOf(object)));
        }
        return members(typeOf(object));
    }

    private static Stream<Candidate> members(Optional<Type> object) {
        Optional<Type> whole = object.map(Type::stripped)
                .map(type ->
                        type instanceof PointerType pointer ? pointer.target().stripped() : type);
        return whole.isPresent() && whole.get() instanceof StructType struct
                ? struct.members().stream()
                        .map(member ->
                                new Candidate(member.name(), member.type().name()))
                : Stream.empty();
    }

    private Optional<Type> typeOf(String object) {
        try {
            return Optional.of(debuggee.frame().typeOf(Expression.parse(object)));
        } catch (ExpressionException e) {
            return Optional.empty();
        }
    }
}
