package dev.kvmdap.view;

import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.x86.BitField;
import org.jspecify.annotations.Nullable;

/**
 * A number in the machine: a register, a word of memory, a field of a device's state. For the session thread, while the guest
 * stands still.
 */
public interface Word {

    /**
     * The number, as many bits as it has.
     *
     * @throws UnreadableException where it cannot be read
     */
    long read();

    /**
     * Changes it in the guest.
     *
     * @throws ChangeRefusedException why it stays as it is
     */
    default void write(long value) {
        throw new ChangeRefusedException("it cannot be changed");
    }

    /** Whether {@link #write} is worth offering. */
    default boolean isWritable() {
        return false;
    }

    /** An expression that has this value; null where there is none. */
    default @Nullable String expression() {
        return null;
    }

    /** An expression for a field of it; null where there is none. */
    default @Nullable String expression(BitField field) {
        String whole = expression();
        return whole == null ? null : "(%s >> %d) & 0x%x".formatted(whole, field.low(), field.maximum());
    }

    /**
     * The value of what a person typed.
     *
     * @throws ChangeRefusedException where it has none
     */
    long evaluate(String text);
}
