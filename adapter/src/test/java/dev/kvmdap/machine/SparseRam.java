package dev.kvmdap.machine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** RAM of any size, laid out like a PC's: what lies beyond 3 GiB continues at 4 GiB. Only what is written costs memory. */
final class SparseRam implements PhysicalWriter {

    private static final long LOW_END = 3L << 30;
    private static final long HIGH_START = 4L << 30;
    private static final int PAGE = 4096;

    private final long size;
    private final Map<Long, byte[]> pages = new HashMap<>();

    SparseRam(long size) {
        this.size = size;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long available(long physical) {
        if (physical >= HIGH_START) {
            return Math.max(0, size - LOW_END - (physical - HIGH_START));
        }
        return physical < 0 ? 0 : Math.max(0, Math.min(size, LOW_END) - physical);
    }

    @Override
    public int write(long physical, byte[] bytes, int from, int length) {
        if (length > available(physical)) {
            throw new AssertionError("%d bytes at 0x%x are outside of RAM".formatted(length, physical));
        }
        for (int i = 0; i < length; i++) {
            page(physical + i)[(int) ((physical + i) % PAGE)] = bytes[from + i];
        }
        return length;
    }

    byte[] read(long physical, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = page(physical + i)[(int) ((physical + i) % PAGE)];
        }
        return bytes;
    }

    String text(long physical, int length) {
        return new String(read(physical, length), StandardCharsets.UTF_8);
    }

    /** The NUL-terminated string at an address. */
    String string(long physical) {
        int length = 0;
        while (read(physical + length, 1)[0] != 0) {
            length++;
        }
        return text(physical, length);
    }

    long readInt(long physical) {
        return Integer.toUnsignedLong(littleEndian(physical, Integer.BYTES).getInt());
    }

    long readLong(long physical) {
        return littleEndian(physical, Long.BYTES).getLong();
    }

    private ByteBuffer littleEndian(long physical, int length) {
        return ByteBuffer.wrap(read(physical, length)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private byte[] page(long physical) {
        return pages.computeIfAbsent(physical / PAGE, number -> new byte[PAGE]);
    }
}
