package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.kvm.PlantedChoice;
import dev.kvmdap.kvm.RequiresKvm;
import dev.kvmdap.machine.BootConfiguration;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestVirtual;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The engine with a 64-bit guest on this host's KVM. */
@RequiresKvm
@Timeout(60)
class EngineOnKvmTest {

    @TempDir
    private Path folder;

    private Path image;
    private Path source;

    @BeforeEach
    void build() {
        Toolchain toolchain = new Toolchain(folder);
        source = toolchain.source(EngineOnKvmTest.class, "places.s");
        toolchain.run("as", "--64", "-g", "-o", "places.o", source.toString());
        toolchain.run("ld", "-Ttext=0x100000", "-e", "start", "-o", "places.elf", "places.o");
        image = toolchain.file("places.elf");
    }

    private DebuggedGuest guest(int vcpus) {
        return new DebuggedGuest(BootConfiguration.of(image), image, source, vcpus);
    }

    private DebuggedGuest guest() {
        return guest(1);
    }

    static void assumePlacement(Breakpoint breakpoint) {
        assumeThat(breakpoint.placement().verified())
                .as(
                        "this host has no such breakpoint: %s",
                        breakpoint.placement().text())
                .isTrue();
    }

    @Test
    void guestStandsBeforeItsFirstInstruction() {
        try (DebuggedGuest guest = guest()) {
            assertThat(guest.pc()).isEqualTo(guest.label("start"));
            assertThat(guest.<CpuMode>ask(e -> e.cpu(0).mode())).isEqualTo(CpuMode.LONG);
            assertThat(guest.<Boolean>ask(Engine::running)).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(BreakpointMode.class)
    void thousandHitsOfABreakpointLoseNone(BreakpointMode mode) {
        try (DebuggedGuest guest = guest()) {
            Breakpoint breakpoint = guest.breakpoint(guest.marker("bump"), mode);
            assumePlacement(breakpoint);
            for (int hit = 0; hit < 1000; hit++) {
                assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(0, List.of(breakpoint), ""));
                assertThat(guest.pc()).isEqualTo(breakpoint.address().address());
            }
            guest.tell(e -> e.removeBreakpoint(breakpoint));
            Breakpoint end = guest.breakpoint(guest.marker("again"), BreakpointMode.HARDWARE);
            assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(0, List.of(end), ""));
            assertThat(counter(guest)).isEqualTo(1000);
        }
    }

    private long counter(DebuggedGuest guest) {
        long address = ElfFile.open(image).symbols().named("counter").get(0).value();
        byte[] bytes = read(guest, address);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    @Test
    void plantedByteIsHiddenFromReadsAndGoneAfterRemoval() {
        try (DebuggedGuest guest = guest()) {
            long bump = guest.label("bump");
            byte[] before = read(guest, bump);
            Breakpoint breakpoint = guest.breakpoint(bump, BreakpointMode.SOFTWARE);
            assumePlacement(breakpoint);

            assertThat(read(guest, bump)).isEqualTo(before);
            assertThat(guest.<Byte>ask(e -> e.machine().memory().getByte(bump))).isNotEqualTo(before[0]);
            guest.tell(e -> e.removeBreakpoint(breakpoint));
            assertThat(guest.<Byte>ask(e -> e.machine().memory().getByte(bump))).isEqualTo(before[0]);
        }
    }

    private static byte[] read(DebuggedGuest guest, long address) {
        return guest.ask(e -> {
            byte[] bytes = new byte[8];
            e.cpu(0).memory().read(address, bytes, 0, bytes.length);
            return bytes;
        });
    }

    @Test
    void breakpointSetWhileTheGuestRunsTakesEffectAtOnce() {
        try (DebuggedGuest guest = guest()) {
            guest.tell(Engine::resume);
            Breakpoint breakpoint = guest.breakpoint(guest.marker("again"), BreakpointMode.AUTO);

            assertThat(guest.stop()).isEqualTo(new Stop.Breakpoints(0, List.of(breakpoint), ""));
        }
    }

    @Test
    void breakpointRemovedWhileTheGuestRunsStopsItNoMore() {
        try (DebuggedGuest guest = guest()) {
            Breakpoint breakpoint = guest.ask(
                    e -> e.addBreakpoint(new GuestVirtual(guest.label("bump")), BreakpointMode.AUTO, c -> false));
            guest.tell(Engine::resume);
            guest.tell(e -> e.removeBreakpoint(breakpoint));
            guest.tell(Engine::pause);

            assertThat(guest.stop()).isEqualTo(new Stop.Paused(0));
        }
    }

    @Test
    void fifthHardwareBreakpointIsRefusedNamingTheHoldersOfTheSlots() {
        try (DebuggedGuest guest = guest()) {
            List<String> held = new ArrayList<>();
            for (String label : List.of("bump", "recurse", "says", "stops")) {
                Breakpoint breakpoint = guest.breakpoint(guest.label(label), BreakpointMode.HARDWARE);
                assertThat(breakpoint.placement().verified()).isTrue();
                held.add(breakpoint.address().toString());
            }

            Breakpoint fifth = guest.breakpoint(guest.label("dies"), BreakpointMode.HARDWARE);

            assertThat(fifth.placement().verified()).isFalse();
            assertThat(fifth.placement().text()).contains(held);
            assertThat(guest.breakpoint(guest.label("bump"), BreakpointMode.HARDWARE)
                            .placement()
                            .verified())
                    .as("a slot is shared by breakpoints at one address")
                    .isTrue();
        }
    }

    @Test
    void softwareBreakpointInUnmappedMemorySaysSo() {
        PlantedChoice planted = DebuggedGuest.HOST.plantedByte();
        assumeThat(planted.instruction()).as(planted.reason()).isPresent();
        try (DebuggedGuest guest = guest()) {
            Breakpoint breakpoint = guest.breakpoint(0x7fff_0000_0000L, BreakpointMode.SOFTWARE);

            assertThat(breakpoint.placement().verified()).isFalse();
            assertThat(breakpoint.placement().text()).contains("0x7fff00000000", "not mapped");
        }
    }

    @Test
    void conditionIsAskedAtEveryHitAndStopsOnce() {
        try (DebuggedGuest guest = guest()) {
            Breakpoint breakpoint = guest.ask(e -> e.addBreakpoint(
                    new GuestVirtual(guest.label("bump")),
                    BreakpointMode.AUTO,
                    cpu -> cpu.regs().rbx() == 7));
            guest.tell(e -> {
                e.cpu(0).regs().rbx(6);
                e.cpu(0).store();
                e.resume();
            });
            assertThat(guest.hasStopped()).isFalse();
            guest.tell(Engine::pause);
            assertThat(guest.stop()).isEqualTo(new Stop.Paused(0));
            guest.tell(e -> {
                e.cpu(0).regs().rbx(7);
                e.cpu(0).store();
            });

            assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(0, List.of(breakpoint), ""));
        }
    }

