package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.kvm.RequiresKvm;
import dev.kvmdap.machine.BootConfiguration;
import dev.kvmdap.machine.BootProtocol;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestVirtual;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Breakpoints and steps in 16- and 64-bit code that a timer interrupts a thousand times a second, on this host's KVM. */
@RequiresKvm
@Timeout(60)
class TimerOnKvmTest {

    private static final int STOPS = 100;
    private static final int STEPS = 400;

    @TempDir
    private Path folder;

    private Path image = Path.of("");

    private DebuggedGuest guest(int bits) {
        CpuMode mode = bits == 64 ? CpuMode.LONG : CpuMode.REAL;
        assumeThat(DebuggedGuest.HOST.findings(mode).blocksInterrupts())
                .as("this host holds interrupts back while it steps in %s mode", mode)
                .isTrue();
        Toolchain toolchain = new Toolchain(folder);
        Path source = toolchain.source(TimerOnKvmTest.class, "ticking.s");
        String format = bits == 64 ? "--64" : "--32";
        String emulation = bits == 64 ? "elf_x86_64" : "elf_i386";
        String address = bits == 64 ? "0x100000" : "0x7c00";
        toolchain.run("as", format, "-g", "--defsym", "MODE=" + bits, "-o", "ticking.o", source.toString());
        toolchain.run("ld", "-m", emulation, "-Ttext=" + address, "-e", "start", "-o", "ticking.elf", "ticking.o");
        image = toolchain.file("ticking.elf");
        return new DebuggedGuest(BootConfiguration.of(image, BootProtocol.ELF, mode), image, source, 1);
    }

    private long address(String symbol) {
        return ElfFile.open(image).symbols().named(symbol).get(0).value();
    }

    private long number(DebuggedGuest guest, String symbol) {
        return guest.ask(e -> e.cpu(0).memory().number(address(symbol), 4).orElseThrow());
    }

    private static void runToFirstTurn(DebuggedGuest guest) {
        Breakpoint first = guest.breakpoint(guest.marker("count"), BreakpointMode.AUTO);
        assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(0, List.of(first), ""));
        guest.tell(e -> e.removeBreakpoint(first));
    }

    /** Holds at every so manieth hit, and notices where the guest has not come here once for each. */
    private static final class Counting implements Condition {
        private final long counter;
        private final int every;
        private long hits;
        private volatile long lost;

        Counting(long counter, int every) {
            this.counter = counter;
            this.every = every;
        }

        @Override
        public boolean holds(Cpu cpu) {
            long turns = cpu.memory().peek(counter, 4);
            lost += turns == hits ? 0 : 1;
            hits++;
            return hits % every == 0;
        }
    }

    @ParameterizedTest
    @CsvSource({"16, HARDWARE, 2000", "16, SOFTWARE, 2000", "64, HARDWARE, 2000", "64, SOFTWARE, 10000"})
    void tenThousandHitsLoseNoneAndCountNoneTwice(int bits, BreakpointMode mode, int hits) {
        try (DebuggedGuest guest = guest(bits)) {
            Counting counting = new Counting(address("counter"), hits / 10);
            long bump = guest.marker("bump");
            Breakpoint breakpoint = guest.ask(e -> e.addBreakpoint(new GuestVirtual(bump), mode, counting));
            EngineOnKvmTest.assumePlacement(breakpoint);
            for (int stop = 1; stop <= 10; stop++) {
                assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(0, List.of(breakpoint), ""));
                assertThat(guest.pc()).isEqualTo(bump);
            }

            assertThat(counting.lost).isZero();
            assertThat(number(guest, "counter")).isEqualTo(hits - 1);
            assertThat(number(guest, "ticks")).isPositive();
        }
    }

    @ParameterizedTest
    @CsvSource({"16, HARDWARE", "16, SOFTWARE", "64, HARDWARE", "64, SOFTWARE"})
    void everyStopIsAtTheBreakpointAndStepsLeadOnFromIt(int bits, BreakpointMode mode) {
        try (DebuggedGuest guest = guest(bits)) {
            Breakpoint breakpoint = guest.breakpoint(guest.marker("bump"), mode);
            EngineOnKvmTest.assumePlacement(breakpoint);
            long behind = guest.marker("bumped");
            for (int stop = 0; stop < STOPS; stop++) {
                assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(0, List.of(breakpoint), ""));
                assertThat(number(guest, "counter")).isEqualTo(stop);
                assertThat(guest.step(StepKind.OVER, Granularity.LINE)).isEqualTo(new Stop.Step(0));
                assertThat(guest.pc()).isEqualTo(behind);
            }
            assertThat(number(guest, "ticks")).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 64})
    void stepsByInstructionNeverComeToTheHandlerWhichIsServedAfterwards(int bits) {
        try (DebuggedGuest guest = guest(bits)) {
            runToFirstTurn(guest);
            List<Long> circle = List.of(
                    guest.marker("bump"), guest.marker("bumped"), guest.marker("count on"), guest.marker("count"));
            for (int step = 0; step < STEPS; step++) {
                guest.step(StepKind.INTO, Granularity.INSTRUCTION);
                assertThat(guest.pc()).as("step %d", step).isEqualTo(circle.get(step % circle.size()));
            }
            assertThat(number(guest, "counter")).isEqualTo(STEPS / circle.size());
            Breakpoint tick = guest.breakpoint(guest.marker("tick"), BreakpointMode.AUTO);
            assertThat(guest.resume()).isEqualTo(new Stop.Breakpoints(0, List.of(tick), ""));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 64})
    void stepOverACallThatTheTimerInterruptsEndsBehindIt(int bits) {
        try (DebuggedGuest guest = guest(bits)) {
            runToFirstTurn(guest);
            guest.setPc(guest.marker("work"));
            List<Long> circle = List.of(guest.marker("work on"), guest.marker("work"));
            for (int step = 0; step < STEPS; step++) {
                assertThat(guest.step(StepKind.OVER, Granularity.LINE)).isEqualTo(new Stop.Step(0));
                assertThat(guest.pc()).as("step %d", step).isEqualTo(circle.get(step % 2));
            }
            assertThat(number(guest, "counter")).isEqualTo(STEPS / 2);
            assertThat(number(guest, "ticks")).isPositive();
        }
    }
}
