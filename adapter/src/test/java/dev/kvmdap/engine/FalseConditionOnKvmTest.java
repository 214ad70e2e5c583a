package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.ThreadMXBean;
import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.kvm.RequiresKvm;
import dev.kvmdap.machine.BootConfiguration;
import dev.kvmdap.x86.GuestVirtual;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a breakpoint costs on this host's KVM whose condition does not hold. */
@RequiresKvm
@Timeout(60)
class FalseConditionOnKvmTest {

    private static final int WARM_UP = 1000;
    private static final int HITS = 2000;

    @TempDir
    private Path folder;

    /** Counts the bytes that the vCPU's thread allocates between two hits far apart, and stops at the second. */
    private static final class Allocation implements Condition {
        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private @Nullable Thread thread;
        private volatile boolean threadChanged;
        private int hits;
        private long before;
        private volatile long bytes;

        @Override
        public boolean holds(Cpu cpu) {
            threadChanged |= hits > 0 && thread != Thread.currentThread();
            thread = Thread.currentThread();
            hits++;
            if (hits == WARM_UP) {
                before = allocated();
            }
            if (hits < WARM_UP + HITS) {
                return false;
            }
            bytes = allocated() - before;
            return true;
        }

        private long allocated() {
            return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BreakpointMode.class,
            names = {"HARDWARE", "SOFTWARE"})
    void hitAllocatesNothingAndStaysOnItsThread(BreakpointMode mode) {
        Toolchain toolchain = new Toolchain(folder);
        Path source = toolchain.source(FalseConditionOnKvmTest.class, "places.s");
        toolchain.run("as", "--64", "-g", "-o", "places.o", source.toString());
        toolchain.run("ld", "-Ttext=0x100000", "-e", "start", "-o", "places.elf", "places.o");
        Path image = toolchain.file("places.elf");
        Allocation allocation = new Allocation();
        assumeThat(allocation.threads.isThreadAllocatedMemoryEnabled()).isTrue();
        try (DebuggedGuest guest = new DebuggedGuest(BootConfiguration.of(image), image, source, 1)) {
            EngineOnKvmTest.assumePlacement(
                    guest.ask(e -> e.addBreakpoint(new GuestVirtual(guest.marker("bump")), mode, allocation)));

            assertThat(guest.resume()).isInstanceOf(Stop.Breakpoints.class);

            assertThat(allocation.bytes / HITS).as("bytes a hit").isZero();
            assertThat(allocation.threadChanged).isFalse();
        }
    }
}
