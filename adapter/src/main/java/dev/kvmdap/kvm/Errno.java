package dev.kvmdap.kvm;

/** The error numbers of Linux on x86-64 (asm-generic/errno-base.h, errno.h) that the binding's calls answer. */
enum Errno {
    EPERM(1, "operation not permitted"),
    ENOENT(2, "no such file or directory"),
    EINTR(4, "interrupted by a signal"),
    EIO(5, "input/output error"),
    ENXIO(6, "no such device or address"),
    E2BIG(7, "argument list too long"),
    EBADF(9, "bad file descriptor"),
    EAGAIN(11, "try again"),
    ENOMEM(12, "out of memory"),
    EACCES(13, "permission denied"),
    EFAULT(14, "bad address"),
    EBUSY(16, "device or resource busy"),
    EEXIST(17, "exists already"),
    ENODEV(19, "no such device"),
    EINVAL(22, "invalid argument"),
    ENFILE(23, "too many open files in the system"),
    EMFILE(24, "too many open files in this process"),
    ENOTTY(25, "call not known to this kernel"),
    EFBIG(27, "file too large"),
    ENOSPC(28, "no space left"),
    ENOSYS(38, "system call not known to this kernel"),
    EOPNOTSUPP(95, "operation not supported"),
    EHWPOISON(133, "memory page has a hardware error");

    private final int number;
    private final String meaning;

    Errno(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    /** The number as the kernel defines it, positive. */
    int number() {
        return number;
    }

    /** Whether a system call's answer is this error: its negated number. */
    boolean is(long answer) {
        return answer == -number;
    }

    /** "EBUSY (device or resource busy)" for a known number, "errno 77" for others. */
    static String describe(int number) {
        for (Errno errno : values()) {
            if (errno.number == number) {
                return errno.name() + " (" + errno.meaning + ")";
            }
        }
        return "errno " + number;
    }

    /** "EBUSY" for a known number, "errno 77" for others. */
    static String name(int number) {
        for (Errno errno : values()) {
            if (errno.number == number) {
                return errno.name();
            }
        }
        return "errno " + number;
    }
}
