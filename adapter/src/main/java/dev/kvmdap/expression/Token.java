package dev.kvmdap.expression;

/**
 * A word or sign of an expression.
 *
 * @param column of its first character, from 1
 * @param text as it was written; empty at the end
 */
record Token(Kind kind, int column, String text) {

    enum Kind {
        NUMBER,
        CHARACTER,
        REGISTER,
        NAME,
        SIGN,
        END
    }

    boolean is(String sign) {
        return kind == Kind.SIGN && text.equals(sign);
    }

    /** The token as messages name it. */
    String quoted() {
        return kind == Kind.END ? "the end" : "'" + text + "'";
    }
}
