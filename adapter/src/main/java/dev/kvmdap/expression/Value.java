package dev.kvmdap.expression;

/**
 * What an expression was worth at one moment.
 *
 * @param bits the value, extended to 64 bits as its type is signed or not
 * @param format how the text asked to see it, or else as its operands are shown
 */
public record Value(long bits, IntegerType type, Format format) {

    /** The value as text. */
    public String text() {
        return format.text(bits, type);
    }
}
