package dev.kvmdap.bios;

import dev.kvmdap.device.MemoryBus;

/**
 * The guest's memory by physical address or segment and offset, little-endian. Bytes that are no RAM read as zeros, and writes to
 * them vanish.
 */
final class RealModeMemory {

    private static final int OFFSET_MASK = 0xffff;

    private final MemoryBus bus;
    private final byte[] word = new byte[Integer.BYTES];

    RealModeMemory(MemoryBus bus) {
        this.bus = bus;
    }

    /** The physical address of a segment's byte. */
    static long address(int segment, long offset) {
        return ((long) segment << 4) + (offset & OFFSET_MASK);
    }

    int getByte(long physical) {
        return get(physical, Byte.BYTES);
    }

    int getShort(long physical) {
        return get(physical, Short.BYTES);
    }

    int getInt(long physical) {
        return get(physical, Integer.BYTES);
    }

    long getLong(long physical) {
        return Integer.toUnsignedLong(getInt(physical)) | (long) getInt(physical + Integer.BYTES) << Integer.SIZE;
    }

    private int get(long physical, int bytes) {
        int read = bus.read(physical, word, 0, bytes);
        int value = 0;
        for (int i = read - 1; i >= 0; i--) {
            value = value << Byte.SIZE | (word[i] & 0xff);
        }
        return value;
    }

    void putByte(long physical, int value) {
        put(physical, value, Byte.BYTES);
    }

    void putShort(long physical, int value) {
        put(physical, value, Short.BYTES);
    }

    void putInt(long physical, int value) {
        put(physical, value, Integer.BYTES);
    }

    void putLong(long physical, long value) {
        putInt(physical, (int) value);
        putInt(physical + Integer.BYTES, (int) (value >>> Integer.SIZE));
    }

    private void put(long physical, int value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            word[i] = (byte) (value >>> (Byte.SIZE * i));
        }
        bus.write(physical, word, 0, bytes);
    }

    /** Copies bytes out: whether all are RAM. */
    boolean read(long physical, byte[] into) {
        return bus.read(physical, into, 0, into.length) == into.length;
    }

    /** Copies bytes in: whether all are RAM. */
    boolean write(long physical, byte[] bytes) {
        return bus.write(physical, bytes, 0, bytes.length) == bytes.length;
    }
}
