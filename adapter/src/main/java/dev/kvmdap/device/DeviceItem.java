package dev.kvmdap.device;

import dev.kvmdap.x86.BitLayout;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Something that a device keeps, as a person looks at it. */
public sealed interface DeviceItem {

    /** What it is called; unique in its device. */
    String name();

    /** What it is, in a few words. */
    String meaning();

    /**
     * A number.
     *
     * @param width its bits, from 1 to 64
     * @param bits its fields; null where it is one number
     * @param value reads it without the effects that the guest's reads have
     * @param change replaces it; null where the hardware does not let software write it
     */
    record Register(
            String name,
            int width,
            @Nullable BitLayout bits,
            String meaning,
            LongSupplier value,
            @Nullable LongConsumer change)
            implements DeviceItem {

        /** A register that is only read. */
        public static Register of(String name, int width, @Nullable BitLayout bits, String meaning, long value) {
            return new Register(name, width, bits, meaning, () -> value, null);
        }
    }

    /** Something that is said in words. */
    record Fact(String name, String text, String meaning) implements DeviceItem {}

    /**
     * Items that belong together.
     *
     * @param text what is said of them as a whole; may be empty
     */
    record Part(String name, String text, String meaning, List<DeviceItem> items) implements DeviceItem {}
}
