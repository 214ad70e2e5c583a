package dev.kvmdap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.x86.CpuMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootSectorBootTest {

    @TempDir
    Path folder = Path.of("");

    private final SparseRam ram = new SparseRam(1 << 20);

    @Test
    void startsAsFirmwareWouldStartIt() throws IOException {
        BootedImage booted = Boot.of(image(512)).as(BootProtocol.BOOT_SECTOR).into(ram);

        InitialState state = booted.initialState();
        assertThat(ram.read(0x7c00, 1)).containsExactly('x');
        assertThat(ram.read(0x7dfe, 2)).containsExactly(0x55, 0xaa);
        assertThat(state.mode()).isEqualTo(CpuMode.REAL);
        assertThat(state.codeSegment()).isZero();
        assertThat(state.rip()).isEqualTo(0x7c00);
        assertThat(state.rsp()).isEqualTo(0x7c00);
        assertThat(state.rdx()).isEqualTo(0x80);
    }

    @Test
    void onlyTheFirstSectorOfADiskIsLoaded() throws IOException {
        BootedImage booted = Boot.of(image(1_474_560)).into(ram);

        assertThat(ram.read(0x7e00, 1)).containsExactly(0);
        assertThat(booted.recognition()).contains("boot-sector", "55 aa", "the size of a diskette of 1440 KiB");
        assertThat(booted.initialState().rdx()).as("the first diskette drive").isZero();
    }

    @Test
    void fileThatIsTooShortIsRefused() throws IOException {
        Path image = Files.write(folder.resolve("short.bin"), new byte[511]);

        assertThatThrownBy(() -> Boot.of(image).as(BootProtocol.BOOT_SECTOR).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("short.bin", "511 bytes", "512", "flat");
    }

    @Test
    void missingSignatureIsShown() throws IOException {
        Path image = Files.write(folder.resolve("unsigned.bin"), new byte[512]);

        assertThatThrownBy(() -> Boot.of(image).as(BootProtocol.BOOT_SECTOR).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("unsigned.bin", "00 00", "55 aa");
    }

    @Test
    void whatABootSectorCannotUseIsRefusedByName() throws IOException {
        Boot boot = Boot.of(image(512)).as(BootProtocol.BOOT_SECTOR).at(0x600);

        assertThatThrownBy(() -> boot.into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("loadAddress", "0x7c00");
    }

    private Path image(int size) throws IOException {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) 'x');
        bytes[510] = 0x55;
        bytes[511] = (byte) 0xaa;
        return Files.write(folder.resolve("disk.img"), bytes);
    }
}
