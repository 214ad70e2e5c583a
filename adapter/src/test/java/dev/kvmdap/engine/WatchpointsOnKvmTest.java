package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.Hosts;
import dev.kvmdap.kvm.RequiresKvm;
import dev.kvmdap.machine.BootConfiguration;
import dev.kvmdap.x86.GuestVirtual;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Watchpoints with a 64-bit guest on this host's KVM, by whatever means the host has, and by each of the fallbacks. */
@RequiresKvm
@Timeout(60)
class WatchpointsOnKvmTest {

    /** What a host can do besides. */
    enum Means {
        /** What this host has. */
        BEST,
        /** No debug registers for data, no page protection. */
        READ_ONLY_SLOTS,
        /** Nothing but single steps. */
        STEPPING;

        HostFindings host() {
            return switch (this) {
                case BEST -> DebuggedGuest.HOST;
                case READ_ONLY_SLOTS -> Hosts.withoutDataSlots(DebuggedGuest.HOST, true);
                case STEPPING -> Hosts.withoutDataSlots(DebuggedGuest.HOST, false);
            };
        }
    }

    @TempDir
    private Path folder;

    private Path image;
    private Path source;

    @BeforeEach
    void build() {
        Toolchain toolchain = new Toolchain(folder);
        source = toolchain.source(WatchpointsOnKvmTest.class, "watched.s");
        toolchain.run("as", "--64", "-g", "-o", "watched.o", source.toString());
        toolchain.run("ld", "-N", "-Ttext=0x100000", "-e", "start", "-o", "watched.elf", "watched.o");
        image = toolchain.file("watched.elf");
    }

    private DebuggedGuest guest(Means means) {
        return new DebuggedGuest(BootConfiguration.of(image), image, source, 1, means.host());
    }

    private long address(String symbol) {
        return ElfFile.open(image).symbols().named(symbol).get(0).value();
    }

    private Watchpoint watch(DebuggedGuest guest, long address, int length, WatchAccess access) {
        return watch(guest, address, length, access, null);
    }

    private static Watchpoint watch(
            DebuggedGuest guest, long address, int length, WatchAccess access, @Nullable Condition condition) {
        Watchpoint point =
                guest.ask(e -> e.addWatchpoint(new GuestVirtual(address), length, access, condition, "watched", null));
        assumeThat(point.watching().works())
                .as("this host cannot watch so: %s", point.watching().text())
                .isTrue();
        return point;
    }

    private static WatchHit onlyHit(Stop stop) {
        assertThat(stop).isInstanceOf(Stop.Watchpoints.class);
        List<WatchHit> hits = ((Stop.Watchpoints) stop).hits();
        assertThat(hits).hasSize(1);
        return hits.get(0);
    }

    private static long number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    @ParameterizedTest
    @EnumSource(Means.class)
    void writeStopsBehindTheInstructionWithTheOldAndTheNewValue(Means means) {
        try (DebuggedGuest guest = guest(means)) {
            Watchpoint point = watch(guest, address("value"), 4, WatchAccess.WRITE);

            WatchHit first = onlyHit(guest.resume());
            assertThat(first.watchpoint()).isSameAs(point);
            assertThat(number(first.before())).isZero();
            assertThat(number(first.after())).isEqualTo(7);
            assertThat(guest.pc()).isEqualTo(guest.marker("read"));

            WatchHit second = onlyHit(guest.resume());
            assertThat(number(second.before())).isEqualTo(7);
            assertThat(number(second.after())).isEqualTo(8);
            assertThat(guest.pc()).isEqualTo(guest.marker("unaligned"));

            assertThat(guest.resume()).isInstanceOf(Stop.Ended.class);
        }
    }

    @Test
    void readIsNoticedWhereReadsAreWatched() {
        try (DebuggedGuest guest = guest(Means.BEST)) {
            watch(guest, address("value"), 4, WatchAccess.READ_WRITE);
            List<Boolean> changed = new ArrayList<>();
            List<Long> stoppedAt = new ArrayList<>();
            for (Stop stop = guest.resume(); stop instanceof Stop.Watchpoints hit; stop = guest.resume()) {
                changed.add(onlyHit(hit).changed());
                stoppedAt.add(guest.pc());
            }

            assertThat(stoppedAt)
                    .startsWith(guest.marker("read"), guest.marker("neighbour"))
                    .endsWith(guest.marker("unaligned"));
            assertThat(changed).startsWith(true, false).endsWith(true);
        }
    }

    @ParameterizedTest
    @EnumSource(Means.class)
    void stepTellsTheWatchpointAndTheInstruction(Means means) {
        try (DebuggedGuest guest = guest(means)) {
            watch(guest, address("value"), 4, WatchAccess.WRITE);
            guest.step(StepKind.OVER, Granularity.LINE);
            assertThat(guest.pc()).isEqualTo(guest.marker("write"));

            WatchHit hit = onlyHit(guest.step(StepKind.OVER, Granularity.LINE));

            assertThat(hit.instruction()).isEqualTo(Optional.of(new GuestVirtual(guest.marker("write"))));
        }
    }

