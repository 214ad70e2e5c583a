package dev.kvmdap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.kvm.RequiresKvm;
import dev.kvmdap.x86.CpuMode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guests in {@code examples/} run to their ends. */
@RequiresKvm
@Timeout(120)
class ExamplesTest {

    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();

    /** EXIT_SUCCESS of lib/debug-exit.h, as the exit port counts. */
    private static final int SUCCESS = 33;

    private static final int FAILURE = 35;

    @TempDir
    Path folder = Path.of("");

    @ParameterizedTest
    @ValueSource(strings = {"-O0", "-O2"})
    void bootSectorGreetsAndCountsDown(String optimisation) {
        GuestRun run = GuestRun.of(Boot.of(build("boot-sector", "bin", optimisation)));

        assertThat(run.output()).isEqualTo("Hello from real mode\r\nbooted from drive 80\r\n54321 lift-off\r\n");
        assertThat(run.exitCode()).isEqualTo(SUCCESS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-O0", "-O2"})
    void protected32SeesWhatTheLoaderTellsIt(String optimisation) {
        GuestRun run =
                GuestRun.of(Boot.of(build("protected32", "elf", optimisation)).told("verbose"));

        assertThat(run.output().lines())
                .containsExactly(
                        "Hello from protected mode",
                        "loaded by kvmdap",
                        "command line: protected32.elf verbose",
                        "memory:",
                        "  640 KiB at 0x0 available",
                        "  384 KiB at 0xa0000 reserved",
                        "  15360 KiB at 0x100000 available",
                        "27 takes 111 steps and climbs to 9232");
        assertThat(run.exitCode()).isEqualTo(SUCCESS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-O0", "-O2"})
    void longModeFinishesItsTasksAndSurvivesItsException(String optimisation) {
        GuestRun run = GuestRun.of(Boot.of(build("long-mode", "elf", optimisation)));

        assertThat(run.output())
                .contains(
                        "loaded by kvmdap",
                        "factorials: 154",
                        "fibonacci: 76",
                        "squares: 365",
                        "invalid opcode",
                        "all is well");
        assertThat(run.exitCode()).isEqualTo(SUCCESS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bin", "elf"})
    void modeSwitchGoesThroughAllModes(String kind) {
        Boot boot = Boot.of(build("mode-switch", kind, "-O0"));

        GuestRun run = GuestRun.of(kind.equals("elf") ? boot.in(CpuMode.REAL) : boot);

        assertThat(run.output().lines())
                .containsExactly("16-bit real mode", "32-bit protected mode", "64-bit long mode");
        assertThat(run.exitCode()).isEqualTo(SUCCESS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-O0", "-O2"})
    void userModeServesOneProgramAndStopsTheOther(String optimisation) {
        GuestRun run = GuestRun.of(Boot.of(build("user-mode", "elf", optimisation)));

        assertThat(run.output())
                .contains(
                        "Hello from user mode",
                        "count_steps returns 67",
                        "trespass must not use 1048576",
                        "all is well");
        assertThat(run.exitCode()).isEqualTo(SUCCESS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-O0", "-O2"})
    void smpLosesNoTurnOfItsTwoProcessors(String optimisation) {
        GuestRun run = GuestRun.on(2, Boot.of(build("smp", "elf", optimisation)));

        assertThat(run.output().lines()).containsExactly("started: processor 0", "woken: processor 1", "counted to 40");
        assertThat(run.exitCode()).isEqualTo(SUCCESS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-O0", "-O2"})
    void biosLoaderLoadsItsKernelFromItsDisk(String optimisation) {
        GuestRun run = GuestRun.on(1, Boot.of(build("bios-loader", "img", optimisation)));

        assertThat(run.printed())
                .isEqualTo("stage 1: reading stage 2\r\nstage 2: asking for memory, reading the kernel\r\n");
        assertThat(run.output().lines())
                .containsExactly("Hello from the kernel", "3 stretches of memory, 16000 KiB available");
        assertThat(run.exitCode()).isEqualTo(SUCCESS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-O0", "-O2"})
    void multiboot2SeesTheTagsOfItsLoader(String optimisation) {
        Path image = build("multiboot2", "elf", optimisation);
        GuestRun run = GuestRun.of(Boot.of(image).told("verbose").with(readMe("multiboot2"), "read me"));

        assertThat(run.output().lines())
                .containsExactly(
                        "Hello from a Multiboot 2 kernel",
                        "command line: multiboot2.elf verbose",
                        "loaded by kvmdap",
                        "module: README.md read me",
                        "memory:",
                        "  640 KiB at 0x0 available",
                        "  384 KiB at 0xa0000 reserved",
                        "  15360 KiB at 0x100000 available");
        assertThat(run.exitCode()).isEqualTo(SUCCESS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-O0", "-O2"})
    void pvhIsStartedByItsNote(String optimisation) {
        GuestRun run = GuestRun.of(Boot.of(build("pvh", "elf", optimisation)).told("quiet"));

        assertThat(run.output().lines())
                .containsExactly("Hello from a PVH kernel", "command line: quiet", "16000 KiB available");
        assertThat(run.exitCode()).isEqualTo(SUCCESS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-O0", "-O2"})
    void linuxImageGetsItsCommandLineAndInitialFileSystem(String optimisation) {
        GuestRun run = GuestRun.of(Boot.of(build("linux-image", "bin", optimisation))
                .told("console=ttyS0")
                .withInitrd(readMe("linux-image")));

        assertThat(run.output())
                .startsWith("Hello from a bzImage\ncommand line: console=ttyS0\n")
                .endsWith(" lines in the initial file system\n");
        assertThat(run.exitCode()).isEqualTo(SUCCESS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"elf", "bin"})
    void plain64StartsAsElfFileAndAsFlatBinary(String kind) {
        Boot boot = Boot.of(build("plain64", kind, "-O2"));

        GuestRun run = GuestRun.of(
                kind.equals("elf") ? boot : boot.as(BootProtocol.FLAT).in(CpuMode.LONG));

        assertThat(run.output().lines()).containsExactly("Hello from C", "32 bits");
        assertThat(run.exitCode()).isEqualTo(SUCCESS);
    }

    private static Path readMe(String guest) {
        return EXAMPLES.resolve(guest).resolve("README.md");
    }

    @Test
    void smpSaysThatItNeedsTwoProcessors() {
        GuestRun run = GuestRun.on(1, Boot.of(build("smp", "elf", "-O0")));

        assertThat(run.output()).contains("\"cpus\": 2");
        assertThat(run.exitCode()).isEqualTo(FAILURE);
    }

    private Path build(String guest, String kind, String optimisation) {
        assumeThat(Files.isDirectory(EXAMPLES)).isTrue();
        String build = "build/test" + optimisation;
        new Toolchain(folder)
                .run("make", "-s", "-C", EXAMPLES.toString(), guest, "OPT=" + optimisation, "BUILD=" + build);
        return EXAMPLES.resolve(guest).resolve(build).resolve(guest + "." + kind);
    }
}
