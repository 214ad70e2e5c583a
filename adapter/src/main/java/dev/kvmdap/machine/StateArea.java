package dev.kvmdap.machine;

import dev.kvmdap.device.DeviceItem;
import dev.kvmdap.x86.BitLayout;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The state of a device that KVM emulates, as KVM gives and takes it: bytes with little-endian fields. */
final class StateArea {

    private final Supplier<byte[]> load;
    private final @Nullable Consumer<byte[]> store;
    private byte[] bytes;

    /**
     * The state as it is now.
     *
     * @param store gives KVM a changed state; null where none is given
     */
    StateArea(Supplier<byte[]> load, @Nullable Consumer<byte[]> store) {
        this.load = load;
        this.store = store;
        this.bytes = load.get();
    }

    /** A field, zero-extended from 1 to 8 bytes. */
    long get(int offset, int size) {
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = value << Byte.SIZE | (bytes[offset + i] & 0xff);
        }
        return value;
    }

    /** A field as a register that the hardware does not let software write. */
    DeviceItem read(String name, int offset, int size, @Nullable BitLayout bits, String meaning) {
        return new DeviceItem.Register(name, size * Byte.SIZE, bits, meaning, () -> get(offset, size), null);
    }

    /** A field as a register that can be written. */
    DeviceItem register(String name, int offset, int size, @Nullable BitLayout bits, String meaning) {
        return store == null
                ? read(name, offset, size, bits, meaning)
                : new DeviceItem.Register(
                        name,
                        size * Byte.SIZE,
                        bits,
                        meaning,
                        () -> get(offset, size),
                        value -> put(offset, size, value, store));
    }

    /** Changes one field of what the device keeps now. */
    private void put(int offset, int size, long value, Consumer<byte[]> taker) {
        byte[] changed = load.get();
        for (int i = 0; i < size; i++) {
            changed[offset + i] = (byte) (value >>> (Byte.SIZE * i));
        }
        taker.accept(changed);
        bytes = load.get();
    }
}
