package dev.kvmdap.expression;

import java.util.ArrayList;
import java.util.List;

/** Cuts an expression into words and signs, the longest sign first as C does (C17 6.4). */
final class Tokenizer {

    /**
     * The longest expression. It also bounds how deeply one can be nested, and so the stack that parsing and
     * evaluation take.
     */
    static final int MOST_TOKENS = 500;

    private static final String[] SIGNS = {
        "<<=", ">>=", "::", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "++", "--", "->", "+=", "-=", "*=", "/=",
        "%=", "&=", "^=", "|=", "+", "-", "*", "/", "%", "~", "!", "<", ">", "&", "^", "|", "?", ":", "(", ")", ",",
        "=", "[", "]", ".", "@", "{", "}"
    };

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int position;

    private Tokenizer(String text) {
        this.text = text;
    }

    /** All tokens, ended by one {@link Token.Kind#END}. */
    static List<Token> tokens(String text) {
        return new Tokenizer(text).run();
    }

    private List<Token> run() {
        while (true) {
            while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
                position++;
            }
            if (position == text.length()) {
                tokens.add(new Token(Token.Kind.END, position + 1, ""));
                return tokens;
            }
            if (tokens.size() == MOST_TOKENS) {
                throw new ExpressionException(
                        position + 1, "the expression is too long: at most " + MOST_TOKENS + " words and signs");
            }
            tokens.add(next(text.charAt(position)));
        }
    }

    private Token next(char first) {
        if (isDigit(position) || (first == '.' && isDigit(position + 1))) {
            return take(Token.Kind.NUMBER, endOfNumber());
        }
        if (isNamePart(first)) {
            return take(Token.Kind.NAME, endOfName(position));
        }
        if (first == '$') {
            return take(Token.Kind.REGISTER, endOfRegister());
        }
        if (first == '\'') {
            return take(Token.Kind.CHARACTER, endOfCharacter());
        }
        for (String sign : SIGNS) {
            if (text.startsWith(sign, position)) {
                return take(Token.Kind.SIGN, position + sign.length());
            }
        }
        throw new ExpressionException(
                position + 1,
                "'" + Character.toString(text.codePointAt(position)) + "' has no meaning in an expression");
    }

    private Token take(Token.Kind kind, int end) {
        Token token = new Token(kind, position + 1, text.substring(position, end));
        position = end;
        return token;
    }

    /**
     * A number goes on as long as C's preprocessing numbers do, so that {@code 12abc} is one wrong number; but a sign
     * belongs to it only behind an exponent's letter.
     */
    private int endOfNumber() {
        boolean hexadecimal = text.startsWith("0x", position) || text.startsWith("0X", position);
        int end = position;
        while (end < text.length()) {
            char next = text.charAt(end);
            boolean exponent = end > position
                    && (next == '+' || next == '-')
                    && (hexadecimal ? "pP" : "eE").indexOf(text.charAt(end - 1)) >= 0;
            if (!isNamePart(next) && next != '.' && !exponent) {
                break;
            }
            end++;
        }
        return end;
    }

    /** A register's name, or one of gdb's for what was printed before: {@code $}, {@code $$}, {@code $$3}. */
    private int endOfRegister() {
        return endOfName(text.startsWith("$", position + 1) ? position + 2 : position + 1);
    }

    private boolean isDigit(int at) {
        return at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
    }

    private int endOfName(int start) {
        int end = start;
        while (end < text.length() && isNamePart(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private int endOfCharacter() {
        int end = position + 1;
        while (end < text.length() && text.charAt(end) != '\'') {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= text.length()) {
            throw new ExpressionException(position + 1, "expected a closing ' after the character");
        }
        return end + 1;
    }

    private static boolean isNamePart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }
}
