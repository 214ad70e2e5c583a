package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.Hosts;
import dev.kvmdap.kvm.RequiresKvm;
import dev.kvmdap.machine.BootConfiguration;
import dev.kvmdap.machine.BootProtocol;
import dev.kvmdap.x86.CpuMode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Steps through what the trap flag does not get through by itself, in 16- and 64-bit code on this host's KVM. What KVM cannot
 * execute at all is skipped.
 */
@RequiresKvm
@Timeout(60)
class SteppingOnKvmTest {

    private static final int TRAP_FLAG = 1 << 8;
    private static final int LONGEST_HANDLER = 7;

    @TempDir
    private Path folder;

    private Path image = Path.of("");

    private DebuggedGuest guest(int bits) {
        return guest(bits, DebuggedGuest.HOST);
    }

    /** Behind its LIDT. */
    private DebuggedGuest guest(int bits, HostFindings host) {
        Toolchain toolchain = new Toolchain(folder);
        Path source = toolchain.source(SteppingOnKvmTest.class, "stepped.s");
        String format = bits == 64 ? "--64" : "--32";
        String emulation = bits == 64 ? "elf_x86_64" : "elf_i386";
        String address = bits == 64 ? "0x100000" : "0x7c00";
        toolchain.run("as", format, "-g", "--defsym", "MODE=" + bits, "-o", "stepped.o", source.toString());
        toolchain.run("ld", "-m", emulation, "-Ttext=" + address, "-e", "start", "-o", "stepped.elf", "stepped.o");
        image = toolchain.file("stepped.elf");
        BootConfiguration boot =
                BootConfiguration.of(image, BootProtocol.ELF, bits == 64 ? CpuMode.LONG : CpuMode.REAL);
        DebuggedGuest guest = new DebuggedGuest(boot, image, source, 1, host);
        guest.step(StepKind.INTO, Granularity.INSTRUCTION);
        assertThat(guest.pc()).isEqualTo(guest.marker("ready"));
        return guest;
    }

    private int counter(DebuggedGuest guest) {
        long address = ElfFile.open(image).symbols().named("counter").get(0).value();
        return guest.ask(e -> (int) e.cpu(0).memory().number(address, 1).orElseThrow());
    }

    /** A step by instruction. */
    private static void step(DebuggedGuest guest, StepKind kind, String to) {
        Stop stop = guest.step(kind, Granularity.INSTRUCTION);
        assumeExecutable(stop);
        assertThat(stop).isEqualTo(new Stop.Step(0));
        assertThat(guest.pc()).isEqualTo(guest.marker(to));
    }

    private static void runTo(DebuggedGuest guest, String marker) {
        guest.breakpoint(guest.marker(marker), BreakpointMode.AUTO);
        Stop stop = guest.resume();
        assumeExecutable(stop);
        assertThat(stop).isInstanceOf(Stop.Breakpoints.class);
        assertThat(guest.pc()).isEqualTo(guest.marker(marker));
    }

