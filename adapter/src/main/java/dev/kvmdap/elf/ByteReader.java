package dev.kvmdap.elf;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A cursor over a bounded run of little-endian bytes: a section, a table, a unit. Positions count from the start of that
 * run. Reading past its end throws an {@link ElfException} that names the run; nothing else is ever thrown. Not for use
 * by several threads at once.
 */
public final class ByteReader {

    private static final String REBUILD = "the file is damaged or cut short: build it again";

    private final String name;
    private final ByteBuffer bytes;
    private final int size;
    private int position;

    /**
     * A reader at the first byte.
     *
     * @param name what the bytes are, for messages: {@code kernel.elf: .debug_line}
     * @param bytes the bytes between the buffer's position and limit; the buffer itself is left alone
     */
    public ByteReader(String name, ByteBuffer bytes) {
        this.name = name;
        this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        this.size = this.bytes.limit();
    }

    /** What the bytes are, as messages name it. */
    public String name() {
        return name;
    }

    /** The length of the whole run in bytes. */
    public int size() {
        return size;
    }

    /** The offset of the next byte from the start of the run. */
    public int position() {
        return position;
    }

    /** The number of bytes not read yet. */
    public int remaining() {
        return size - position;
    }

    /** Whether there is a next byte. */
    public boolean hasRemaining() {
        return position < size;
    }

    /** Moves to an offset from the start of the run, at most its size. */
    public ByteReader seek(long offset) {
        if (offset < 0 || offset > size) {
            throw new ElfException(
                    "%s: offset 0x%x is outside its %d bytes; %s".formatted(name, offset, size, REBUILD));
        }
        position = (int) offset;
        return this;
    }

    /** Moves on by a number of bytes. */
    public ByteReader skip(long count) {
        take(count);
        return this;
    }

    /** A reader of its own over {@code length} bytes from an offset of this run; this one does not move. */
    public ByteReader slice(long offset, long length) {
        if (offset < 0 || length < 0 || offset > size || length > size - offset) {
            throw new ElfException("%s: %d bytes at offset 0x%x reach outside its %d bytes; %s"
                    .formatted(name, length, offset, size, REBUILD));
        }
        return new ByteReader(name, bytes.slice((int) offset, (int) length));
    }

    /** An unsigned byte. */
    public int u8() {
        return bytes.get(take(1)) & 0xff;
    }

    /** A signed byte. */
    public int s8() {
        return bytes.get(take(1));
    }

    /** An unsigned 16-bit number. */
    public int u16() {
        return bytes.getShort(take(2)) & 0xffff;
    }

    /** An unsigned 32-bit number. */
    public long u32() {
        return bytes.getInt(take(4)) & 0xffff_ffffL;
    }

    /** A signed 32-bit number. */
    public int s32() {
        return bytes.getInt(take(4));
    }

    /** A 64-bit number, all bits. */
    public long u64() {
        return bytes.getLong(take(8));
    }

    /** An unsigned number of 1 to 8 bytes, such as an address of a given size. */
    public long unsigned(int length) {
        return switch (length) {
            case 1 -> u8();
            case 2 -> u16();
            case 4 -> u32();
            case 8 -> u64();
            default -> {
                if (length < 1 || length > 8) {
                    throw new ElfException(
                            "%s: a number of %d bytes; 1 to 8 are allowed; %s".formatted(name, length, REBUILD));
                }
                int start = take(length);
                long value = 0;
                for (int i = length - 1; i >= 0; i--) {
                    value = (value << 8) | (bytes.get(start + i) & 0xff);
                }
                yield value;
            }
        };
    }

    /** An unsigned LEB128 number (DWARF 5, 7.6); bits beyond the 64th are dropped. */
    public long uleb() {
        long value = 0;
        int shift = 0;
        while (true) {
            int b = u8();
            if (shift < Long.SIZE) {
                value |= (long) (b & 0x7f) << shift;
            }
            if (b < 0x80) {
                return value;
            }
            shift = Math.min(shift + 7, Long.SIZE);
        }
    }

    /** A signed LEB128 number (DWARF 5, 7.6); bits beyond the 64th are dropped. */
    public long sleb() {
        long value = 0;
        int shift = 0;
        while (true) {
            int b = u8();
            if (shift < Long.SIZE) {
                value |= (long) (b & 0x7f) << shift;
            }
            shift = Math.min(shift + 7, Long.SIZE);
            if (b < 0x80) {
                return shift < Long.SIZE && (b & 0x40) != 0 ? value | (-1L << shift) : value;
            }
        }
    }

    /** Moves past one LEB128 number of either kind. */
    public void skipLeb() {
        int b;
        do {
            b = u8();
        } while (b >= 0x80);
    }

    /** A NUL-terminated UTF-8 string; moves past the NUL. */
    public String cstring() {
        int start = position;
        skipCstring();
        byte[] text = new byte[position - 1 - start];
        bytes.get(start, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    /** Moves past a NUL-terminated string. */
    public void skipCstring() {
        int end = position;
        while (end < size) {
            if (bytes.get(end++) == 0) {
                position = end;
                return;
            }
        }
        throw new ElfException("%s: the string at offset 0x%x has no end; %s".formatted(name, position, REBUILD));
    }

    /** Whether the NUL-terminated string at an offset is exactly this text; this reader does not move. */
    public boolean isCstring(long offset, byte[] text) {
        if (offset < 0 || offset >= size || text.length >= size - offset) {
            return false;
        }
        int start = (int) offset;
        if (bytes.get(start + text.length) != 0) {
            return false;
        }
        for (int i = 0; i < text.length; i++) {
            if (bytes.get(start + i) != text[i]) {
                return false;
            }
        }
        return true;
    }

    /** The next {@code length} bytes, read-only; moves past them. */
    public ByteBuffer block(long length) {
        int start = take(length);
        return bytes.slice(start, (int) length).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The bytes from here on as a stream, which leaves this reader where it is. */
    InputStream stream() {
        ByteReader rest = slice(position, remaining());
        return new InputStream() {
            @Override
            public int read() {
                return rest.hasRemaining() ? rest.u8() : -1;
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                int count = Math.min(length, rest.remaining());
                rest.block(count).get(into, offset, count);
                return count == 0 && length > 0 ? -1 : count;
            }
        };
    }

    private int take(long count) {
        int start = position;
        if (count < 0 || count > size - start) {
            throw new ElfException("%s ends after %d bytes, but %s are wanted at offset 0x%x; %s"
                    .formatted(name, size, Long.toUnsignedString(count), start, REBUILD));
        }
        position = start + (int) count;
        return start;
    }
}
