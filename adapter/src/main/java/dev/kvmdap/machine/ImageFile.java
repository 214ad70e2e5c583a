package dev.kvmdap.machine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The bytes of a file that is to be booted, mapped so that they cost nothing until they are copied to the guest.
 *
 * @param path where it lies
 * @param bytes its bytes, little-endian, from position 0 on; of a disk image of 2 GiB or more the first ones
 * @param size all its bytes
 */
record ImageFile(Path path, ByteBuffer bytes, long size) {

    /**
     * Opens a file.
     *
     * @param key the launch configuration's key that names it, for messages
     */
    static ImageFile open(String key, Path file) {
        if (Files.isDirectory(file)) {
            throw new BootException("%s: %s is a directory; give the path of a file".formatted(key, file));
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size == 0) {
                throw new BootException("%s: %s is empty; build it again".formatted(key, file));
            }
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, Math.min(size, Integer.MAX_VALUE));
            return new ImageFile(file, bytes.order(ByteOrder.LITTLE_ENDIAN), size);
        } catch (NoSuchFileException e) {
            throw new BootException("%s: %s: no such file; build it, or correct the path".formatted(key, file), e);
        } catch (IOException e) {
            throw new BootException("%s: %s cannot be read: %s".formatted(key, file, e.getMessage()), e);
        }
    }

    /** The path, for messages. */
    String name() {
        return path.toString();
    }

    /** The name without its folders, as kernels are told. */
    String fileName() {
        return String.valueOf(path.getFileName());
    }

    /** The whole file, for what is to be in memory as it is. */
    ByteBuffer whole() {
        if (size > bytes.limit()) {
            throw new BootException("%s has %d bytes; at most 2 GiB can be loaded".formatted(path, size));
        }
        return bytes;
    }

    ByteBuffer slice(int offset, int length) {
        return bytes.slice(offset, length).order(ByteOrder.LITTLE_ENDIAN);
    }
}
