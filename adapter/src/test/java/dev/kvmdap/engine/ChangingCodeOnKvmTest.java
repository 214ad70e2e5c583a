package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.Hosts;
import dev.kvmdap.kvm.RequiresKvm;
import dev.kvmdap.machine.BootConfiguration;
import dev.kvmdap.x86.GuestVirtual;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Breakpoints in code that the guest brings to its place, writes over, and maps while it runs. */
@RequiresKvm
@Timeout(60)
class ChangingCodeOnKvmTest {

    private static final long HIGH_HALF = 0xffff_8000_0000_0000L;

    /** By what means the guest's writes to code are noticed at once. */
    enum Guarding {
        /** What this host has. */
        BEST,
        READ_ONLY_SLOTS;

        HostFindings host() {
            return this == BEST ? DebuggedGuest.HOST : Hosts.withoutDataSlots(DebuggedGuest.HOST, true);
        }
    }

    @TempDir
    private Path folder;

    private Path image;
    private Path source;

    @BeforeEach
    void build() {
        Toolchain toolchain = new Toolchain(folder);
        source = toolchain.source(ChangingCodeOnKvmTest.class, "unpacked.s");
        Path script = toolchain.source(ChangingCodeOnKvmTest.class, "unpacked.ld");
        toolchain.run("as", "--64", "-g", "-o", "unpacked.o", source.toString());
        toolchain.run("ld", "-T", script.toString(), "-o", "unpacked.elf", "unpacked.o");
        image = toolchain.file("unpacked.elf");
    }

    private DebuggedGuest guest(Guarding guarding) {
        return new DebuggedGuest(BootConfiguration.of(image), image, source, 1, guarding.host());
    }

    private DebuggedGuest guest() {
        return guest(Guarding.BEST);
    }

    private static Stop at(Breakpoint... breakpoints) {
        return new Stop.Breakpoints(0, List.of(breakpoints), "");
    }

    private static void assumePlantedBytes(DebuggedGuest guest) {
        Breakpoint sample = guest.breakpoint(guest.label("done"), BreakpointMode.SOFTWARE);
        assumeThat(sample.placement().verified()).as(sample.placement().text()).isTrue();
        guest.tell(e -> e.removeBreakpoint(sample));
    }

    private static void runTo(DebuggedGuest guest, long address, String from) {
        Breakpoint end = guest.breakpoint(address, BreakpointMode.HARDWARE);
        guest.setPc(guest.label(from));
        assertThat(guest.resume()).isEqualTo(at(end));
        guest.tell(e -> e.removeBreakpoint(end));
    }

    @ParameterizedTest
    @EnumSource(Guarding.class)
    void plantedBreakpointWaitsForItsCodeAndStandsWheneverItIsThere(Guarding guarding) {
        try (DebuggedGuest guest = guest(guarding)) {
            assumePlantedBytes(guest);
            Breakpoint late = guest.breakpoint(guest.label("late"), BreakpointMode.SOFTWARE);
            assertThat(late.placement()).isInstanceOf(Placement.Pending.class);
            assertThat(late.placement().text()).contains("not loaded yet");
            Breakpoint overwritten = guest.breakpoint(guest.marker("overwritten") + 2, BreakpointMode.HARDWARE);

            assertThat(guest.resume()).isEqualTo(at(late));
            assertThat(late.placement()).isInstanceOf(Placement.Planted.class);
            assertThat(guest.resume()).isEqualTo(at(overwritten));
            assertThat(late.placement()).isInstanceOf(Placement.Pending.class);
            assertThat(guest.resume()).isEqualTo(at(late));
            assertThat(guest.trapChanges()).isPositive();
            assertThat(guest.resume()).isInstanceOf(Stop.Ended.class);
        }
    }

    @Test
    void automaticBreakpointTakesASlotWhereItsCodeIsNotYet() {
        try (DebuggedGuest guest = guest()) {
            Breakpoint late = guest.breakpoint(guest.label("late"), BreakpointMode.AUTO);
            assertThat(late.placement()).isInstanceOf(Placement.Slot.class);

            assertThat(guest.resume()).isEqualTo(at(late));
            assertThat(guest.resume()).isEqualTo(at(late));
        }
    }

    @ParameterizedTest
    @EnumSource(Guarding.class)
    void instructionThatTheGuestPatchesIsABreakpointStillAndSaysSo(Guarding guarding) {
        try (DebuggedGuest guest = guest(guarding)) {
            assumePlantedBytes(guest);
            runTo(guest, guest.marker("unpacked"), "unpacks");
            Breakpoint late = guest.breakpoint(guest.label("late"), BreakpointMode.SOFTWARE);
            assertThat(late.placement().text()).doesNotContain("written");
            runTo(guest, guest.marker("patched"), "patches");

            assertThat(late.placement().text()).contains("the guest has written other code there");
            assertThat(guest.resume()).isEqualTo(at(late));
            byte[] shown = new byte[1];
            guest.tell(e -> e.cpu(0).memory().read(late.address().address(), shown, 0, 1));
            assertThat(shown[0]).isEqualTo((byte) 0xf8);
        }
    }

    @Test
    void slotLeavesTheGuestItsOwnBytesToRead() {
        try (DebuggedGuest guest = guest()) {
            Breakpoint late = guest.breakpoint(guest.label("late"), BreakpointMode.HARDWARE);
            guest.setPc(guest.label("patches"));

            assertThat(guest.resume()).isEqualTo(at(late));
            assertThat(guest.<Long>ask(e -> e.cpu(0).regs().rbx() & 0xff)).isEqualTo(0xf8);
        }
    }

