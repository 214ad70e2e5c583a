package dev.kvmdap.machine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Information for a guest in one piece, whose parts point at each other: written by offsets first, put into memory at last. All
 * numbers are little-endian.
 */
final class BootBlock {

    private static final int FIRST_CAPACITY = 1024;

    private ByteBuffer bytes = littleEndian(FIRST_CAPACITY);
    private int size;
    private final List<Pointer> pointers = new ArrayList<>();

    private record Pointer(int at, int target, int bytes) {}

    /** Appends zeros: the offset of the first one. */
    int add(int length, int alignment) {
        int start = size + alignment - 1 & -alignment;
        size = Math.addExact(start, length);
        if (size > bytes.capacity()) {
            ByteBuffer grown = littleEndian(Math.max(size, 2 * bytes.capacity()));
            bytes = grown.put(bytes.rewind()).rewind();
        }
        return start;
    }

    /** Appends bytes: the offset of the first one. */
    int add(ByteBuffer contents, int alignment) {
        int start = add(contents.remaining(), alignment);
        putBytes(start, contents);
        return start;
    }

    /** Appends a NUL-terminated string: its offset. */
    int add(String text) {
        return add(ByteBuffer.wrap(terminated(text)), 1);
    }

    /** A string as guests want it: UTF-8 with a NUL behind it. */
    static byte[] terminated(String text) {
        return (text + "\0").getBytes(StandardCharsets.UTF_8);
    }

    /** Bytes so far. */
    int size() {
        return size;
    }

    BootBlock putByte(int at, int value) {
        bytes.put(at, (byte) value);
        return this;
    }

    BootBlock putShort(int at, int value) {
        bytes.putShort(at, (short) value);
        return this;
    }

    BootBlock putInt(int at, int value) {
        bytes.putInt(at, value);
        return this;
    }

    BootBlock putLong(int at, long value) {
        bytes.putLong(at, value);
        return this;
    }

    BootBlock putBytes(int at, ByteBuffer contents) {
        bytes.put(at, contents, contents.position(), contents.remaining());
        return this;
    }

    /** Has 4 bytes hold the physical address of what is at another offset. */
    BootBlock point(int at, int target) {
        pointers.add(new Pointer(at, target, Integer.BYTES));
        return this;
    }

    /** Has 8 bytes hold the physical address of what is at another offset. */
    BootBlock pointLong(int at, int target) {
        pointers.add(new Pointer(at, target, Long.BYTES));
        return this;
    }

    /**
     * Puts it into a free place below 4 GiB.
     *
     * @param what its name in messages
     * @return its physical address
     */
    long place(String what, long alignment, LoadMap map) {
        long start = map.reserve(what, size, alignment);
        for (Pointer pointer : pointers) {
            long address = start + pointer.target();
            if (pointer.bytes() == Long.BYTES) {
                bytes.putLong(pointer.at(), address);
            } else {
                bytes.putInt(pointer.at(), (int) address);
            }
        }
        map.copy(start, bytes.slice(0, size));
        return start;
    }

    private static ByteBuffer littleEndian(int capacity) {
        return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }
}
