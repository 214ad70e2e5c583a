package dev.kvmdap.kvm;

import java.lang.ref.Reference;

/** One file descriptor of KVM: makes its ioctls, names what went wrong, closes once. */
final class Descriptor implements AutoCloseable {
    private static final int CLOSED = -1;

    private final SystemCalls calls;
    private final String what;
    private volatile int fd;

    /**
     * @param what the descriptor in messages: "/dev/kvm", "the VM", "vCPU 0"
     */
    Descriptor(SystemCalls calls, int fd, String what) {
        this.calls = calls;
        this.fd = fd;
        this.what = what;
    }

    SystemCalls calls() {
        return calls;
    }

    /** The number of the open descriptor. */
    int fd() {
        int open = fd;
        if (open == CLOSED) {
            throw new IllegalStateException(what + " is closed");
        }
        return open;
    }

    /** An ioctl whose refusal is an answer: the result or -errno. */
    int attempt(Ioctl ioctl, long argument) {
        int answer;
        do {
            answer = calls.ioctl(fd(), ioctl.request(), argument);
        } while (Errno.EINTR.is(answer));
        return answer;
    }

    /** An ioctl whose refusal is an answer, on a struct. */
    int attempt(Ioctl ioctl, NativeStruct argument) {
        try {
            return attempt(ioctl, argument.address());
        } finally {
            Reference.reachabilityFence(argument);
        }
    }

    /** An ioctl that must succeed. */
    int call(Ioctl ioctl, long argument) {
        return accepted(ioctl, attempt(ioctl, argument));
    }

    /** An ioctl on a struct that must succeed. */
    int call(Ioctl ioctl, NativeStruct argument) {
        return accepted(ioctl, attempt(ioctl, argument));
    }

    /** The answer of an ioctl where it is a result; an exception where it is an errno. */
    int accepted(Ioctl ioctl, int answer) {
        if (answer < 0) {
            throw refusal(ioctl, answer);
        }
        return answer;
    }

    /** The exception for an ioctl that answered -errno. */
    KvmException refusal(Ioctl ioctl, int answer) {
        return new KvmException(ioctl.name() + " on " + what, -answer, Remedy.of(ioctl, -answer));
    }

    @Override
    public void close() {
        int open = fd;
        if (open != CLOSED) {
            fd = CLOSED;
            calls.close(open);
        }
    }
}
