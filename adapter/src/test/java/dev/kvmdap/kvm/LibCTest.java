package dev.kvmdap.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The machine's own system calls: a refused call answers with its negated errno. */
class LibCTest {
    private final SystemCalls calls = LibC.get();

    @Test
    void refusedCallsAnswerTheirErrno() {
        assertThat(calls.open("/no/such/file", 0)).isEqualTo(-Errno.ENOENT.number());
        assertThat(calls.close(-1)).isEqualTo(-Errno.EBADF.number());
        assertThat(calls.ioctl(-1, 0, 0)).isEqualTo(-Errno.EBADF.number());
        assertThat(calls.mmap(0, Abi.PROT_READ, Abi.MAP_SHARED, -1, 0)).isNegative();
        assertThat(calls.munmap(1, 4096)).isEqualTo(-Errno.EINVAL.number());
        assertThat(calls.mprotect(1, 4096, Abi.PROT_READ)).isEqualTo(-Errno.EINVAL.number());
        assertThat(calls.memfd("negative", -1)).isEqualTo(-Errno.EINVAL.number());
    }

    @Test
    void ioctlThatTheFileDoesNotKnowIsEnotty() {
        int fd = calls.open("/dev/null", 0);

        assertThat(calls.ioctl(fd, Ioctl.KVM_RUN.request(), 0)).isEqualTo(-Errno.ENOTTY.number());

        assertThat(calls.close(fd)).isZero();
    }

    @Test
    void blockedSignalStaysPendingUntilItIsConsumed() {
        CompletableFuture.runAsync(() -> {
                    long mask = calls.blockSignal(RunInterrupter.SIGNAL);
                    assertThat(mask & 1L << (RunInterrupter.SIGNAL - 1)).isZero();
                    assertThat(calls.consumeSignal(RunInterrupter.SIGNAL)).isEqualTo(-Errno.EAGAIN.number());

                    calls.signalThread(calls.gettid(), RunInterrupter.SIGNAL);

                    assertThat(calls.consumeSignal(RunInterrupter.SIGNAL)).isEqualTo(RunInterrupter.SIGNAL);
                    assertThat(calls.consumeSignal(RunInterrupter.SIGNAL)).isEqualTo(-Errno.EAGAIN.number());
                })
                .join();
    }
}
