package dev.kvmdap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.x86.CpuMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PvhBootTest {

    private static final int MIB = 1 << 20;

    @TempDir
    Path folder = Path.of("");

    private ToldKernel kernels = new ToldKernel(folder);
    private final SparseRam ram = new SparseRam(16 * MIB);

    @BeforeEach
    void useFolder() {
        kernels = new ToldKernel(folder);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void noteNamesTheEntryPoint(int noteBytes) {
        BootedImage booted = Boot.of(kernels.pvh(32, noteBytes)).into(ram);

        assertThat(booted.protocol()).isEqualTo(BootProtocol.PVH);
        assertThat(booted.recognition()).contains("because it has a PVH note with the entry point 0x100000");
        assertThat(booted.initialState().mode()).isEqualTo(CpuMode.PROTECTED);
        assertThat(booted.initialState().entry().address()).isEqualTo(MIB);
        assertThat(ram.readInt(booted.initialState().rbx())).isEqualTo(0x336e_c578L);
    }

    @Test
    void imageWithoutTheNoteIsRefused() {
        Path kernel = kernels.vmlinux();

        assertThatThrownBy(() -> Boot.of(kernel).as(BootProtocol.PVH).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("kernel.elf", "no PVH entry point", "'Xen'", "18");
    }

    @Test
    void whatIsOfNoUseIsRefusedByName() {
        Path kernel = kernels.pvh(32, 4);

        assertThatThrownBy(() -> Boot.of(kernel).withDisk(kernel).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("disk", "PVH");
        assertThatThrownBy(() -> Boot.of(kernel).in(CpuMode.LONG).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("cpuMode", "PVH note");
    }

    @Test
    void damagedKernelsEitherBootOrAreRefused() throws IOException {
        byte[] original = Files.readAllBytes(kernels.pvh(32, 4));
        int note = indexOf(original, "Xen\0");
        Random random = new Random(4);
        for (int i = 0; i < 500; i++) {
            byte[] damaged = original.clone();
            for (int count = 1 + random.nextInt(4); count > 0; count--) {
                int at = random.nextBoolean() ? random.nextInt(0x80) : note - 12 + random.nextInt(24);
                damaged[at] = (byte) random.nextInt();
            }
            Path file = Files.write(folder.resolve("damaged"), damaged);
            for (BootProtocol protocol : new BootProtocol[] {BootProtocol.AUTO, BootProtocol.PVH}) {
                try {
                    Boot.of(file).as(protocol).into(new SparseRam(16 * MIB));
                } catch (BootException e) {
                    assertThat(e).hasMessageContaining(" ");
                }
            }
        }
    }

    private static int indexOf(byte[] bytes, String text) {
        int found = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
        assertThat(found).isPositive();
        return found;
    }
}