    @Test
    void instructionStepGoesIntoACallAndOverItWhenAsked() {
        try (DebuggedGuest guest = guest()) {
            assertThat(guest.step(StepKind.OVER, Granularity.INSTRUCTION)).isEqualTo(new Stop.Step(0));
            assertThat(guest.pc()).isEqualTo(guest.marker("again"));
            guest.setPc(guest.marker("call"));
            guest.step(StepKind.INTO, Granularity.INSTRUCTION);
            assertThat(guest.pc()).isEqualTo(guest.label("bump"));
        }
    }

    @Test
    void stepOverARecursiveCallEndsInItsOwnFrame() {
        try (DebuggedGuest guest = guest()) {
            guest.setPc(guest.marker("outer call"));
            guest.tell(e -> {
                e.cpu(0).regs().rcx(3);
                e.cpu(0).store();
            });
            long stack = guest.ask(e -> e.cpu(0).stackPointer());
            guest.step(StepKind.INTO, Granularity.LINE);
            assertThat(guest.pc()).isEqualTo(guest.marker("recurse"));
            guest.step(StepKind.OVER, Granularity.LINE);
            guest.step(StepKind.OVER, Granularity.LINE);
            assertThat(guest.pc()).isEqualTo(guest.marker("recursion"));
            long frame = guest.ask(e -> e.cpu(0).stackPointer());

            guest.step(StepKind.OVER, Granularity.LINE);

            assertThat(guest.pc()).isEqualTo(guest.marker("unwind"));
            assertThat(guest.<Long>ask(e -> e.cpu(0).stackPointer())).isEqualTo(frame);
            guest.step(StepKind.OVER, Granularity.LINE);
            assertThat(guest.pc()).isEqualTo(guest.marker("after outer call"));
            assertThat(guest.<Long>ask(e -> e.cpu(0).stackPointer())).isEqualTo(stack);
        }
    }

    @Test
    void stepOutAtAFunctionsFirstInstructionReturnsToTheCaller() {
        try (DebuggedGuest guest = guest()) {
            guest.breakpoint(guest.label("bump"), BreakpointMode.AUTO);
            guest.resume();

            assertThat(guest.step(StepKind.OUT, Granularity.LINE)).isEqualTo(new Stop.Step(0));
            assertThat(guest.pc()).isEqualTo(guest.marker("again"));
        }
    }

