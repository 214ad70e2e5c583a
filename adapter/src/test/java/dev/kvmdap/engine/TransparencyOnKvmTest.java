package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kvmdap.kvm.RequiresKvm;
import dev.kvmdap.x86.GuestVirtual;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A guest that debugs itself sees the same whatever the debugger does: its breakpoint instructions, its trap flag and its debug
 * registers are its own. What it sees on this host without a debugger is what it must see with one.
 */
@RequiresKvm
@Timeout(120)
class TransparencyOnKvmTest {

    private static final Stop ENDED = new Stop.Ended(0, 33);
    private static final int MOST_STOPS = 5000;

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init") // by guest(), with which every test begins
    private SelfDebuggingGuest built;

    private List<String> expected = List.of();

    /** Runs the guest without a debugger first. */
    private DebuggedGuest guest(int bits) {
        built = new SelfDebuggingGuest(folder, bits);
        try (DebuggedGuest free = built.start(DebuggedGuest.HOST)) {
            Stop stop = free.resume();
            assumeThat(stop).as("what this host's KVM executes").isNotInstanceOf(Stop.KvmInternalError.class);
            assertThat(stop).isEqualTo(ENDED);
            expected = built.log(free);
            assertThat(expected).hasSizeGreaterThan(50);
        }
        return built.start(DebuggedGuest.HOST);
    }

    private int resumeToTheEnd(DebuggedGuest guest) {
        int stops = 0;
        Stop stop = guest.resume();
        while (!stop.equals(ENDED)) {
            assertThat(stop).isNotInstanceOf(Stop.KvmInternalError.class);
            assertThat(++stops).isLessThan(MOST_STOPS);
            stop = guest.resume();
        }
        return stops;
    }

    private void assertSeenTheSame(DebuggedGuest guest) {
        assertThat(String.join("\n", built.log(guest))).isEqualTo(String.join("\n", expected));
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32, 64})
    void guestSeesTheSameUnderPlantedBreakpointsEverywhere(int bits) {
        try (DebuggedGuest guest = guest(bits)) {
            built.instructions().forEach(address -> guest.breakpoint(address, BreakpointMode.SOFTWARE));

            assertThat(resumeToTheEnd(guest)).isGreaterThan(500);

            assertSeenTheSame(guest);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32, 64})
    void guestSeesTheSameUnderHardwareBreakpoints(int bits) {
        try (DebuggedGuest guest = guest(bits)) {
            guest.breakpoint(guest.marker("checkpoint"), BreakpointMode.HARDWARE);
            guest.breakpoint(guest.marker("debug exception"), BreakpointMode.HARDWARE);

            assertThat(resumeToTheEnd(guest)).isGreaterThan(50);

            assertSeenTheSame(guest);
        }
    }

    @ParameterizedTest
    @CsvSource({"16, INTO", "16, OVER", "32, INTO", "32, OVER", "64, INTO", "64, OVER"})
    void guestSeesTheSameSteppedFromStartToEnd(int bits, StepKind kind) {
        try (DebuggedGuest guest = guest(bits)) {
            int steps = 0;
            Stop stop = guest.step(kind, Granularity.INSTRUCTION);
            while (stop.equals(new Stop.Step(0))) {
                assertThat(++steps).isLessThan(MOST_STOPS);
                stop = guest.step(kind, Granularity.INSTRUCTION);
            }

            assertThat(stop).isEqualTo(ENDED);
            assertSeenTheSame(guest);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32, 64})
    void guestSeesTheSameUnderAWatchpoint(int bits) {
        try (DebuggedGuest guest = guest(bits)) {
            Watchpoint point = guest.ask(e -> e.addWatchpoint(
                    new GuestVirtual(built.address("passed")), 4, WatchAccess.WRITE, null, "passed", null));
            assertThat(point.watching().works()).isTrue();

            assertThat(resumeToTheEnd(guest)).isGreaterThan(15);

            assertSeenTheSame(guest);
        }
    }
}
