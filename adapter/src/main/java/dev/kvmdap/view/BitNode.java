package dev.kvmdap.view;

import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.x86.BitField;
import org.jspecify.annotations.Nullable;

/** One bit, or a run of bits, of a number in the machine. */
final class BitNode implements Node {

    private final BitField field;
    private final Word word;

    BitNode(BitField field, Word word) {
        this.field = field;
        this.word = word;
    }

    @Override
    public String name() {
        return field.name();
    }

    /** In decimal where it is a single digit, as bits are read, and in hexadecimal otherwise. */
    @Override
    public String value(NumberFormat format) {
        return format.small(field.of(word.read()));
    }

    @Override
    public String type() {
        return field.meaning();
    }

    @Override
    public @Nullable String evaluateName() {
        return word.expression(field);
    }

    @Override
    public boolean settable() {
        return word.isWritable();
    }

    @Override
    public void set(String text) {
        long value = word.evaluate(text);
        try {
            word.write(field.with(word.read(), value));
        } catch (IllegalArgumentException e) {
            throw new ChangeRefusedException(String.valueOf(e.getMessage()), e);
        }
    }
}