    @Test
    void stepOutOfAFrameWithoutKnownCallerIsRefusedAndNothingMoves() {
        try (DebuggedGuest guest = guest()) {
            assertThatThrownBy(() -> guest.tell(e -> e.step(0, StepKind.OUT, Granularity.LINE)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("Cannot step out")
                    .hasMessageContaining("start");
            assertThat(guest.pc()).isEqualTo(guest.label("start"));
        }
    }

    @Test
    void stepOverAPortWriteStopsBeforeTheNextInstruction() {
        try (DebuggedGuest guest = guest()) {
            guest.setPc(guest.label("says"));
            guest.step(StepKind.OVER, Granularity.LINE);
            guest.step(StepKind.OVER, Granularity.LINE);
            assertThat(guest.pc()).isEqualTo(guest.marker("out"));

            guest.step(StepKind.OVER, Granularity.LINE);

            assertThat(guest.pc()).isEqualTo(guest.marker("after out"));
            assertThat(guest.serial()).isEqualTo("A");
        }
    }

    @Test
    void exitPortEndsTheGuestWithItsCode() {
        try (DebuggedGuest guest = guest()) {
            guest.setPc(guest.label("says"));

            assertThat(guest.resume()).isEqualTo(new Stop.Ended(0, 33));
        }
    }

    @Test
    void haltWithInterruptsOffIsAStopAlsoInsideTheKernelsInterruptController() {
        try (DebuggedGuest guest = guest()) {
            guest.setPc(guest.label("stops"));

            Stop stop = guest.resume();

            assertThat(stop).isInstanceOf(Stop.Halted.class);
            assertThat(stop.description()).contains("interrupts are off");
        }
    }

    @Test
    void tripleFaultIsAStop() {
        try (DebuggedGuest guest = guest()) {
            guest.setPc(guest.label("dies"));

            Stop stop = guest.resume();

            Optional<GuestVirtual> lastEntry = DebuggedGuest.HOST.shutdownKeepsState()
                    ? Optional.empty()
                    : Optional.of(new GuestVirtual(guest.label("dies")));
            assertThat(stop).isEqualTo(new Stop.TripleFault(0, lastEntry));
            assertThat(guest.<CpuMode>ask(e -> e.cpu(0).mode())).isEqualTo(CpuMode.LONG);
        }
    }

    @Test
    void keyboardControllersResetStartsTheGuestAnewWithItsBreakpoints() {
        try (DebuggedGuest guest = guest()) {
            guest.setPc(guest.label("resets"));
            Breakpoint breakpoint = guest.breakpoint(guest.label("bump"), BreakpointMode.AUTO);

            assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(0, List.of(breakpoint), ""));
            assertThat(guest.reset().cause()).contains("keyboard controller");
        }
    }

    @Test
    void restartBringsMemoryAndRegistersBackAndKeepsBreakpoints() {
        try (DebuggedGuest guest = guest()) {
            Breakpoint breakpoint = guest.breakpoint(guest.marker("again"), BreakpointMode.AUTO);
            guest.resume();
            guest.resume();
            assertThat(counter(guest)).isEqualTo(2);

            guest.tell(Engine::restart);

            assertThat(guest.pc()).isEqualTo(guest.label("start"));
            assertThat(counter(guest)).isZero();
            assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(0, List.of(breakpoint), ""));
        }
    }

    @Test
    void pauseStopsABusyGuestTimeAndAgain() {
        try (DebuggedGuest guest = guest()) {
            guest.setPc(guest.label("spins"));
            for (int i = 0; i < 20; i++) {
                guest.tell(Engine::resume);
                guest.tell(Engine::pause);
                assertThat(guest.stop()).isInstanceOf(Stop.Paused.class);
                assertThat(guest.pc()).isEqualTo(guest.label("spins"));
            }
        }
    }

    @Test
    void resumeWhileTheGuestRunsIsRefused() {
        try (DebuggedGuest guest = guest()) {
            guest.tell(Engine::resume);

            assertThatThrownBy(() -> guest.tell(Engine::resume))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("running");
        }
    }

    @Test
    void byteThatTheGuestWritesOverABreakpointIsNotTakenFromIt() {
        try (DebuggedGuest guest = guest()) {
            long patched = guest.label("patched");
            Breakpoint breakpoint = guest.breakpoint(patched, BreakpointMode.SOFTWARE);
            assumePlacement(breakpoint);
            guest.setPc(guest.label("rewrites"));
            Breakpoint after = guest.breakpoint(patched + 1, BreakpointMode.HARDWARE);

            assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(0, List.of(breakpoint), ""));
            assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(0, List.of(after), ""));
            guest.tell(e -> e.removeBreakpoint(breakpoint));

            assertThat(read(guest, patched)[0]).isEqualTo((byte) 0x90);
        }
    }

    @Test
    void secondVcpuWaitsForItsStartWhileTheFirstIsDebugged() {
        try (DebuggedGuest guest = guest(2)) {
            Breakpoint breakpoint = guest.breakpoint(guest.marker("again"), BreakpointMode.AUTO);
            for (int hit = 0; hit < 20; hit++) {
                assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(0, List.of(breakpoint), ""));
            }
            guest.step(StepKind.OVER, Granularity.INSTRUCTION);
            assertThat(guest.pc()).isEqualTo(guest.label("start"));
        }
    }

    @Test
    void closingWhileTheGuestRunsGivesEverythingBack() throws IOException {
        guest().close();
        long files = openFiles();
        long threads = vcpuThreads();
        for (int i = 0; i < 10; i++) {
            DebuggedGuest guest = guest();
            guest.tell(Engine::resume);
            guest.close();
        }
        assertThat(openFiles()).isEqualTo(files);
        await().untilAsserted(() -> assertThat(vcpuThreads()).isEqualTo(threads));
        assertThat(Files.readString(Path.of("/proc/self/maps"))).doesNotContain("kvm-vcpu");
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    private static long vcpuThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("vcpu-"))
                .count();
    }
}