    private static void assumeExecutable(Stop stop) {
        assumeThat(stop).as("what this host's KVM executes").isNotInstanceOf(Stop.KvmInternalError.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 64})
    void guestThatSavesItsFlagsDoesNotFindTheDebuggersTrapFlag(int bits) {
        try (DebuggedGuest guest = guest(bits)) {
            guest.setPc(guest.marker("pushf"));

            step(guest, StepKind.OVER, "after pushf");

            long saved = guest.ask(
                    e -> e.cpu(0).memory().number(e.cpu(0).stackPointer(), 2).orElseThrow());
            assertThat(saved & TRAP_FLAG).isZero();
            step(guest, StepKind.OVER, "popf");
            step(guest, StepKind.OVER, "after popf");
            runTo(guest, "end");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 64})
    void stepIntoAnInterruptStopsAtItsHandlerAndComesBackByIret(int bits) {
        try (DebuggedGuest guest = guest(bits)) {
            guest.setPc(guest.marker("int"));

            step(guest, StepKind.INTO, "interrupt handler");

            assertThat(counter(guest)).isZero();
            int steps = 0;
            while (guest.pc() != guest.marker("after int")) {
                assertThat(guest.step(StepKind.INTO, Granularity.INSTRUCTION)).isEqualTo(new Stop.Step(0));
                assertThat(++steps).isLessThanOrEqualTo(LONGEST_HANDLER);
            }
            assertThat(counter(guest)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 64})
    void stepOverAnInterruptRunsItsHandlerThrough(int bits) {
        try (DebuggedGuest guest = guest(bits)) {
            guest.setPc(guest.marker("int"));

            step(guest, StepKind.OVER, "after int");

            assertThat(counter(guest)).isEqualTo(1);
            runTo(guest, "end");
            assertThat(counter(guest)).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @CsvSource({"16, HARDWARE", "16, SOFTWARE", "64, HARDWARE", "64, SOFTWARE"})
    void breakpointOnAnInterruptInstructionIsLeftByAStep(int bits, BreakpointMode mode) {
        try (DebuggedGuest guest = guest(bits)) {
            Breakpoint breakpoint = guest.breakpoint(guest.marker("int"), mode);
            EngineOnKvmTest.assumePlacement(breakpoint);
            guest.setPc(guest.marker("int"));

            step(guest, StepKind.OVER, "after int");

            assertThat(counter(guest)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"16, HARDWARE", "16, SOFTWARE", "64, HARDWARE", "64, SOFTWARE"})
    void guestsOwnBreakpointInstructionReachesItsHandler(int bits, BreakpointMode mode) {
        try (DebuggedGuest guest = guest(bits)) {
            Breakpoint end = guest.breakpoint(guest.marker("end"), mode);
            EngineOnKvmTest.assumePlacement(end);
            guest.setPc(guest.marker("own breakpoint"));

            Stop stop = guest.resume();

            assumeExecutable(stop);
            assertThat(stop).isEqualTo(new Stop.Breakpoints(0, List.of(end), ""));
            assertThat(counter(guest)).isEqualTo(1);
            guest.setPc(guest.marker("own breakpoint"));
            step(guest, StepKind.OVER, "after own breakpoint");
            assertThat(counter(guest)).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @CsvSource({"16, true", "16, false", "64, true", "64, false"})
    void stepThatFaultsStopsBeforeItsHandlersFirstInstructionAndLeavesNoTrapFlag(
            int bits, boolean breakpointInHandler) {
        try (DebuggedGuest guest = guest(bits)) {
            if (breakpointInHandler) {
                guest.breakpoint(guest.marker("fault handler"), BreakpointMode.AUTO);
            }
            guest.setPc(guest.marker("fault"));

            Stop stop = guest.step(StepKind.INTO, Granularity.INSTRUCTION);

            assertThat(stop).isInstanceOf(breakpointInHandler ? Stop.Breakpoints.class : Stop.Step.class);
            assertThat(guest.pc()).isEqualTo(guest.marker("fault handler"));
            assertThat(counter(guest)).isZero();
            runTo(guest, "end");
            assertThat(counter(guest)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 64})
    void stepOverGoesThroughWhereNoTrapIsLeftForItsEnd(int bits) {
        try (DebuggedGuest guest = guest(bits, Hosts.withoutPlantedBytes())) {
            for (String elsewhere : List.of("pushf", "popf", "fault", "own breakpoint")) {
                guest.breakpoint(guest.marker(elsewhere), BreakpointMode.HARDWARE);
            }
            guest.setPc(guest.marker("int"));

            step(guest, StepKind.OVER, "after int");

            assertThat(counter(guest)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"16, HARDWARE", "16, SOFTWARE", "64, HARDWARE", "64, SOFTWARE"})
    void haltWithABreakpointOnItWaitsForTheTimerEachTime(int bits, BreakpointMode mode) {
        try (DebuggedGuest guest = guest(bits)) {
            Breakpoint halt = guest.breakpoint(guest.marker("hlt"), mode);
            EngineOnKvmTest.assumePlacement(halt);
            guest.breakpoint(guest.marker("end"), BreakpointMode.AUTO);
            guest.setPc(guest.label("waits"));
            for (int tick = 1; tick <= 3; tick++) {
                assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(0, List.of(halt), ""));
                if (tick == 2) {
                    step(guest, StepKind.OVER, "after hlt");
                }
            }

            assertThat(guest.resume()).isInstanceOf(Stop.Breakpoints.class);

            assertThat(guest.pc()).isEqualTo(guest.marker("end"));
            assertThat(counter(guest)).isGreaterThanOrEqualTo(3);
        }
    }
}
