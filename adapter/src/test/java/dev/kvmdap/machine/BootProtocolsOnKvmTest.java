package dev.kvmdap.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.kvm.RequiresKvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels that say what they were told about their machine, on KVM. */
@RequiresKvm
@Timeout(60)
class BootProtocolsOnKvmTest {

    private static final String[] MEMORY = {
        "memory 0x0 0xa0000 0x1", "memory 0xa0000 0x60000 0x2", "memory 0x100000 0xf00000 0x1"
    };

    @TempDir
    Path folder = Path.of("");

    private ToldKernel kernels = new ToldKernel(folder);
    private Path one = folder;
    private Path two = folder;

    @BeforeEach
    void createFiles() throws IOException {
        kernels = new ToldKernel(folder);
        one = Files.writeString(folder.resolve("one.txt"), "first");
        two = Files.writeString(folder.resolve("two.txt"), "second");
    }

    @Test
    void multibootKernelIsToldOfItsMachine() {
        List<String> told =
                run(Boot.of(kernels.multiboot(7)).told("quiet").with(one, "a=1").with(two, ""));

        assertThat(told)
                .contains(
                        "magic 0x2badb002",
                        "flags 0x126d",
                        "lower 0x280",
                        "upper 0x3c00",
                        "command line 'kernel.elf quiet'",
                        "loader 'kvmdap'",
                        "module 'one.txt a=1'",
                        "contents 'first'",
                        "module 'two.txt'",
                        "contents 'second'",
                        "screen 0xb8000 0xa0 0x50 0x19 0x10 0x2")
                .contains(MEMORY)
                .contains("text 0x100000")
                .anyMatch(line -> line.startsWith("strtab 'told"));
    }

    @Test
    void multibootKernelWithAddressesIsNotToldOfSections() {
        List<String> told = run(Boot.of(kernels.multiboot(1 << 16)));

        assertThat(told).contains("flags 0x245").contains(MEMORY).noneMatch(line -> line.startsWith("sections"));
    }

    @Test
    void multiboot2KernelIsToldOfItsMachine() {
        List<String> told = run(Boot.of(kernels.multiboot2(
                        ".word 1, 0; .long 24, 1, 4, 6, 9", // information that it requires
                        ".word 4, 0; .long 12, 3", // text will do
                        ".word 5, 1; .long 20, 1024, 768, 32", // a framebuffer
                        ".word 6, 0; .long 8")) // modules on pages
                .told("quiet")
                .with(one, "a=1"));

        assertThat(told)
                .contains(
                        "magic 0x36d76289",
                        "here 0x100000",
                        "aligned 0x0",
                        "command line 'kernel.elf quiet'",
                        "loader 'kvmdap'",
                        "module 'one.txt a=1'",
                        "contents 'first'",
                        "lower 0x280",
                        "upper 0x3c00",
                        "entry version 0x0",
                        "screen 0xb8000 0xa0 0x50 0x19 0x10 0x2",
                        "section bytes 0x28",
                        "text 0x100000",
                        "rest 0x0")
                .contains(MEMORY)
                .noneMatch(line -> line.startsWith("unexpected") || line.startsWith("base"));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0x100000, 0x7fffff, 0x100000",
        "0, 0x400000, 0x7fffff, 0x400000",
        "1, 0x203000, 0x7fffff, 0x300000",
        "2, 0x100000, 0x7fffff, 0x700000"
    })
    void multiboot2KernelMayBeMovedAndIsToldWhereTo(int preference, String from, String to, String place) {
        List<String> told = run(Boot.of(
                kernels.multiboot2(".word 10, 0; .long 24, %s, %s, 0x100000, %d".formatted(from, to, preference))));

        assertThat(told).contains("here " + place, "base " + place, "rest 0x0");
    }

    @Test
    void multiboot2KernelMayNameItsEntryAndItsAddresses() {
        List<String> told = run(Boot.of(kernels.multiboot2(
                ".word 2, 0; .long 24, header, 0xffffffff, 0, end", ".word 3, 0; .long 12, other_start")));

        assertThat(told).contains("magic 0x36d76289", "rest 0x0").noneMatch(line -> line.startsWith("sections"));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void pvhKernelIsToldOfItsMachine(int noteBytes) throws IOException {
        Path initrd = Files.writeString(folder.resolve("initrd.img"), "files");

        List<String> told = run(Boot.of(kernels.pvh(32, noteBytes))
                .told("quiet")
                .withInitrd(initrd)
                .with(one, "a=1"));

        assertThat(told)
                .containsExactly(
                        "protected, paging 0x1",
                        "magic 0x336ec578",
                        "version 0x1",
                        "flags 0x0",
                        "command line 'quiet'",
                        "module 'initrd.img'",
                        "contents 'files'",
                        "module 'one.txt a=1'",
                        "contents 'first'",
                        "rsdp 0x0",
                        MEMORY[0],
                        MEMORY[1],
                        MEMORY[2]);
    }

    @Test
    void vmlinuxStartsInLongModeWithItsParameters() throws IOException {
        Path initrd = Files.writeString(folder.resolve("initrd.img"), "files");

        List<String> told = run(Boot.of(kernels.vmlinux()).told("console=ttyS0").withInitrd(initrd));

        assertThat(told)
                .containsExactly(
                        "code 0x10",
                        "data 0x18",
                        "long mode 0x400",
                        "sentinel 0x0",
                        "flag 0xaa55",
                        "header 'HdrS'",
                        "version 0x20f",
                        "loader 0xff",
                        "flags 0x81",
                        "command line 'console=ttyS0'",
                        "initrd 0xfff000",
                        "contents 'files'",
                        "columns 0x50",
                        MEMORY[0],
                        MEMORY[1],
                        MEMORY[2]);
    }

    @ParameterizedTest
    @CsvSource({"64, 0x400", "32, 0x0"})
    void bzImageStartsInTheModeThatItsHeaderAllows(int bits, String longMode) throws IOException {
        Path initrd = Files.writeString(folder.resolve("initrd.img"), "files");

        List<String> told =
                run(Boot.of(kernels.bzImage(bits)).told("console=ttyS0").withInitrd(initrd));

        assertThat(told)
                .contains(
                        "code 0x10",
                        "data 0x18",
                        "long mode " + longMode,
                        "flag 0xaa55",
                        "header 'HdrS'",
                        "loader 0xff",
                        "flags 0x81",
                        "command line 'console=ttyS0'",
                        "contents 'files'")
                .as("below the address that the kernel allows")
                .contains("initrd 0x7ff000")
                .contains(MEMORY);
    }

    private static List<String> run(Boot boot) {
        GuestRun run = GuestRun.of(boot);
        assertThat(run.exitCode()).isEqualTo(33);
        return run.output().lines().toList();
    }
}
