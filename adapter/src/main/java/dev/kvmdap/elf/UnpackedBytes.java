package dev.kvmdap.elf;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * What a compressed section unpacks to: in the heap where it is small, else in a temporary file that is mapped and has no
 * name any more, so that the debugging information of a kernel does not fill the heap.
 */
final class UnpackedBytes {

    private static final int CHUNK = 1 << 16;

    private UnpackedBytes() {}

    /**
     * Reads a stream.
     *
     * @param name the section, for messages
     * @param size the bytes that the stream should have; more are left alone
     */
    static ByteBuffer read(String name, InputStream unpacking, int size) {
        try (unpacking) {
            ByteBuffer unpacked =
                    size <= ImageBytes.COPIED_AT_MOST ? intoHeap(unpacking, size) : intoFile(name, unpacking, size);
            return unpacked.order(ByteOrder.LITTLE_ENDIAN);
        } catch (ElfException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new ElfException(name + " does not unpack: the file is damaged: build it again", e);
        }
    }

    /** Grows the result as bytes come. */
    private static ByteBuffer intoHeap(InputStream unpacking, int size) throws IOException {
        byte[] bytes = new byte[Math.min(size, CHUNK)];
        int length = 0;
        while (length < size) {
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.min(size, 2 * length));
            }
            length += next(unpacking, bytes, length, bytes.length - length, size);
        }
        return ByteBuffer.wrap(bytes);
    }

    private static ByteBuffer intoFile(String name, InputStream unpacking, int size) throws IOException {
        Path file = temporaryFile(name, size);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            byte[] chunk = new byte[CHUNK];
            for (int length = 0; length < size; ) {
                int count = next(unpacking, chunk, 0, Math.min(chunk.length, size - length), size);
                write(name, channel, ByteBuffer.wrap(chunk, 0, count));
                length += count;
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
        } finally {
            Files.delete(file);
        }
    }

    private static Path temporaryFile(String name, int size) {
        try {
            return Files.createTempFile("kvmdap-", ".section");
        } catch (IOException e) {
            throw noRoom(name, size, e);
        }
    }

    private static void write(String name, FileChannel channel, ByteBuffer chunk) {
        try {
            while (chunk.hasRemaining()) {
                channel.write(chunk);
            }
        } catch (IOException e) {
            throw noRoom(name, chunk.limit(), e);
        }
    }

    private static ElfException noRoom(String name, int size, IOException cause) {
        return new ElfException(
                "%s unpacks to a temporary file, which cannot be written (%d bytes more): %s; make room in %s, or run objcopy --decompress-debug-sections on the image"
                        .formatted(name, size, cause.getMessage(), System.getProperty("java.io.tmpdir")),
                cause);
    }

    private static int next(InputStream unpacking, byte[] into, int offset, int most, int size) throws IOException {
        int count = unpacking.read(into, offset, most);
        if (count <= 0) {
            throw new EOFException("fewer than %d bytes".formatted(size));
        }
        return count;
    }
}