    @Test
    void breakpointOnAPageThatIsNotMappedStandsSoonAfterItIs() {
        try (DebuggedGuest guest = guest()) {
            assumePlantedBytes(guest);
            Breakpoint high = guest.breakpoint(HIGH_HALF + guest.label("often"), BreakpointMode.SOFTWARE);
            assertThat(high.placement()).isInstanceOf(Placement.Pending.class);
            assertThat(high.placement().text()).contains("not mapped");
            guest.setPc(guest.label("maps"));

            assertThat(guest.resume()).isEqualTo(at(high));
            assertThat(guest.pc()).isEqualTo(high.address().address());
            assertThat(guest.trapChanges()).isPositive();
        }
    }

    @Test
    void changedPageTablesAreNoticedAtTheNextExit() {
        try (DebuggedGuest guest = guest()) {
            assumePlantedBytes(guest);
            Breakpoint high = guest.breakpoint(HIGH_HALF + guest.label("often"), BreakpointMode.SOFTWARE);
            guest.setPc(guest.label("switches"));

            assertThat(guest.resume()).isEqualTo(at(high));
        }
    }

    @Test
    void slotServesAPageThatIsNotMappedYet() {
        try (DebuggedGuest guest = guest()) {
            Breakpoint high = guest.breakpoint(HIGH_HALF + guest.label("often"), BreakpointMode.AUTO);
            assertThat(high.placement()).isInstanceOf(Placement.Slot.class);
            guest.setPc(guest.label("maps"));

            assertThat(guest.resume()).isEqualTo(at(high));
        }
    }

    @Test
    void codeThatIsMappedTwiceIsOneBreakpointHitByBoth() {
        try (DebuggedGuest guest = guest()) {
            assumePlantedBytes(guest);
            Breakpoint low = guest.breakpoint(guest.label("often"), BreakpointMode.SOFTWARE);
            guest.setPc(guest.label("maps"));
            assertThat(guest.resume()).isEqualTo(at(low));
            assertThat(guest.pc()).isEqualTo(HIGH_HALF + guest.label("often"));
            Breakpoint high = guest.breakpoint(guest.pc(), BreakpointMode.SOFTWARE);

            assertThat(guest.resume()).isEqualTo(at(low, high));
            guest.tell(e -> e.removeBreakpoint(low));
            assertThat(guest.resume()).isEqualTo(at(high));
        }
    }

    @Test
    void addressThatIsNotCanonicalIsRefusedAndHarmsNothing() {
        try (DebuggedGuest guest = guest()) {
            for (BreakpointMode mode : BreakpointMode.values()) {
                Breakpoint wrong = guest.breakpoint(0x0001_2345_6789_abcdL << 4, mode);
                assertThat(wrong.placement().verified()).as(mode.term()).isFalse();
            }
            Breakpoint wrong = guest.breakpoint(0x8000_0000_0000L, BreakpointMode.HARDWARE);
            assertThat(wrong.placement().text()).contains("0x800000000000 is not canonical", "bits 48 to 63");
            Breakpoint often =
                    guest.ask(e -> e.addBreakpoint(new GuestVirtual(guest.label("done")), BreakpointMode.AUTO, null));

            assertThat(guest.resume()).isEqualTo(at(often));
        }
    }

    @Test
    void slotIsGivenUpForAHardwareBreakpointWhenAByteWillDo() {
        try (DebuggedGuest guest = guest()) {
            assumePlantedBytes(guest);
            Breakpoint late = guest.breakpoint(guest.label("late"), BreakpointMode.AUTO);
            assertThat(guest.resume()).isEqualTo(at(late));
            List<Breakpoint> hardware = List.of("maps", "switches", "overwrite", "patches").stream()
                    .map(label -> guest.breakpoint(guest.label(label), BreakpointMode.HARDWARE))
                    .toList();

            assertThat(hardware).allMatch(one -> one.placement() instanceof Placement.Slot);
            assertThat(late.placement()).isInstanceOf(Placement.Planted.class);
            await().untilAsserted(() -> assertThat(guest.trapChanges()).isPositive());
            assertThat(guest.resume()).isEqualTo(at(hardware.get(2)));
            Breakpoint fifth = guest.breakpoint(guest.label("unpack"), BreakpointMode.HARDWARE);
            assertThat(fifth.placement().text())
                    .contains("DR0: breakpoint unpacked.s:", "DR3: breakpoint unpacked.s:", "remove one of them");
            guest.tell(e -> e.removeBreakpoint(hardware.get(0)));
            assertThat(fifth.placement()).isInstanceOf(Placement.Slot.class);
        }
    }

    @Test
    void stepOverACallNeedsNoSlot() {
        try (DebuggedGuest guest = guest()) {
            List.of("maps", "switches", "overwrite", "patches")
                    .forEach(label -> guest.breakpoint(guest.label(label), BreakpointMode.HARDWARE));
            guest.step(StepKind.OVER, Granularity.INSTRUCTION);
            guest.step(StepKind.OVER, Granularity.INSTRUCTION);

            assertThat(guest.pc()).isEqualTo(guest.marker("unpacked"));
        }
    }

    @Test
    void watchedMemoryThatIsNotMappedYetIsWatchedOnceItIs() {
        try (DebuggedGuest guest = guest()) {
            long counted = ElfFile.open(image).symbols().named("counted").get(0).value();
            Watchpoint point = guest.ask(e -> e.addWatchpoint(
                    new GuestVirtual(HIGH_HALF + counted), 8, WatchAccess.WRITE, null, "counted", null));
            assertThat(point.watching()).isInstanceOf(Watching.Pending.class);
            guest.setPc(guest.label("maps"));

            assertThat(guest.resume()).isInstanceOf(Stop.Watchpoints.class);
            assertThat(point.watching().works()).isTrue();
        }
    }
}
