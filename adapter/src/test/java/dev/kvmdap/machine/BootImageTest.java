package dev.kvmdap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BootImageTest {

    @TempDir
    Path folder = Path.of("");

    private final SparseRam ram = new SparseRam(1 << 20);

    @Test
    void recognitionSaysWhatAndWhy() throws IOException {
        Path image = Files.writeString(folder.resolve("guest.bin"), "code");

        assertThat(Boot.of(image).into(ram).recognition())
                .isEqualTo(
                        "guest.bin: booted as flat in real mode at 0x7c00, because it has no Multiboot header, is no ELF"
                                + " file, and its first sector does not end with 55 aa");
        assertThat(Boot.of(image)
                        .as(BootProtocol.FLAT)
                        .into(new SparseRam(1 << 20))
                        .recognition())
                .endsWith("because the configuration asks for it");
    }

    @Test
    void recognitionNamesTheOtherMarksOfAnImage() {
        Path kernel = new ToldKernel(folder).multiboot2(".balign 4; .word 99, 1; .long 20, 0x1badb002, 0, 0xe4524ffe");

        BootedImage booted = Boot.of(kernel).into(new SparseRam(16 << 20));

        assertThat(booted.protocol()).isEqualTo(BootProtocol.MULTIBOOT);
        assertThat(booted.recognition())
                .contains(
                        "because it has a Multiboot header at offset 0x1018",
                        "'boot' may also be set to 'multiboot2', as it has a Multiboot 2 header at offset 0x1000");
    }

    @Test
    void planSaysWhatLoadingDoes() {
        Path kernel = new ToldKernel(folder).multiboot2(".word 10, 0; .long 24, 0x400000, 0x7fffff, 0x1000, 1");

        BootedImage planned = BootImage.plan(BootConfiguration.of(kernel), 16 << 20);

        assertThat(planned).isEqualTo(Boot.of(kernel).into(new SparseRam(16 << 20)));
        assertThat(planned.offset()).isEqualTo(0x30_0000);
    }

    @Test
    void missingProgramIsNamed() {
        assertThatThrownBy(() -> Boot.of(folder.resolve("absent.elf")).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("program", "absent.elf", "no such file");
    }

    @Test
    void directoryIsNoProgram() {
        assertThatThrownBy(() -> Boot.of(folder).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("program", "directory");
    }

    @Test
    void emptyFileIsNoProgram() throws IOException {
        Path image = Files.createFile(folder.resolve("empty.bin"));

        assertThatThrownBy(() -> Boot.of(image).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("program", "empty.bin", "is empty");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 16, 40, 63})
    void elfFileCutShortIsRefused(int size) throws IOException {
        byte[] start = new byte[size];
        start[0] = 0x7f;
        start[1] = 'E';
        start[2] = 'L';
        start[3] = 'F';
        Path image = Files.write(folder.resolve("short.elf"), start);

        assertThatThrownBy(() -> Boot.of(image).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContaining("short.elf");
    }

    @ParameterizedTest
    @EnumSource(BootProtocol.class)
    void protocolsHaveNames(BootProtocol protocol) {
        assertThat(BootProtocol.of(protocol.term())).isEqualTo(protocol);
    }

    @ParameterizedTest
    @ValueSource(strings = {"multiboot3", "xen", "ELF", ""})
    void unknownProtocolIsAnErrorThatNamesTheKnownOnes(String term) {
        assertThatThrownBy(() -> BootProtocol.of(term))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll(
                        "boot", "'" + term + "'", "auto, elf, multiboot, multiboot2, pvh, linux, boot-sector, flat");
    }
}
