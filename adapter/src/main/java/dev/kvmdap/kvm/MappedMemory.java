package dev.kvmdap.kvm;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A memory mapping of this process, read and written by offset, little endian. Any thread may access it; what two threads
 * and a running guest do at once is ordered by nothing but the hardware. Close it only after the last access of other
 * threads has ended and no memory slot refers to it.
 */
public final class MappedMemory implements AutoCloseable {
    /** Host pages: guest memory is mapped, aliased and protected in multiples of this. */
    public static final int PAGE = 4096;

    private static final int CHUNK_BITS = 30;
    private static final long CHUNK = 1L << CHUNK_BITS;
    private static final int NO_FILE = -1;
    private static final int READ_WRITE = Abi.PROT_READ | Abi.PROT_WRITE;
    private static final ByteBuffer[] CLOSED = {};

    private final SystemCalls calls;
    private final String what;
    private final int memfd;
    private final long address;
    private final long size;
    private volatile ByteBuffer[] chunks;

    private MappedMemory(SystemCalls calls, String what, int memfd, long address, long size) {
        this.calls = calls;
        this.what = what;
        this.memfd = memfd;
        this.address = address;
        this.size = size;
        this.chunks = chunksOf(address, size);
    }

    private static ByteBuffer[] chunksOf(long address, long size) {
        ByteBuffer[] chunks = new ByteBuffer[Math.toIntExact((size + CHUNK - 1) >>> CHUNK_BITS)];
        for (int i = 0; i < chunks.length; i++) {
            long start = (long) i << CHUNK_BITS;
            chunks[i] = new Pointer(address + start)
                    .getByteBuffer(0, Math.min(CHUNK, size - start))
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
        return chunks;
    }

    /**
     * Guest RAM: zeroed memory without a name, taken from the host page by page as it is touched.
     *
     * @param size in bytes, a positive multiple of {@link #PAGE}
     * @throws KvmException where the host has not that much memory; the message says how much it has
     */
    public static MappedMemory ram(SystemCalls calls, long size) {
        if (size <= 0 || size % PAGE != 0) {
            throw new IllegalArgumentException(
                    "guest memory of " + size + " bytes: it must be a positive multiple of " + PAGE + " bytes");
        }
        HostMemory.require(size);
        int memfd = calls.memfd("kvmdap-guest-ram", size);
        if (memfd < 0) {
            throw new KvmException("memfd_create of " + HostMemory.text(size), -memfd, HostMemory.remedy());
        }
        try {
            return map(calls, memfd, memfd, size, Abi.MAP_NORESERVE, "guest memory");
        } catch (RuntimeException e) {
            calls.close(memfd);
            throw e;
        }
    }

    /** Zeroed memory of this process alone. */
    static MappedMemory ofProcess(SystemCalls calls, long size) {
        return map(calls, NO_FILE, NO_FILE, size, Abi.MAP_ANONYMOUS, "memory of the process");
    }

    /** The area that a vCPU shares with user space. */
    static MappedMemory ofVcpu(SystemCalls calls, int vcpuFd, int size) {
        return map(calls, vcpuFd, NO_FILE, size, 0, "the shared area of a vCPU");
    }

    private static MappedMemory map(SystemCalls calls, int fd, int ownedFd, long size, int flags, String what) {
        long address = calls.mmap(size, READ_WRITE, Abi.MAP_SHARED | flags, fd, 0);
        if (address < 0) {
            throw new KvmException("mmap of " + HostMemory.text(size), (int) -address, HostMemory.remedy());
        }
        return new MappedMemory(calls, what, ownedFd, address, size);
    }

    /** A second mapping of the same RAM, to be closed on its own, with page protections of its own. */
    public MappedMemory alias() {
        requireOpen();
        if (memfd == NO_FILE) {
            throw new IllegalStateException(what + " cannot be mapped twice");
        }
        return map(calls, memfd, NO_FILE, size, Abi.MAP_NORESERVE, what);
    }

    /**
     * Sets the page protection of a part of this mapping. Java code that then touches what it may not dies, so protect only
     * a mapping that nobody but KVM reads.
     *
     * @param offset a multiple of {@link #PAGE}
     * @param length in bytes, a multiple of {@link #PAGE}
     * @param protection a union of {@link Abi#PROT_READ} and {@link Abi#PROT_WRITE}, or {@link Abi#PROT_NONE}
     */
    public void protect(long offset, long length, int protection) {
        requireOpen();
        requireInside(offset, length);
        int answer = calls.mprotect(address + offset, length, protection);
        if (answer < 0) {
            throw new KvmException("mprotect", -answer, "give an offset and length that are multiples of " + PAGE);
        }
    }

    /** The first address in this process. */
    public long address() {
        return address;
    }

    /** The size in bytes. */
    public long size() {
        return size;
    }

    public byte getByte(long offset) {
        return chunk(offset, Byte.BYTES).get(within(offset));
    }

    public void putByte(long offset, byte value) {
        chunk(offset, Byte.BYTES).put(within(offset), value);
    }

    public short getShort(long offset) {
        ByteBuffer chunk = chunk(offset, Short.BYTES);
        return spans(offset, Short.BYTES) ? (short) gather(offset, Short.BYTES) : chunk.getShort(within(offset));
    }

    public void putShort(long offset, short value) {
        ByteBuffer chunk = chunk(offset, Short.BYTES);
        if (spans(offset, Short.BYTES)) {
            scatter(offset, Short.BYTES, value);
        } else {
            chunk.putShort(within(offset), value);
        }
    }

    public int getInt(long offset) {
        ByteBuffer chunk = chunk(offset, Integer.BYTES);
        return spans(offset, Integer.BYTES) ? (int) gather(offset, Integer.BYTES) : chunk.getInt(within(offset));
    }

    public void putInt(long offset, int value) {
        ByteBuffer chunk = chunk(offset, Integer.BYTES);
        if (spans(offset, Integer.BYTES)) {
            scatter(offset, Integer.BYTES, value);
        } else {
            chunk.putInt(within(offset), value);
        }
    }

    public long getLong(long offset) {
        ByteBuffer chunk = chunk(offset, Long.BYTES);
        return spans(offset, Long.BYTES) ? gather(offset, Long.BYTES) : chunk.getLong(within(offset));
    }

    public void putLong(long offset, long value) {
        ByteBuffer chunk = chunk(offset, Long.BYTES);
        if (spans(offset, Long.BYTES)) {
            scatter(offset, Long.BYTES, value);
        } else {
            chunk.putLong(within(offset), value);
        }
    }

    /** Copies {@code length} bytes at {@code offset} into {@code target}, from index {@code from} on. */
    public void read(long offset, byte[] target, int from, int length) {
        requireInside(offset, length);
        for (int done = 0; done < length; ) {
            long at = offset + done;
            int count = inOneChunk(at, length - done);
            chunk(at, count).get(within(at), target, from + done, count);
            done += count;
        }
    }

    /** Copies {@code length} bytes of {@code source}, from index {@code from} on, to {@code offset}. */
    public void write(long offset, byte[] source, int from, int length) {
        requireInside(offset, length);
        for (int done = 0; done < length; ) {
            long at = offset + done;
            int count = inOneChunk(at, length - done);
            chunk(at, count).put(within(at), source, from + done, count);
            done += count;
        }
    }

    /** Sets {@code length} bytes at {@code offset} to one value. */
    public void fill(long offset, long length, byte value) {
        requireOpen();
        requireInside(offset, length);
        new Pointer(address + offset).setMemory(0, length, value);
    }

    private ByteBuffer chunk(long offset, int length) {
        ByteBuffer[] open = chunks;
        if (offset < 0 || offset > size - length || open == CLOSED) {
            throw refusal(offset, length);
        }
        return open[(int) (offset >>> CHUNK_BITS)];
    }

    private static int within(long offset) {
        return (int) (offset & (CHUNK - 1));
    }

    private static boolean spans(long offset, int length) {
        return within(offset) > CHUNK - length;
    }

    private static int inOneChunk(long offset, long length) {
        return (int) Math.min(length, CHUNK - within(offset));
    }

    private long gather(long offset, int length) {
        long value = 0;
        for (int i = length - 1; i >= 0; i--) {
            value = value << Byte.SIZE | (getByte(offset + i) & 0xff);
        }
        return value;
    }

    private void scatter(long offset, int length, long value) {
        for (int i = 0; i < length; i++) {
            putByte(offset + i, (byte) (value >>> (Byte.SIZE * i)));
        }
    }

    private void requireInside(long offset, long length) {
        if (offset < 0 || length < 0 || offset > size - length) {
            throw refusal(offset, length);
        }
    }

    private ByteBuffer[] open() {
        ByteBuffer[] open = chunks;
        if (open == CLOSED) {
            throw new IllegalStateException(what + " is closed");
        }
        return open;
    }

    private void requireOpen() {
        open();
    }

    private RuntimeException refusal(long offset, long length) {
        if (chunks == CLOSED) {
            return new IllegalStateException(what + " is closed");
        }
        return new IndexOutOfBoundsException(length + " bytes at offset 0x" + Long.toHexString(offset)
                + " are not inside " + what + " of " + HostMemory.text(size));
    }

    @Override
    public synchronized void close() {
        if (chunks == CLOSED) {
            return;
        }
        chunks = CLOSED;
        calls.munmap(address, size);
        if (memfd != NO_FILE) {
            calls.close(memfd);
        }
    }
}