    @ParameterizedTest
    @EnumSource(Means.class)
    void runningGuestTellsTheInstructionThatItHasGonePast(Means means) {
        try (DebuggedGuest guest = guest(means)) {
            watch(guest, address("value"), 4, WatchAccess.WRITE);
            watch(guest, address("table") + 8, 8, WatchAccess.WRITE);

            List<Optional<GuestVirtual>> by = new ArrayList<>();
            for (int hit = 0; hit < 3; hit++) {
                by.add(onlyHit(guest.resume()).instruction());
            }

            assertThat(by)
                    .containsExactly(
                            Optional.of(new GuestVirtual(guest.marker("write"))),
                            Optional.of(new GuestVirtual(guest.marker("change"))),
                            Optional.of(new GuestVirtual(guest.marker("fill"))));
        }
    }

    @ParameterizedTest
    @EnumSource(Means.class)
    void unalignedStretchIsWatchedToItsLastByteAndNoFurther(Means means) {
        try (DebuggedGuest guest = guest(means)) {
            watch(guest, address("unaligned"), 3, WatchAccess.WRITE);

            WatchHit hit = onlyHit(guest.resume());

            assertThat(hit.after()).containsExactly(0, 0, 0x55);
            assertThat(guest.resume()).isInstanceOf(Stop.Ended.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Means.class)
    void accessWhoseConditionDoesNotHoldIsPassed(Means means) {
        try (DebuggedGuest guest = guest(means)) {
            watch(
                    guest,
                    address("value"),
                    4,
                    WatchAccess.WRITE,
                    cpu -> cpu.memory().number(address("value"), 4).orElseThrow() == 8);

            WatchHit hit = onlyHit(guest.resume());

            assertThat(number(hit.after())).isEqualTo(8);
        }
    }

    @Test
    void thirtyTwoWatchpointsAtOnceAreAllHit() {
        try (DebuggedGuest guest = guest(Means.BEST)) {
            List<Watchpoint> points = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                points.add(watch(guest, address("table") + 8L * i, 8, WatchAccess.WRITE));
            }
            List<Watchpoint> hit = new ArrayList<>();
            for (Stop stop = guest.resume(); stop instanceof Stop.Watchpoints hits; stop = guest.resume()) {
                hit.add(onlyHit(hits).watchpoint());
            }

            assertThat(hit).isEqualTo(points);
        }
    }

    @Test
    void memoryOnAPageOfCodeIsWatchedForReadsWhileTheCodeRuns() {
        try (DebuggedGuest guest = guest(Means.BEST)) {
            watch(guest, address("beside_code"), 4, WatchAccess.READ_WRITE);

            WatchHit hit = onlyHit(lastWatched(guest));

            assertThat(number(hit.after())).isEqualTo(9);
        }
    }

    /** The read before it is seen where debug registers watch, and not where the code's own page has to be opened. */
    private static Stop lastWatched(DebuggedGuest guest) {
        Stop stop = guest.resume();
        return onlyHit(stop).changed() ? stop : guest.resume();
    }

    @Test
    void pageTableIsWatchedWithoutHarm() {
        try (DebuggedGuest guest = guest(Means.BEST)) {
            long tables = guest.ask(e -> e.cpu(0).sregs().cr3());
            watch(guest, tables, 8, WatchAccess.WRITE);

            WatchHit hit = onlyHit(guest.resume());

            assertThat(hit.after()[0] & 0x20).isEqualTo(0x20);
            assertThat(guest.pc()).isEqualTo(guest.label("end"));
        }
    }

    @Test
    void removedWatchpointIsHitNoMoreAndItsPageIsFree() {
        try (DebuggedGuest guest = guest(Means.BEST)) {
            Watchpoint point = watch(guest, address("value"), 4, WatchAccess.WRITE);
            guest.resume();

            guest.tell(e -> e.removeWatchpoint(point));

            assertThat(guest.resume()).isInstanceOf(Stop.Ended.class);
        }
    }

    @Test
    void watchpointSurvivesARestart() {
        try (DebuggedGuest guest = guest(Means.BEST)) {
            watch(guest, address("value"), 4, WatchAccess.WRITE);
            guest.resume();
            guest.resume();
            guest.tell(Engine::restart);

            assertThat(number(onlyHit(guest.resume()).after())).isEqualTo(7);
        }
    }

    @Test
    void unmappedMemoryIsPendingAndNamesTheAddress() {
        try (DebuggedGuest guest = guest(Means.BEST)) {
            Watchpoint point = guest.ask(e ->
                    e.addWatchpoint(new GuestVirtual(0x7fff_0000_0000L), 4, WatchAccess.WRITE, null, "nothing", null));

            assertThat(point.watching()).isInstanceOf(Watching.Pending.class);
            assertThat(point.watching().text()).contains("0x7fff00000000", "not all mapped");
        }
    }
}
