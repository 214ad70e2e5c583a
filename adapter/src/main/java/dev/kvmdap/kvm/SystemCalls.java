package dev.kvmdap.kvm;

/**
 * The system calls that the binding makes. {@link LibC} makes them; tests script them. Every call answers with its
 * result, or with the negated errno where it failed.
 */
public interface SystemCalls {

    /** open(2): a file descriptor, or -errno. */
    int open(String path, int flags);

    /** close(2). */
    int close(int fd);

    /**
     * ioctl(2).
     *
     * @param argument an integer or a native address, as the request asks
     */
    int ioctl(int fd, long request, long argument);

    /** mmap(2) at an address of the kernel's choice: the address, or -errno. */
    long mmap(long length, int protection, int flags, int fd, long offset);

    /** munmap(2). */
    int munmap(long address, long length);

    /** mprotect(2). */
    int mprotect(long address, long length, int protection);

    /** memfd_create(2) with MFD_CLOEXEC, grown to {@code size} bytes: a file descriptor, or -errno. */
    int memfd(String name, long size);

    /** gettid(2): the calling thread. */
    int gettid();

    /** tgkill(2) on a thread of this process. */
    int signalThread(int tid, int signal);

    /** Blocks a signal in the calling thread: the thread's signal mask without that signal, as KVM_SET_SIGNAL_MASK wants it. */
    long blockSignal(int signal);

    /** Takes one pending, blocked signal off the calling thread without waiting: the signal, or -EAGAIN. */
    int consumeSignal(int signal);
}
