package dev.kvmdap.expression;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Top-down operator precedence after Pratt: an operand, then operators for as long as they bind tighter than what waits
 * to the left. Precedences are those of {@link BinaryOperator}; {@code ?:} binds weakest and to the right.
 */
final class Parser {

    private static final int WEAKEST = 0;

    private static final Map<String, BinaryOperator> BINARY =
            Arrays.stream(BinaryOperator.values()).collect(Collectors.toMap(BinaryOperator::sign, Function.identity()));
    private static final Map<String, UnaryOperator> UNARY =
            Arrays.stream(UnaryOperator.values()).collect(Collectors.toMap(UnaryOperator::sign, Function.identity()));

    private final List<Token> tokens;
    private int position;

    private Parser(List<Token> tokens) {
        this.tokens = tokens;
    }

    /** Reads a whole expression. */
    static Parsed parse(String text) {
        return new Parser(Tokenizer.tokens(text)).whole();
    }

    /** A tree, and the format that the text asked for behind a comma. */
    record Parsed(Node tree, @Nullable Format format) {}

    private Parsed whole() {
        Node tree = expression(WEAKEST);
        Format format = peek().is(",") ? format() : null;
        Token rest = peek();
        if (rest.kind() == Token.Kind.SIGN) {
            throw new ExpressionException(rest.column(), whyNoOperator(rest));
        }
        if (rest.kind() != Token.Kind.END) {
            throw new ExpressionException(rest.column(), "expected an operator before " + rest.quoted());
        }
        return new Parsed(tree, format);
    }

    private Format format() {
        next();
        Token letter = next();
        Optional<Format> format =
                letter.text().length() == 1 ? Format.of(letter.text().charAt(0)) : Optional.empty();
        return format.orElseThrow(() ->
                new ExpressionException(letter.column(), "expected a format after ',': one of " + Format.letters()));
    }

    private static String whyNoOperator(Token sign) {
        return switch (sign.text()) {
            case ")" -> "there is no '(' for this ')'";
            case "=" -> "'=' would assign: compare with '=='";
            case "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "<<=", ">>=" ->
                "'" + sign.text() + "' would assign: expressions only read";
            default -> "unexpected '" + sign.text() + "'";
        };
    }

    /** Reads an operand and all operators behind it that bind tighter than {@code precedence}. */
    private Node expression(int precedence) {
        Node left = operand();
        while (true) {
            Token token = peek();
            if (token.is("?") && precedence == WEAKEST) {
                left = conditional(left);
                continue;
            }
            BinaryOperator operator = BINARY.get(token.text());
            if (operator == null || operator.precedence() <= precedence) {
                return left;
            }
            next();
            left = new Node.Binary(token.column(), operator, left, expression(operator.precedence()));
        }
    }

    private Node conditional(Node condition) {
        Token question = next();
        Node whenTrue = expression(WEAKEST);
        expect(":", question);
        return new Node.Conditional(question.column(), condition, whenTrue, expression(WEAKEST));
    }

    private Node operand() {
        Token token = next();
        return switch (token.kind()) {
            case NUMBER -> Literals.number(token);
            case CHARACTER -> Literals.character(token);
            case REGISTER -> new Node.Register(token.column(), token.text().substring(1));
            case NAME -> new Node.Variable(token.column(), token.text());
            case SIGN, END -> parenthesisedOrUnary(token);
        };
    }

    private Node parenthesisedOrUnary(Token token) {
        if (token.is("(")) {
            Node inside = expression(WEAKEST);
            expect(")", token);
            return inside;
        }
        UnaryOperator operator = UNARY.get(token.text());
        if (operator == null) {
            throw new ExpressionException(token.column(), whyNoOperand(token));
        }
        return new Node.Unary(token.column(), operator, operand());
    }

    private String whyNoOperand(Token token) {
        if (token.is("++") || token.is("--")) {
            return whyNoOperator(token);
        }
        String where = position == 1 ? "" : " after " + tokens.get(position - 2).quoted();
        return token.kind() == Token.Kind.END
                ? "expected an operand" + where
                : "expected an operand" + where + ", found " + token.quoted();
    }

    private void expect(String sign, Token opener) {
        if (!peek().is(sign)) {
            throw new ExpressionException(
                    peek().column(),
                    "expected '" + sign + "' for the '" + opener.text() + "' at col " + opener.column() + ", found "
                            + peek().quoted());
        }
        next();
    }

    private Token peek() {
        return tokens.get(position);
    }

    /** Takes a token; the last one, the end, is taken at most once, for nothing is read behind it. */
    private Token next() {
        return tokens.get(position++);
    }
}
