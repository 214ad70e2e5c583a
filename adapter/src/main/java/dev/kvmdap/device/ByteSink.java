package dev.kvmdap.device;

/** Where the bytes go that a guest sends. Called on a vCPU thread, for each byte; it must not block. */
@FunctionalInterface
public interface ByteSink {

    /** Takes the next byte. */
    void accept(byte next);
}
