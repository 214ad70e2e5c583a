package dev.kvmdap.expression;

import java.util.List;
import java.util.Optional;

/** Tokens that are read one by one. */
final class TokenStream {

    private final List<Token> tokens;
    private int position;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(position);
    }

    /** The token behind the next one; the end where there is none. */
    Token peekBehind() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    /** Takes a token; the last one, the end, can be taken again and again. */
    Token next() {
        Token token = tokens.get(position);
        position = Math.min(position + 1, tokens.size() - 1);
        return token;
    }

    /** Gives the last token back. */
    void back() {
        position--;
    }

    /** The token in front of one of these. */
    Optional<Token> before(Token token) {
        int at = tokens.indexOf(token);
        return at < 1 ? Optional.empty() : Optional.of(tokens.get(at - 1));
    }

    /** Takes a sign that closes another one. */
    void expect(String sign, Token opener) {
        if (!peek().is(sign)) {
            throw new ExpressionException(
                    peek().column(),
                    "expected '" + sign + "' for the '" + opener.text() + "' at col " + opener.column() + ", found "
                            + peek().quoted());
        }
        next();
    }

    /** Takes a name. */
    Token name(String where) {
        Token token = next();
        if (token.kind() != Token.Kind.NAME) {
            throw new ExpressionException(token.column(), "expected a name " + where + ", found " + token.quoted());
        }
        return token;
    }

    /** Whether what follows a name makes it the beginning of a scope: {@code ::}, at once or behind a file's extension. */
    boolean scopeFollows() {
        int at = position;
        while (tokens.get(at).is(".")
                && at + 1 < tokens.size()
                && tokens.get(at + 1).kind() == Token.Kind.NAME) {
            at += 2;
        }
        return tokens.get(at).is("::");
    }
}
