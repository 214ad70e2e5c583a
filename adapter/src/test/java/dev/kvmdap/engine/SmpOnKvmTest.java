package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.machine.BootConfiguration;
import dev.kvmdap.x86.GuestVirtual;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The engine with a guest of several processors on this host's KVM. */
@EnabledIf("dev.kvmdap.engine.DebuggedGuest#hasKvm")
@Timeout(60)
class SmpOnKvmTest {

    @TempDir
    private Path folder;

    private Path image;
    private Path source;

    @BeforeEach
    void build() {
        Toolchain toolchain = new Toolchain(folder);
        source = toolchain.source(SmpOnKvmTest.class, "smp.s");
        toolchain.run("as", "--64", "-g", "-o", "smp.o", source.toString());
        toolchain.run(
                "ld",
                "-Ttext=0x100000",
                "--section-start=.trampoline=0x20000",
                "-e",
                "start",
                "-o",
                "smp.elf",
                "smp.o");
        image = toolchain.file("smp.elf");
    }

    private DebuggedGuest guest(int vcpus, int iterations) {
        DebuggedGuest guest = new DebuggedGuest(BootConfiguration.of(image), image, source, vcpus);
        write(guest, "cpus", vcpus);
        write(guest, "iterations", iterations);
        return guest;
    }

    private long address(String variable) {
        return ElfFile.open(image).symbols().named(variable).get(0).value();
    }

    private void write(DebuggedGuest guest, String variable, int value) {
        byte[] bytes = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
        guest.ask(e -> e.cpu(0).memory().write(address(variable), bytes, 0, bytes.length));
    }

    private long read(DebuggedGuest guest, String variable) {
        return guest.ask(
                e -> e.cpu(0).memory().number(address(variable), Integer.BYTES).orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({"AUTO, 2, 40", "HARDWARE, 2, 40", "AUTO, 4, 20"})
    void breakpointInACriticalSectionIsHitByEveryVcpuAndNoHitIsLost(BreakpointMode mode, int vcpus, int iterations) {
        try (DebuggedGuest guest = guest(vcpus, iterations)) {
            Breakpoint breakpoint = guest.breakpoint(guest.marker("critical"), mode);
            int[] hits = new int[vcpus];
            Stop stop = guest.resume();
            while (stop instanceof Stop.Breakpoints at) {
                assertThat(at.hit()).containsExactly(breakpoint);
                hits[at.vcpu()]++;
                stop = guest.resume();
            }

            assertThat(stop).isEqualTo(new Stop.Ended(0, 33));
            assertThat(hits).containsOnly(iterations);
            assertThat(read(guest, "counter")).isEqualTo((long) vcpus * iterations);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BreakpointMode.class,
            names = {"AUTO", "HARDWARE"})
    void conditionThatNeverHoldsIsAskedOnceForEveryPassingOfEveryVcpu(BreakpointMode mode) {
        try (DebuggedGuest guest = guest(4, 250)) {
            AtomicInteger asked = new AtomicInteger();
            GuestVirtual critical = new GuestVirtual(guest.marker("critical"));
            guest.ask(e -> e.addBreakpoint(critical, mode, cpu -> {
                asked.incrementAndGet();
                return false;
            }));

            assertThat(guest.resume()).isEqualTo(new Stop.Ended(0, 33));
            assertThat(asked).hasValue(1000);
            assertThat(read(guest, "counter")).isEqualTo(1000);
        }
    }

    @Test
    void sixteenVcpusStartAndDoTheirShare() {
        try (DebuggedGuest guest = guest(16, 5)) {
            assertThat(guest.resume()).isEqualTo(new Stop.Ended(0, 33));
            assertThat(read(guest, "counter")).isEqualTo(80);
        }
    }

    @Test
    void pauseThatMeetsAResetPausesTheNewMachineBeforeItsFirstInstruction() {
        try (DebuggedGuest guest = guest(1, 1)) {
            guest.setPc(guest.label("resets"));

            guest.tell(e -> {
                e.resume();
                e.machine().vcpus().get(0).call(vcpu -> vcpu); // waits until the guest has asked for its reset
                e.pause();
            });

            assertThat(guest.stop()).isEqualTo(new Stop.Paused(0));
            assertThat(guest.reset().cause()).contains("keyboard controller");
            assertThat(guest.pc()).isEqualTo(guest.label("start"));
        }
    }
}
