package dev.kvmdap.device;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * A disk whose contents are those of a file. What the guest writes is kept in memory and gone with the machine: the file stays as
 * it was built, and each start finds the same disk. On a vCPU thread, by one vCPU at a time.
 */
public final class DiskImage implements Closeable {

    /** Bytes of a sector. */
    public static final int SECTOR_BYTES = 512;

    private final FileChannel file;
    private final long sectors;
    private final DiskGeometry geometry;
    private final Map<Long, byte[]> written = new HashMap<>();

    private DiskImage(FileChannel file, long bytes) {
        this.file = file;
        this.sectors = (bytes + SECTOR_BYTES - 1) / SECTOR_BYTES;
        this.geometry = DiskGeometry.of(bytes);
    }

    /**
     * Opens a file, whose last sector is filled up with zeros.
     *
     * @throws IOException where it cannot be read
     */
    public static DiskImage open(Path path) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        try {
            return new DiskImage(file, file.size());
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** How many sectors it has. */
    public long sectors() {
        return sectors;
    }

    /** Its cylinders, heads and sectors. */
    public DiskGeometry geometry() {
        return geometry;
    }

    /**
     * Reads a sector.
     *
     * @param number from 0 to {@link #sectors}, exclusive
     * @param into at least {@link #SECTOR_BYTES} from {@code from} on
     * @throws IOException where the file cannot be read any more
     */
    public void read(long number, byte[] into, int from) throws IOException {
        byte[] changed = written.get(number);
        if (changed != null) {
            System.arraycopy(changed, 0, into, from, SECTOR_BYTES);
            return;
        }
        ByteBuffer sector = ByteBuffer.wrap(into, from, SECTOR_BYTES);
        long at = number * SECTOR_BYTES;
        int count = 0;
        while (sector.hasRemaining() && count >= 0) {
            count = file.read(sector, at);
            at += Math.max(0, count);
        }
        while (sector.hasRemaining()) {
            sector.put((byte) 0);
        }
    }

    /** Writes a sector, for the life of the machine. */
    public void write(long number, byte[] bytes, int from) {
        byte[] copy = new byte[SECTOR_BYTES];
        System.arraycopy(bytes, from, copy, 0, SECTOR_BYTES);
        written.put(number, copy);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
