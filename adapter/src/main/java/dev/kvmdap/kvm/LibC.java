package dev.kvmdap.kvm;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/** The system calls of this machine, by JNA direct mapping onto the C library (x86-64 Linux). */
public final class LibC implements SystemCalls {
    private static final int MFD_CLOEXEC = 1;
    private static final int SIG_BLOCK = 0;
    private static final int SIGSET_BYTES = 128;
    private static final int TIMESPEC_BYTES = 16;
    private static final long TGKILL = 234;
    private static final long GETTID = 186;

    private static final LibC INSTANCE = new LibC();

    private LibC() {}

    /** The one instance; it has no state, and any thread may call it. */
    public static LibC get() {
        return INSTANCE;
    }

    @Override
    public int open(String path, int flags) {
        return answer(C.open(path, flags));
    }

    @Override
    public int close(int fd) {
        return answer(C.close(fd));
    }

    @Override
    public int ioctl(int fd, long request, long argument) {
        return answer(C.ioctl(fd, request, argument));
    }

    @Override
    public long mmap(long length, int protection, int flags, int fd, long offset) {
        long address = C.mmap(0, length, protection, flags, fd, offset);
        return address == -1 ? -Native.getLastError() : address;
    }

    @Override
    public int munmap(long address, long length) {
        return answer(C.munmap(address, length));
    }

    @Override
    public int mprotect(long address, long length, int protection) {
        return answer(C.mprotect(address, length, protection));
    }

    @Override
    public int memfd(String name, long size) {
        int fd = answer(C.memfd_create(name, MFD_CLOEXEC));
        if (fd < 0) {
            return fd;
        }
        int grown = answer(C.ftruncate(fd, size));
        if (grown < 0) {
            C.close(fd);
            return grown;
        }
        return fd;
    }

    @Override
    public int gettid() {
        return (int) C.syscall(GETTID, 0, 0, 0);
    }

    @Override
    public int signalThread(int tid, int signal) {
        return answer((int) C.syscall(TGKILL, ProcessHandle.current().pid(), tid, signal));
    }

    @Override
    public long blockSignal(int signal) {
        try (Memory blocked = signalSet(signal);
                Memory current = new Memory(SIGSET_BYTES)) {
            C.pthread_sigmask(SIG_BLOCK, Pointer.nativeValue(blocked), 0);
            C.pthread_sigmask(SIG_BLOCK, 0, Pointer.nativeValue(current));
            return current.getLong(0) & ~bit(signal);
        }
    }

    @Override
    public int consumeSignal(int signal) {
        try (Memory awaited = signalSet(signal);
                Memory noTime = new Memory(TIMESPEC_BYTES)) {
            noTime.clear();
            return answer(C.sigtimedwait(Pointer.nativeValue(awaited), 0, Pointer.nativeValue(noTime)));
        }
    }

    private static Memory signalSet(int signal) {
        Memory set = new Memory(SIGSET_BYTES);
        set.clear();
        set.setLong(0, bit(signal));
        return set;
    }

    private static long bit(int signal) {
        return 1L << (signal - 1);
    }

    private static int answer(int result) {
        return result < 0 ? -Native.getLastError() : result;
    }

    /** The C library's functions under their own names. */
    private static final class C {
        static {
            Native.register(C.class, NativeLibrary.getInstance("c"));
        }

        static native int open(String path, int flags);

        static native int close(int fd);

        static native int ioctl(int fd, long request, long argument);

        static native long mmap(long address, long length, int protection, int flags, int fd, long offset);

        static native int munmap(long address, long length);

        static native int mprotect(long address, long length, int protection);

        static native int memfd_create(String name, int flags);

        static native int ftruncate(int fd, long length);

        static native long syscall(long number, long first, long second, long third);

        static native int pthread_sigmask(int how, long set, long previous);

        static native int sigtimedwait(long set, long info, long timeout);
    }
}
