package dev.kvmdap.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.kvm.RequiresKvm;
import dev.kvmdap.x86.CpuMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Year;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A guest in real mode that calls the services of the BIOS and says what they return, on KVM. */
@RequiresKvm
@Timeout(60)
class BiosOnKvmTest {

    @TempDir
    Path folder = Path.of("");

    private Toolchain tools = new Toolchain(folder);

    @BeforeEach
    void useFolder() {
        tools = new Toolchain(folder);
    }

    @Test
    void servicesDoWhatTheirCallersExpect() throws IOException {
        GuestRun run = GuestRun.typing(
                "aB", "waiting\n", "c", Boot.of(guest()).in(CpuMode.REAL).withDisk(disk(8 * 512)));

        assertThat(run.exitCode()).isEqualTo(33);
        List<String> told = run.output().lines().toList();
        assertThat(told).containsSubsequence("equipment 0x220", "memory 0x280");
        assertThat(told)
                .as("INT 10h")
                .containsSubsequence(
                        "row 0 'o\7n\7e\7'",
                        "row 1 't\7w\7!\7'",
                        "cursor 0x103",
                        "row 0 after scrolling 't\7w\7!\7'",
                        "row 23 'x\36y\36'",
                        "row 24 'z\36'",
                        "cleared 0x2020",
                        "repeated 0xf41",
                        "and again 0xf41",
                        "and no more 0x2020",
                        "character 0xf41",
                        "mode 0x5003");
        assertThat(told)
                .as("INT 13h")
                .containsSubsequence(
                        "reset 0x0",
                        "geometry 0x0",
                        "last cylinder and sectors 0x3f",
                        "last head and drives 0xf01",
                        "read 0x0",
                        "sectors 0x2",
                        "second sector 'sector 1'",
                        "third sector 'sector 2'",
                        "read beyond 0x4 carry",
                        "extensions 0x30",
                        "signature 0xaa55",
                        "read by number 0x0",
                        "fourth sector 'sector 3'",
                        "write by number 0x0",
                        "fourth sector now 'sector 1'",
                        "read over the end 0x4 carry",
                        "sectors 0x1",
                        "parameters 0x0",
                        "all sectors 0x8",
                        "sector bytes 0x200",
                        "another drive 0x31 carry");
        assertThat(told)
                .as("INT 15h")
                .containsSubsequence(
                        "memory 0x0 0xa0000 0x1",
                        "memory 0xa0000 0x60000 0x2",
                        "memory 0x100000 0xf00000 0x1",
                        "signature 0x534d4150",
                        "without signature 0x86 carry",
                        "KiB above 1 MiB 0x3c00",
                        "64 KiB above 16 MiB 0x0",
                        "KiB above 1 MiB 0x3c00",
                        "A20 0x0",
                        "A20 0x1",
                        "A20 by 0x3",
                        "move 0x0",
                        "moved there and back 'moved'",
                        "waited 0x86",
                        "unsupported 0x86 carry");
        assertThat(told)
                .as("INT 16h")
                .containsSubsequence(
                        "a key is there 0x1",
                        "looked at 0x1e61",
                        "key 0x1e61",
                        "key 0x3042",
                        "key 0x1c0d",
                        "a key is there 0x0",
                        "waiting",
                        "key 0x2e63",
                        "shift 0x0");
        int year = Year.now(ZoneOffset.UTC).getValue();
        assertThat(told)
                .as("INT 1Ah")
                .containsSubsequence("the clock ticks", "century and year 0x%d".formatted(year), "date 0x4", "no PCI");
        assertThat(told).as("INT 14h").contains("~");
        assertThat(run.printed()).as("by INT 10h").startsWith("one\r\ntwo\b!xyz");
    }

    @Test
    void disketteHasItsGeometryAndItsNumber() throws IOException {
        GuestRun run = GuestRun.typing(
                "ab", "waiting\n", "c", Boot.of(guest()).in(CpuMode.REAL).withDisk(disk(1_474_560)));

        assertThat(run.output().lines())
                .containsSubsequence(
                        "equipment 0x221",
                        "last cylinder and sectors 0x4f12",
                        "last head and drives 0x101",
                        "read 0x0",
                        "second sector 'sector 1'",
                        "all sectors 0xb40",
                        "another drive 0x1 carry");
    }

    private Path disk(int bytes) throws IOException {
        byte[] contents = new byte[bytes];
        for (int sector = 0; sector < 8; sector++) {
            byte[] name = ("sector " + sector).getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(name, 0, contents, sector * 512, name.length);
        }
        return Files.write(folder.resolve("disk.img"), contents);
    }

    private Path guest() {
        List.of("told.h", "told.ld", "asks-bios.c").forEach(file -> tools.source(BiosOnKvmTest.class, file));
        tools.run(
                "gcc",
                "-m16",
                "-O1",
                "-ffreestanding",
                "-fno-pic",
                "-mgeneral-regs-only",
                "-fno-stack-protector",
                "-fcf-protection=none",
                "-fno-asynchronous-unwind-tables",
                "-nostdlib",
                "-static",
                "-T",
                "told.ld",
                "-Wl,--defsym,BASE=0x7c00,--build-id=none,-z,max-page-size=4096",
                "-o",
                "guest.elf",
                "asks-bios.c");
        return tools.file("guest.elf");
    }
}
