package dev.kvmdap.elf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The bytes of an image. A small file is copied, so that building it anew while it is debugged changes nothing; a large
 * one is mapped, so that it costs memory only where it is read. Where a mapped file is cut short, the JVM answers a read
 * of the lost pages with an {@link InternalError}. No file descriptor stays open.
 */
final class ImageBytes {

    /** Files up to this size are copied. */
    static final long COPIED_AT_MOST = 4 << 20;

    /** The most that one {@link #slice} can give: 1 GiB. */
    static final long SLICE_AT_MOST = 1 << 30;

    private final String name;
    private final long size;
    /** Window i begins at i GiB and is up to 2 GiB long, so that each slice lies within the window it begins in. */
    private final ByteBuffer[] windows;

    private ImageBytes(String name, long size, ByteBuffer... windows) {
        this.name = name;
        this.size = size;
        this.windows = windows;
    }

    static ImageBytes of(String name, ByteBuffer bytes) {
        return new ImageBytes(name, bytes.remaining(), bytes.slice().asReadOnlyBuffer());
    }

    static ImageBytes read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (Files.isDirectory(file)) {
                throw new ElfException(file + " is a directory; give the path of a linked ELF image");
            }
            long size = channel.size();
            return size <= COPIED_AT_MOST ? of(file.toString(), copy(channel, (int) size)) : map(file, channel, size);
        } catch (NoSuchFileException e) {
            throw new ElfException(file + ": no such file; give the path of a linked ELF image", e);
        } catch (IOException e) {
            throw new ElfException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static ByteBuffer copy(FileChannel channel, int size) throws IOException {
        ByteBuffer copy = ByteBuffer.allocate(size);
        int count;
        do {
            count = channel.read(copy);
        } while (count > 0);
        return copy.flip();
    }

    private static ImageBytes map(Path file, FileChannel channel, long size) throws IOException {
        ByteBuffer[] windows = new ByteBuffer[(int) ((size - 1) / SLICE_AT_MOST) + 1];
        for (int i = 0; i < windows.length; i++) {
            long start = i * SLICE_AT_MOST;
            windows[i] =
                    channel.map(FileChannel.MapMode.READ_ONLY, start, Math.min(size - start, 2 * SLICE_AT_MOST - 1));
        }
        return new ImageBytes(file.toString(), size, windows);
    }

    String name() {
        return name;
    }

    long size() {
        return size;
    }

    /**
     * The bytes from an offset on, read-only.
     *
     * @param what what they are, for messages
     */
    ByteBuffer slice(long offset, long length, String what) {
        if (offset < 0 || length < 0 || offset > size || length > size - offset) {
            throw new ElfException(
                    "%s: %s should be the 0x%x bytes at offset 0x%x, but the file has 0x%x bytes; it is damaged or cut short: build it again"
                            .formatted(name, what, length, offset, size));
        }
        if (length > SLICE_AT_MOST) {
            throw new ElfException(
                    "%s: %s is %d bytes long; at most 1 GiB is read as one piece".formatted(name, what, length));
        }
        int window = (int) Math.min(offset / SLICE_AT_MOST, windows.length - 1);
        return windows[window]
                .slice((int) (offset - window * SLICE_AT_MOST), (int) length)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    ByteReader reader(long offset, long length, String what) {
        return new ByteReader(name + ": " + what, slice(offset, length, what));
    }
}
