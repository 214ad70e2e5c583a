package dev.kvmdap.expression;

import java.util.List;

/**
 * An expression that is being typed: which kind of name goes on at its end.
 *
 * @param kind what may stand there
 * @param before what decides of it: of a member, the object in front of its {@code .} or {@code ->}; of a tag, its keyword; of
 *     a name in a scope, the scope; else empty
 * @param begun the part of the name that is there already
 */
public record PartialExpression(Kind kind, String before, String begun) {

    /** What may stand at the end of a text. */
    public enum Kind {
        /** Nothing that has a name. */
        NOTHING,
        /** A variable, function, enumerator, or another name for a type. */
        NAME,
        /** A member of a structure, or a part of a register. */
        MEMBER,
        /** A name of a file or function. */
        SCOPED,
        /** What stands behind {@code struct}, {@code union}, {@code enum} or {@code class}. */
        TAG,
        /** A register, or a value that was kept; {@code begun} begins with the {@code $}. */
        REGISTER
    }

    private static final PartialExpression NOTHING = new PartialExpression(Kind.NOTHING, "", "");
    private static final List<String> KEYWORDS = List.of("struct", "union", "enum", "class");

    /** What goes on at the end of a text. */
    public static PartialExpression of(String text) {
        List<Token> tokens;
        try {
            tokens = Tokenizer.tokens(text);
        } catch (ExpressionException e) {
            return NOTHING;
        }
        int last = tokens.size() - 2;
        boolean begins = last >= 0 && endOf(tokens.get(last)) == text.length();
        if (begins && tokens.get(last).kind() == Token.Kind.REGISTER) {
            return new PartialExpression(Kind.REGISTER, "", tokens.get(last).text());
        }
        boolean inName = begins && tokens.get(last).kind() == Token.Kind.NAME;
        if (begins && !inName && tokens.get(last).kind() != Token.Kind.SIGN) {
            return NOTHING;
        }
        String begun = inName ? tokens.get(last).text() : "";
        return of(text, tokens, inName ? last - 1 : last, begun);
    }

    private static int endOf(Token token) {
        return token.column() - 1 + token.text().length();
    }

    private static PartialExpression of(String text, List<Token> tokens, int before, String begun) {
        if (before < 0) {
            return new PartialExpression(Kind.NAME, "", begun);
        }
        Token token = tokens.get(before);
        if (token.is(".") || token.is("->")) {
            int start = startOfOperand(tokens, before - 1);
            return start < 0
                    ? NOTHING
                    : new PartialExpression(Kind.MEMBER, between(text, tokens, start, before), begun);
        }
        if (token.is("::")) {
            int start = before;
            while (start > 0 && isOfScope(tokens.get(start - 1))) {
                start--;
            }
            String scope = between(text, tokens, start, before);
            return new PartialExpression(Kind.SCOPED, scope.replace("'", ""), begun);
        }
        if (KEYWORDS.contains(token.text())) {
            return new PartialExpression(Kind.TAG, token.text(), begun);
        }
        boolean endsOperand = token.is(")") || token.is("]") || token.is("}") || token.is("++") || token.is("--");
        return endsOperand && begun.isEmpty() ? NOTHING : new PartialExpression(Kind.NAME, "", begun);
    }

    private static boolean isOfScope(Token token) {
        return token.kind() == Token.Kind.NAME || token.kind() == Token.Kind.CHARACTER || token.is(".");
    }

    private static String between(String text, List<Token> tokens, int start, int end) {
        return text.substring(tokens.get(start).column() - 1, tokens.get(end).column() - 1)
                .strip();
    }

    /** The first token of the operand with members, elements and scopes that ends with a token; -1 where none does. */
    private static int startOfOperand(List<Token> tokens, int end) {
        int at = end;
        while (at >= 0) {
            Token token = tokens.get(at);
            if (token.is("]") || token.is(")")) {
                int opener = opener(tokens, at);
                boolean goesOn = opener > 0 && (token.is("]") || isCalled(tokens.get(opener - 1)));
                if (opener < 0 || !goesOn) {
                    return opener;
                }
                at = opener - 1;
                continue;
            }
            if (token.kind() == Token.Kind.SIGN) {
                return -1;
            }
            boolean goesOn = at > 1
                    && (tokens.get(at - 1).is(".")
                            || tokens.get(at - 1).is("->")
                            || tokens.get(at - 1).is("::"));
            if (!goesOn) {
                return at;
            }
            at -= 2;
        }
        return -1;
    }

    private static boolean isCalled(Token token) {
        return token.text().equals("phys") || token.text().equalsIgnoreCase("$msr");
    }

    private static int opener(List<Token> tokens, int closer) {
        int open = 0;
        for (int at = closer; at >= 0; at--) {
            Token token = tokens.get(at);
            if (token.is("]") || token.is(")") || token.is("}")) {
                open++;
            } else if (token.is("[") || token.is("(") || token.is("{")) {
                open--;
                if (open == 0) {
                    return at;
                }
            }
        }
        return -1;
    }
}
