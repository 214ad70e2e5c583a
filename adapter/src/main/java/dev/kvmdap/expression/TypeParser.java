package dev.kvmdap.expression;

import dev.kvmdap.types.TypeName;
import dev.kvmdap.types.TypeName.Keyword;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Reads type names (C17 6.7.7): specifiers, then what C would put around a name that is not there. */
final class TypeParser {

    private static final Set<String> BASIC = Set.of(
            "void",
            "char",
            "short",
            "int",
            "long",
            "signed",
            "unsigned",
            "float",
            "double",
            "_Bool",
            "bool",
            "__int128");
    private static final Set<String> TAGGED = Set.of("struct", "union", "enum", "class");
    private static final Set<String> QUALIFIERS = Set.of("const", "volatile", "restrict", "_Atomic");

    private final TokenStream tokens;
    private final Predicate<String> isType;
    private final Supplier<Node> expression;

    /**
     * Reads from a stream.
     *
     * @param isType whether a name is one of a type
     * @param expression reads the expression that the stream stands before
     */
    TypeParser(TokenStream tokens, Predicate<String> isType, Supplier<Node> expression) {
        this.tokens = tokens;
        this.isType = isType;
        this.expression = expression;
    }

    /** Whether a type's name comes next, not an expression. */
    boolean startsType() {
        Token token = tokens.peek();
        if (token.kind() != Token.Kind.NAME) {
            return false;
        }
        String word = token.text();
        return BASIC.contains(word)
                || (TAGGED.contains(word) && tokens.peekBehind().kind() == Token.Kind.NAME)
                || QUALIFIERS.contains(word)
                || (mayEndType(tokens.peekBehind()) && isType.test(word));
    }

    /** Whether a token can stand behind the only name in a type. */
    private static boolean mayEndType(Token token) {
        return token.kind() == Token.Kind.END
                || token.is(")")
                || token.is("*")
                || token.is("[")
                || token.is("(")
                || token.kind() == Token.Kind.NAME;
    }

    /** Reads a type. */
    TypeNode typeName() {
        TypeNode base = specifiers();
        return declarator().apply(base);
    }

    private TypeNode specifiers() {
        List<String> qualifiers = qualifiers();
        Token first = tokens.name("of a type");
        TypeNode type;
        if (TAGGED.contains(first.text())) {
            Token tag = tokens.name("after '" + first.text() + "'");
            Keyword keyword = Keyword.valueOf(first.text().toUpperCase(Locale.ROOT));
            type = new TypeNode.Named(first.column(), new TypeName(keyword, tag.text()));
        } else if (BASIC.contains(first.text())) {
            type = basic(first);
        } else {
            type = new TypeNode.Named(first.column(), TypeName.ordinary(first.text()));
        }
        qualifiers.addAll(qualifiers());
        for (String qualifier : qualifiers) {
            type = new TypeNode.Qualified(qualifier, type);
        }
        return type;
    }

    private TypeNode basic(Token first) {
        List<String> words = new ArrayList<>(List.of(first.text()));
        while (tokens.peek().kind() == Token.Kind.NAME
                && BASIC.contains(tokens.peek().text())) {
            words.add(tokens.next().text());
        }
        return new TypeNode.Basic(first.column(), words);
    }

    private List<String> qualifiers() {
        List<String> found = new ArrayList<>();
        while (tokens.peek().kind() == Token.Kind.NAME
                && QUALIFIERS.contains(tokens.peek().text())) {
            found.add(tokens.next().text());
        }
        return found;
    }

    /** Reads what stands around a name, and gives back what it makes of a type. */
    private UnaryOperator<TypeNode> declarator() {
        if (tokens.peek().is("*")) {
            tokens.next();
            List<String> qualifiers = qualifiers();
            UnaryOperator<TypeNode> inner = declarator();
            return target -> inner.apply(qualified(new TypeNode.Pointer(target), qualifiers));
        }
        UnaryOperator<TypeNode> inner = UnaryOperator.identity();
        if (tokens.peek().is("(")
                && (tokens.peekBehind().is("*") || tokens.peekBehind().is("("))) {
            Token opener = tokens.next();
            inner = declarator();
            tokens.expect(")", opener);
        }
        List<UnaryOperator<TypeNode>> suffixes = new ArrayList<>();
        while (tokens.peek().is("[") || tokens.peek().is("(")) {
            suffixes.add(0, tokens.peek().is("[") ? array() : function());
        }
        UnaryOperator<TypeNode> around = inner;
        return base -> {
            TypeNode type = base;
            for (UnaryOperator<TypeNode> suffix : suffixes) {
                type = suffix.apply(type);
            }
            return around.apply(type);
        };
    }

    private static TypeNode qualified(TypeNode type, List<String> qualifiers) {
        TypeNode result = type;
        for (String qualifier : qualifiers) {
            result = new TypeNode.Qualified(qualifier, result);
        }
        return result;
    }

    private UnaryOperator<TypeNode> array() {
        Token opener = tokens.next();
        if (tokens.peek().is("]")) {
            tokens.next();
            return element -> new TypeNode.Array(opener.column(), element, null);
        }
        Node count = expression.get();
        tokens.expect("]", opener);
        return element -> new TypeNode.Array(opener.column(), element, count);
    }

    private UnaryOperator<TypeNode> function() {
        Token opener = tokens.next();
        List<TypeNode> parameters = new ArrayList<>();
        boolean prototyped = !tokens.peek().is(")");
        while (!tokens.peek().is(")")) {
            parameters.add(typeName());
            if (!tokens.peek().is(",")) {
                break;
            }
            tokens.next();
        }
        tokens.expect(")", opener);
        boolean none = parameters.size() == 1
                && parameters.get(0) instanceof TypeNode.Basic basic
                && basic.words().equals(List.of("void"));
        return result -> new TypeNode.Function(result, none ? List.of() : List.copyOf(parameters), prototyped);
    }
}
