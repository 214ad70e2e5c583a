package dev.kvmdap.device;

/** What a write to a port asks of the machine beyond the device itself. */
public sealed interface Effect {

    /** Nothing: the guest goes on. */
    static Effect none() {
        return None.NONE;
    }

    /** The guest goes on. */
    enum None implements Effect {
        NONE
    }

    /**
     * The guest ends.
     *
     * @param code its exit code
     */
    record Exit(int code) implements Effect {}

    /**
     * The machine resets.
     *
     * @param cause what the guest did, in words that follow "reset by"
     */
    record Reset(String cause) implements Effect {}
}
