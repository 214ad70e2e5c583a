package dev.kvmdap.expression;

import dev.kvmdap.types.AddressSpace;

/**
 * The memory that pointers lead to. A breakpoint's condition reads it on the vCPU thread: reading must not block, and should
 * not allocate.
 *
 * @param <S> whose memory it is
 */
public interface Memory<S> {

    /**
     * A little-endian number, zero-extended.
     *
     * @param bytes 1 to 8
     * @throws UnreadableException where not all of it can be read
     */
    long read(S state, AddressSpace space, long address, int bytes);

    /**
     * Stores the low bytes of a number, little-endian.
     *
     * @param bytes 1 to 8
     * @throws UnreadableException where not all of it can be written
     */
    void write(S state, AddressSpace space, long address, int bytes, long value);

    /** No memory at all: where expressions are about registers alone. */
    static <S> Memory<S> none() {
        return new Memory<>() {
            @Override
            public long read(S state, AddressSpace space, long address, int bytes) {
                throw new UnreadableException("memory cannot be read here");
            }

            @Override
            public void write(S state, AddressSpace space, long address, int bytes, long value) {
                throw new UnreadableException("memory cannot be changed here");
            }
        };
    }
}
