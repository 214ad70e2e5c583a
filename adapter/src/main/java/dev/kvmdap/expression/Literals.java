package dev.kvmdap.expression;

import dev.kvmdap.types.DataModel;
import dev.kvmdap.types.FloatType;
import dev.kvmdap.types.IntegerType;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Constants (C17 6.4.4.1, 6.4.4.2 and 6.4.4.4; {@code 0b} as in C23). */
final class Literals {

    private static final Pattern FLOATING =
            Pattern.compile("((?:[0-9]+\\.[0-9]*|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+"
                    + "|0[xX](?:[0-9a-fA-F]+\\.?[0-9a-fA-F]*|\\.[0-9a-fA-F]+)[pP][-+]?[0-9]+)([fFlL]?)");

    private static final List<IntegerType.Rank> RANKS =
            List.of(IntegerType.Rank.INT, IntegerType.Rank.LONG, IntegerType.Rank.LONG_LONG);

    private Literals() {}

    /** Reads a number. */
    static Node number(Token token) {
        Matcher floating = FLOATING.matcher(token.text());
        return floating.matches() ? floating(token, floating.group(1), floating.group(2)) : integer(token);
    }

    private static Node floating(Token token, String digits, String suffix) {
        double value = Double.parseDouble(digits);
        FloatType type = switch (suffix) {
            case "f", "F" -> FloatType.FLOAT;
            default -> FloatType.DOUBLE;
        };
        return new Node.FloatLiteral(token.column(), type.round(value), type);
    }

    private static Node.Literal integer(Token token) {
        String text = token.text();
        int base = base(text);
        int digits = base == 16 || base == 2 ? 2 : 0;
        int suffix = digits;
        long value = 0;
        boolean fits = true;
        while (suffix < text.length() && Character.digit(text.charAt(suffix), Math.max(base, 10)) >= 0) {
            int digit = Character.digit(text.charAt(suffix), Math.max(base, 10));
            if (digit >= base) {
                throw new ExpressionException(
                        token.column() + suffix, "'" + digit + "' is not a digit of base " + base);
            }
            fits = fits && Long.compareUnsigned(value, Long.divideUnsigned(-1L - digit, base)) <= 0;
            value = value * base + digit;
            suffix++;
        }
        if (suffix == digits) {
            throw new ExpressionException(
                    token.column() + suffix, "expected a digit after '" + text.substring(0, digits) + "'");
        }
        if (!fits) {
            throw new ExpressionException(token.column(), "'" + text + "' does not fit 64 bits");
        }
        return literal(token, value, base == 10, text.substring(suffix));
    }

    private static int base(String text) {
        String start = text.substring(0, Math.min(2, text.length())).toLowerCase(Locale.ROOT);
        return switch (start) {
            case "0x" -> 16;
            case "0b" -> 2;
            default -> text.charAt(0) == '0' ? 8 : 10;
        };
    }

    private static Node.Literal literal(Token token, long value, boolean decimal, String suffix) {
        String kind = switch (suffix) {
            case "", "l", "L", "ll", "LL", "u", "U" -> suffix.toLowerCase(Locale.ROOT);
            case "ul", "uL", "Ul", "UL", "lu", "lU", "Lu", "LU" -> "ul";
            case "ull", "uLL", "Ull", "ULL", "llu", "llU", "LLu", "LLU" -> "ull";
            default ->
                throw new ExpressionException(
                        token.column() + token.text().length() - suffix.length(),
                        "'" + token.text()
                                + "' is not a number: a number ends with its digits or with u, l, ul, ll or ull");
        };
        boolean unsigned = kind.startsWith("u");
        if (value < 0 && decimal && !unsigned) {
            throw new ExpressionException(
                    token.column(), "'" + token.text() + "' does not fit a signed 64-bit number: write the suffix u");
        }
        return new Node.Literal(token.column(), value, decimal, unsigned, kind.length() - (unsigned ? 1 : 0));
    }

    /** The type of an integer: the first of C's list for its base and suffix that holds the value. */
    static IntegerType type(Node.Literal literal, DataModel model) {
        for (IntegerType.Rank rank : RANKS.subList(literal.longs(), RANKS.size())) {
            IntegerType signed = model.integer(rank, true);
            if (!literal.unsigned() && literal.value() >= 0 && signed.extend(literal.value()) == literal.value()) {
                return signed;
            }
            IntegerType unsigned = signed.unsigned();
            if ((literal.unsigned() || !literal.decimal()) && unsigned.extend(literal.value()) == literal.value()) {
                return unsigned;
            }
        }
        return model.integer(IntegerType.Rank.LONG_LONG, false);
    }

    /** Reads a character constant: an {@code int} with the value of a signed {@code char}. */
    static Node.CharacterConstant character(Token token) {
        String inside = token.text().substring(1, token.text().length() - 1);
        int column = token.column();
        if (inside.isEmpty()) {
            throw new ExpressionException(column + 1, "expected a character between the quotes");
        }
        int code = inside.charAt(0);
        int end = 1;
        if (code > 0x7f) {
            throw new ExpressionException(column + 1, "'" + inside + "' is not an ASCII character");
        }
        if (code == '\\') {
            end = endOfEscape(inside);
            code = escape(inside.substring(1, end), column + 1);
        }
        if (end < inside.length()) {
            throw new ExpressionException(column + 1 + end, "expected the closing ' after one character");
        }
        return new Node.CharacterConstant(column, (byte) code);
    }

    private static int endOfEscape(String inside) {
        boolean hexadecimal = inside.charAt(1) == 'x';
        int base = hexadecimal ? 16 : 8;
        int most = hexadecimal ? inside.length() : Math.min(inside.length(), 4);
        int end = hexadecimal ? 2 : 1;
        while (end < most && Character.digit(inside.charAt(end), base) >= 0) {
            end++;
        }
        return Math.max(end, 2);
    }

    private static int escape(String escape, int column) {
        return switch (escape.charAt(0)) {
            case 'a' -> 7;
            case 'b' -> '\b';
            case 'e' -> 27;
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> 11;
            case '\'', '"', '?', '\\' -> escape.charAt(0);
            case 'x' -> code(escape.substring(1), 16, column);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> code(escape, 8, column);
            default -> throw new ExpressionException(column, "'\\" + escape + "' is not an escape of C");
        };
    }

    private static int code(String digits, int base, int column) {
        int code = 0;
        for (int i = 0; i < digits.length() && code <= 0xff; i++) {
            code = code * base + Character.digit(digits.charAt(i), base);
        }
        if (digits.isEmpty() || code > 0xff) {
            throw new ExpressionException(column, "a character's code has digits and is at most 0xff");
        }
        return code;
    }
}
