package dev.kvmdap.expression;

import java.util.Locale;

/** Integer and character constants (C17 6.4.4.1 and 6.4.4.4; {@code 0b} as in C23). */
final class Literals {

    private Literals() {}

    /** Reads an integer constant; its type is the first of C's list for its base and suffix that holds the value. */
    static Node.Literal number(Token token) {
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
        return new Node.Literal(token.column(), value, type(token, value, base == 10, text.substring(suffix)));
    }

    private static int base(String text) {
        String start = text.substring(0, Math.min(2, text.length())).toLowerCase(Locale.ROOT);
        return switch (start) {
            case "0x" -> 16;
            case "0b" -> 2;
            default -> text.charAt(0) == '0' ? 8 : 10;
        };
    }

    private static IntegerType type(Token token, long value, boolean decimal, String suffix) {
        String kind = switch (suffix) {
            case "", "l", "L", "ll", "LL", "u", "U" -> suffix.toLowerCase(Locale.ROOT);
            case "ul", "uL", "Ul", "UL", "lu", "lU", "Lu", "LU" -> "ul";
            case "ull", "uLL", "Ull", "ULL", "llu", "llU", "LLu", "LLU" -> "ul";
            default ->
                throw new ExpressionException(
                        token.column() + token.text().length() - suffix.length(),
                        "'" + token.text() + "' is not a number: "
                                + (suffix.startsWith(".")
                                        ? "only integers are supported"
                                        : "a number ends with its digits or with u, l, ul, ll or ull"));
        };
        boolean unsigned = kind.startsWith("u");
        boolean wide = kind.endsWith("l");
        if (!wide && !unsigned && value >= 0 && value <= Integer.MAX_VALUE) {
            return IntegerType.INT;
        }
        if (!wide && (unsigned || !decimal) && value >>> 32 == 0) {
            return IntegerType.UNSIGNED_INT;
        }
        if (!unsigned && value >= 0) {
            return IntegerType.LONG;
        }
        if (unsigned || !decimal) {
            return IntegerType.UNSIGNED_LONG;
        }
        throw new ExpressionException(
                token.column(), "'" + token.text() + "' does not fit a signed 64-bit number: write the suffix u");
    }

    /** Reads a character constant: an {@code int} with the value of a signed {@code char}. */
    static Node.Literal character(Token token) {
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
        return new Node.Literal(column, (byte) code, IntegerType.INT);
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
