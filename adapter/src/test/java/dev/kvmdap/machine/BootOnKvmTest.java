package dev.kvmdap.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.kvm.RequiresKvm;
import dev.kvmdap.x86.CpuMode;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Guests that look around when they start, and report by their exit code. */
@RequiresKvm
@Timeout(60)
class BootOnKvmTest {

    @TempDir
    Path folder = Path.of("");

    private Toolchain tools = new Toolchain(folder);

    @BeforeEach
    void useFolder() {
        tools = new Toolchain(folder);
    }

    @ParameterizedTest
    @CsvSource({"16, REAL, 0x7c00", "32, PROTECTED, 0x100000", "64, LONG, 0x100000"})
    void flatImageFindsTheSurroundingsOfItsMode(int bits, CpuMode mode, String address) {
        Path elf = report(bits, address);
        tools.run("objcopy", "-O", "binary", elf.getFileName().toString(), "report.bin");

        GuestRun run = GuestRun.of(
                Boot.of(tools.file("report.bin")).as(BootProtocol.FLAT).in(mode));

        assertThat(run.exitCode()).isEqualTo(bits << 1 | 1);
    }

    @ParameterizedTest
    @CsvSource({"16, REAL, 0x7c00", "32, PROTECTED, 0x200000", "64, LONG, 0x200000"})
    void elfImageFindsTheSurroundingsOfItsMode(int bits, CpuMode mode, String address) {
        GuestRun run = GuestRun.of(Boot.of(report(bits, address)).in(mode));

        assertThat(run.exitCode()).isEqualTo(bits << 1 | 1);
    }

    private Path report(int bits, String address) {
        tools.source(BootOnKvmTest.class, "report.s");
        tools.run("as", bits == 64 ? "--64" : "--32", "--defsym", "MODE=" + bits, "report.s", "-o", "report.o");
        tools.run(
                "ld",
                "-m",
                bits == 64 ? "elf_x86_64" : "elf_i386",
                "-Ttext=" + address,
                "-estart",
                "report.o",
                "-o",
                "report.elf");
        return tools.file("report.elf");
    }
}
