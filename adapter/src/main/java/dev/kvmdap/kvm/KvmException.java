package dev.kvmdap.kvm;

import java.io.Serial;

/** A call of the KVM binding that the kernel refused: which call, with which error, and what a person can do about it. */
public final class KvmException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final String call;
    private final int errno;
    private final String remedy;

    /**
     * @param call name of the ioctl or system call, with what it was called on where that helps: {@code KVM_CREATE_VM}
     * @param errno the error number, positive; 0 where the call succeeded with an unusable answer
     * @param remedy a sentence: what to do next
     */
    public KvmException(String call, int errno, String remedy) {
        super(call + " failed" + (errno == 0 ? "" : ": " + Errno.describe(errno)) + ". What to do: " + remedy);
        this.call = call;
        this.errno = errno;
        this.remedy = remedy;
    }

    /** Name of the ioctl or system call. */
    public String call() {
        return call;
    }

    /** The error number, positive; 0 where the call succeeded with an unusable answer. */
    public int errno() {
        return errno;
    }

    /** The error's symbolic name, such as {@code EBUSY}. */
    public String errnoName() {
        return Errno.name(errno);
    }

    /** Whether something of the same kind is under way: EBUSY. */
    public boolean isBusy() {
        return Errno.EBUSY.is(-errno);
    }

    /** What to do next, a sentence. */
    public String remedy() {
        return remedy;
    }
}
