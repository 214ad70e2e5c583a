package dev.kvmdap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.x86.CpuMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SurroundingsTest {

    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;

    @TempDir
    Path folder = Path.of("");

    @Test
    void longModeMapsFourGibibytesToThemselves() throws IOException {
        SparseRam ram = new SparseRam(16 * MIB);
        InitialState state = boot(ram, 64, MIB).initialState();

        assertThat(translate(ram, state.pageTables(), 0)).contains(0L);
        assertThat(translate(ram, state.pageTables(), 0x12_3456)).contains(0x12_3456L);
        assertThat(translate(ram, state.pageTables(), 0xfee0_0010L)).contains(0xfee0_0010L);
        assertThat(translate(ram, state.pageTables(), 4 * GIB)).isEmpty();
    }

    @Test
    void longModeMapsAllOfALargerMemory() throws IOException {
        SparseRam ram = new SparseRam(7 * GIB);
        InitialState state = boot(ram, 64, MIB).initialState();

        assertThat(translate(ram, state.pageTables(), 8 * GIB - 1)).contains(8 * GIB - 1);
        assertThat(translate(ram, state.pageTables(), 8 * GIB)).isEmpty();
    }

    @Test
    void segmentsAreFlatAndInAGdt() throws IOException {
        SparseRam ram = new SparseRam(16 * MIB);
        InitialState state = boot(ram, 64, MIB).initialState();

        assertThat(ram.readLong(state.gdt())).isZero();
        assertThat(ram.readLong(state.gdt() + state.codeSegment())).isEqualTo(0x00af_9b00_0000_ffffL);
        assertThat(ram.readLong(state.gdt() + state.dataSegment())).isEqualTo(0x00cf_9300_0000_ffffL);
    }

    @Test
    void nothingOverlapsTheImageWhereverItLies() throws IOException {
        for (long address : new long[] {0x500, 0x1000, 0x3000, 0x7c00, 0x9_f000, MIB}) {
            SparseRam ram = new SparseRam(16 * MIB);
            BootedImage booted = boot(ram, 0x9000, address);

            assertThat(ram.read(address, 0x9000)).containsOnly('x');
            for (LoadedRange one : booted.ranges()) {
                assertThat(booted.ranges().stream()
                                .filter(other -> other.overlaps(one.start().address(), one.size())))
                        .containsExactly(one);
            }
        }
    }

    @Test
    void lowMemoryThatIsFullSendsThemToTheEndOfRam() throws IOException {
        SparseRam ram = new SparseRam(16 * MIB);
        BootedImage booted = boot(ram, 2 << 20, 0x1000);

        assertThat(booted.initialState().pageTables()).isBetween(15 * MIB, 16 * MIB);
        assertThat(booted.initialState().gdt()).isBetween(15 * MIB, 16 * MIB);
    }

    @Test
    void memoryThatIsFullIsNamed() throws IOException {
        SparseRam ram = new SparseRam(2 * MIB);

        assertThatThrownBy(() -> boot(ram, (int) (2 * MIB - 0x1000), 0x1000))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("no room for page tables", "2 MiB", "memory");
    }

    @Test
    void rangesSayWhatLiesWhere() throws IOException {
        BootedImage booted = boot(new SparseRam(16 * MIB), 64, MIB);

        assertThat(booted.ranges())
                .extracting(LoadedRange::what)
                .containsExactly("the image", "page tables", "initial stack", "GDT");
        assertThat(booted.ranges().get(0)).hasToString("the image at p:0x100000 to p:0x10003f");
    }

    private BootedImage boot(SparseRam ram, int size, long address) throws IOException {
        Path image = Files.writeString(folder.resolve("image.bin"), "x".repeat(size));
        return Boot.of(image).as(BootProtocol.FLAT).in(CpuMode.LONG).at(address).into(ram);
    }

    /** SDM vol. 3, 4.5, for tables that end at 2 MiB pages. */
    private static Optional<Long> translate(SparseRam ram, long tables, long address) {
        long table = tables;
        for (int shift = 39; shift >= 30; shift -= 9) {
            long entry = ram.readLong(table + 8 * (address >> shift & 0x1ff));
            if ((entry & 3) != 3) {
                return Optional.empty();
            }
            table = entry & ~0xfffL;
        }
        long entry = ram.readLong(table + 8 * (address >> 21 & 0x1ff));
        return (entry & 0x83) == 0x83 ? Optional.of((entry & ~0x1f_ffffL) + (address & 0x1f_ffff)) : Optional.empty();
    }
}
