package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.kvm.MpState;
import dev.kvmdap.kvm.RequiresKvm;
import dev.kvmdap.machine.BootConfiguration;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestVirtual;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The engine with a guest of several processors on this host's KVM. */
@RequiresKvm
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

    @ParameterizedTest
    @EnumSource(WatchAccess.class)
    void watchOfTheSharedCounterNamesTheVcpuThatWroteAndNoWriteIsLost(WatchAccess access) {
        int iterations = 10;
        try (DebuggedGuest guest = guest(2, iterations)) {
            Watchpoint point = guest.ask(e ->
                    e.addWatchpoint(new GuestVirtual(address("counter")), Long.BYTES, access, null, "counter", null));
            assertThat(point.watching().works()).as(point.watching().text()).isTrue();
            int[] writes = new int[2];
            Stop stop = guest.resume();
            while (stop instanceof Stop.Watchpoints at) {
                writes[at.vcpu()] += at.hits().get(0).changed() ? 1 : 0;
                stop = guest.resume();
            }

            assertThat(stop).isEqualTo(new Stop.Ended(0, 33));
            assertThat(writes).as(point.watching().text()).containsOnly(iterations);
            assertThat(read(guest, "counter")).isEqualTo(2L * iterations);
        }
    }

    @Test
    void vcpuThatIsNotStartedSaysSoAndCannotBeSteppedNorRunAlone() {
        try (DebuggedGuest guest = guest(2, 1)) {
            assertThat(guest.<MpState>ask(e -> e.cpu(0).mpState())).isEqualTo(MpState.RUNNABLE);
            assertThat(guest.<Boolean>ask(e -> e.cpu(1).mpState().waitsForStart()))
                    .isTrue();

            assertThatThrownBy(() -> guest.tell(e -> e.step(1, StepKind.INTO, Granularity.INSTRUCTION)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("vCPU 1 waits for its start-up interrupt");
            assertThatThrownBy(() -> guest.tell(e -> e.resumeAlone(1))).isInstanceOf(EngineException.class);
            assertThat(guest.<Boolean>ask(Engine::running)).isFalse();
        }
    }

    @Test
    void breakpointAtTheStartUpCodeStopsTheSecondVcpuInRealMode() {
        try (DebuggedGuest guest = guest(2, 1)) {
            Breakpoint breakpoint = guest.breakpoint(guest.label("trampoline"), BreakpointMode.HARDWARE);

            assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(1, List.of(breakpoint), ""));
            assertThat(guest.<CpuMode>ask(e -> e.cpu(1).mode())).isEqualTo(CpuMode.REAL);
            assertThat(guest.<CpuMode>ask(e -> e.cpu(0).mode())).isEqualTo(CpuMode.LONG);
            guest.tell(e -> e.step(1, StepKind.INTO, Granularity.INSTRUCTION, Companions.STAND));
            assertThat(guest.stop()).isEqualTo(new Stop.Step(1));
            assertThat(guest.<Long>ask(e -> e.cpu(1).pc())).isEqualTo(guest.label("trampoline") + 1);
        }
    }

    @Test
    void startUpInterruptThatIsSentToAVcpuThatStandsStillWaitsForIt() {
        try (DebuggedGuest guest = guest(2, 1)) {
            Breakpoint breakpoint = guest.breakpoint(guest.marker("await others"), BreakpointMode.AUTO);
            guest.tell(e -> e.resumeAlone(0));
            assertThat(guest.stop()).isEqualTo(new Stop.Breakpoints(0, List.of(breakpoint), ""));

            assertThat(guest.<MpState>ask(e -> e.cpu(1).mpState())).isEqualTo(MpState.RUNNABLE);
            assertThat(guest.<Long>ask(e -> e.cpu(1).pc())).isEqualTo(guest.label("trampoline"));
            assertThat(read(guest, "started")).isEqualTo(1);
            guest.tell(e -> e.removeBreakpoint(breakpoint));
            assertThat(guest.resume()).isEqualTo(new Stop.Ended(0, 33));
        }
    }

    @Test
    void vcpuThatRunsAloneSpinsAtTheLockThatTheOtherHolds() {
        try (DebuggedGuest guest = guest(2, 5)) {
            Breakpoint breakpoint = guest.breakpoint(guest.marker("release"), BreakpointMode.AUTO);
            int holder = guest.resume().vcpu();
            int other = 1 - holder;
            guest.tell(e -> e.removeBreakpoint(breakpoint));
            long counted = read(guest, "counter");

            guest.tell(e -> e.resumeAlone(other));
            guest.tell(e -> e.pause(other));

            assertThat(guest.stop()).isEqualTo(new Stop.Paused(other));
            assertThat(read(guest, "counter")).isEqualTo(counted);
            assertThat(guest.<Long>ask(e -> e.cpu(holder).pc())).isEqualTo(guest.marker("release"));
            assertThat(guest.resume()).isEqualTo(new Stop.Ended(0, 33));
            assertThat(read(guest, "counter")).isEqualTo(10);
        }
    }

    @Test
    void stepOverWaitsForWhatTheOtherVcpuDoesWhereItMayRun() {
        try (DebuggedGuest guest = guest(2, 1)) {
            Breakpoint breakpoint = guest.breakpoint(guest.marker("await others"), BreakpointMode.AUTO);
            guest.resume();
            guest.tell(e -> e.removeBreakpoint(breakpoint));
            for (int i = 0; i < 1000 && guest.pc() != guest.marker("work"); i++) {
                assertThat(guest.step(StepKind.OVER, Granularity.LINE)).isEqualTo(new Stop.Step(0));
            }
            assertThat(guest.pc()).as("the second vCPU has started meanwhile").isEqualTo(guest.marker("work"));
        }
    }

    @Test
    void pauseIsToldOfTheVcpuThatWasAskedFor() {
        try (DebuggedGuest guest = guest(2, Integer.MAX_VALUE)) {
            guest.tell(Engine::resume);
            await().until(() -> read(guest, "counter") > 0);
            for (int vcpu : new int[] {1, 0, 1}) {
                guest.tell(e -> e.pause(vcpu));
                assertThat(guest.stop()).isEqualTo(new Stop.Paused(vcpu));
                guest.tell(Engine::resume);
            }
        }
    }

    @Test
    void guestWhoseVcpusAllSleepForEverIsStoppedAndToldOfTheOneThatHalted() {
        try (DebuggedGuest guest = guest(3, 1)) {
            guest.setPc(guest.label("parks"));

            Stop stop = guest.resume();

            assertThat(stop).isInstanceOf(Stop.Halted.class);
            assertThat(stop.vcpu()).isZero();
            assertThat(stop.description())
                    .contains("interrupts are off", "vCPU 1 has not been started, vCPU 2 has not been started");
        }
    }

    @Test
    void parkedVcpuDoesNotStopAGuestWhoseOtherVcpusAreBusy() {
        try (DebuggedGuest guest = guest(2, 1)) {
            Breakpoint end = guest.breakpoint(guest.marker("end"), BreakpointMode.AUTO);
            assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(0, List.of(end), ""));
            guest.setPc(guest.label("spins"));
            guest.tell(Engine::resume);
            await().during(300, TimeUnit.MILLISECONDS).until(() -> !guest.hasStopped());
            guest.tell(Engine::pause);

            assertThat(guest.stop()).isEqualTo(new Stop.Paused(0));
            assertThat(guest.<MpState>ask(e -> e.cpu(1).mpState())).isEqualTo(MpState.HALTED);
        }
    }

    @Test
    void vcpuThatHaltsAloneIsToldThoughTheOthersStandStill() {
        try (DebuggedGuest guest = guest(2, 1)) {
            guest.setPc(guest.label("parks"));
            guest.tell(e -> e.resumeAlone(0));

            Stop stop = guest.stop();

            assertThat(stop).isInstanceOf(Stop.Halted.class);
            assertThat(stop.description()).contains("other vCPUs are held");
        }
    }

    @Test
    void restartPutsEveryVcpuBackToItsBeginning() {
        try (DebuggedGuest guest = guest(2, 5)) {
            Breakpoint breakpoint = guest.breakpoint(guest.marker("critical"), BreakpointMode.AUTO);
            for (int i = 0; i < 5; i++) {
                guest.resume();
            }

            guest.tell(Engine::restart);

            assertThat(guest.pc()).isEqualTo(guest.label("start"));
            assertThat(guest.<Boolean>ask(e -> e.cpu(1).mpState().waitsForStart()))
                    .isTrue();
            assertThat(read(guest, "started")).isZero();
            write(guest, "cpus", 2);
            assertThat(guest.resume()).isInstanceOf(Stop.Breakpoints.class);
            guest.tell(e -> e.removeBreakpoint(breakpoint));
            assertThat(guest.resume()).isEqualTo(new Stop.Ended(0, 33));
        }
    }

    @Test
    void everyVcpuReadsItsOwnApicIdFromCpuid() {
        try (DebuggedGuest guest = guest(4, 1)) {
            guest.resume();
            byte[] ids = new byte[4 * Integer.BYTES];
            guest.ask(e -> e.cpu(0).memory().read(address("x2apic"), ids, 0, ids.length));
            assertThat(ids).containsExactly(0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0);
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
