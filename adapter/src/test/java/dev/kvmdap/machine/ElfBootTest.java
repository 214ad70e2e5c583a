package dev.kvmdap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElfBootTest {

    private static final long MIB = 1 << 20;

    /** Offsets in an ELF64 file: e_phoff is 64 with these linkers, so the first program header begins there. */
    private static final int FIRST_SEGMENT = 64;

    @TempDir
    Path folder = Path.of("");

    private Toolchain tools = new Toolchain(folder);
    private final SparseRam ram = new SparseRam(16 * MIB);

    @BeforeEach
    void useFolder() {
        tools = new Toolchain(folder);
    }

    @Test
    void segmentsGoToTheirAddressesWithTheirZeros() {
        BootedImage booted = Boot.of(link(64, "-Ttext=0x200000", "-Tdata=0x300000", "-estart"))
                .into(ram);

        assertThat(booted.protocol()).isEqualTo(BootProtocol.ELF);
        assertThat(ram.read(0x20_0000, 2)).containsExactly(0x90, 0xf4);
        assertThat(ram.text(0x30_0000, 4)).isEqualTo("data");
        LoadedRange data = booted.ranges().stream()
                .filter(range -> range.start().equals(new GuestPhysical(0x30_0000)))
                .findFirst()
                .orElseThrow();
        assertThat(data.size()).as("4 bytes and the zeros behind them").isGreaterThanOrEqualTo(0x2000);
    }

    @Test
    void modeFollowsTheClassUnlessGiven() {
        assertThat(Boot.of(link(64, "-Ttext=0x200000", "-estart"))
                        .into(ram)
                        .initialState()
                        .mode())
                .isEqualTo(CpuMode.LONG);
        assertThat(Boot.of(link(32, "-Ttext=0x200000", "-estart"))
                        .into(new SparseRam(16 * MIB))
                        .initialState()
                        .mode())
                .isEqualTo(CpuMode.PROTECTED);
        InitialState real = Boot.of(link(32, "-Ttext=0x7c00", "-Tdata=0x8000", "-estart"))
                .in(CpuMode.REAL)
                .into(new SparseRam(16 * MIB))
                .initialState();
        assertThat(real.mode()).isEqualTo(CpuMode.REAL);
        assertThat(real.entry()).isEqualTo(new GuestVirtual(0x7c00));
    }

    @Test
    void higherHalfKernelIsLoadedAndStartedAtItsPhysicalAddresses() {
        tools.source(ElfBootTest.class, "higher-half.ld");
        Path kernel = link(64, "-T", "higher-half.ld", "-estart");

        InitialState state = Boot.of(kernel).into(ram).initialState();

        assertThat(ram.read(MIB + 0x10, 2)).containsExactly(0x90, 0xf4);
        assertThat(state.entry()).isEqualTo(new GuestVirtual(MIB + 0x10));
    }

    @Test
    void entryPointMayBeGivenByVirtualOrPhysicalAddress() {
        tools.source(ElfBootTest.class, "higher-half.ld");
        Path kernel = link(64, "-T", "higher-half.ld", "-estart");

        assertThat(Boot.of(kernel)
                        .from(0xffff_ffff_8010_0011L)
                        .into(ram)
                        .initialState()
                        .entry())
                .isEqualTo(new GuestVirtual(MIB + 0x11));
        assertThat(Boot.of(kernel)
                        .from(MIB + 0x11)
                        .into(new SparseRam(16 * MIB))
                        .initialState()
                        .entry())
                .isEqualTo(new GuestVirtual(MIB + 0x11));
    }

    @Test
    void entryPointInNoSegmentIsRefused() {
        Path image = link(64, "-Ttext=0x200000", "-e0x400000");

        assertThatThrownBy(() -> Boot.of(image).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("image.elf", "0x400000", "entryPoint");
    }

    @Test
    void segmentBeyondMemoryNamesAddressSizeAndMemory() {
        Path image = link(64, "-Ttext=0x200000", "-Tdata=0x1000000", "-estart");

        assertThatThrownBy(() -> Boot.of(image).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("segment", "p:0x1000000", "16 MiB", "memory");
    }

    @Test
    void overlappingSegmentsAreBothNamed() throws IOException {
        Path image = link(64, "-Ttext=0x200000", "-Tdata=0x300000", "-estart");
        List<Integer> loads = loadSegments(image);
        patch(image, loads.get(loads.size() - 1) + 24, 0x20_0000);

        assertThatThrownBy(() -> Boot.of(image).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageMatching(".*segment \\d at p:0x200000.* overlaps segment \\d at p:0x.*");
    }

    @Test
    void segmentWithMoreInTheFileThanInMemoryIsRefused() throws IOException {
        Path image = link(64, "-Ttext=0x200000", "-estart");
        patch(image, loadSegments(image).get(0) + 40, 1);

        assertThatThrownBy(() -> Boot.of(image).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("segment", "1 in memory", "damaged");
    }

    @Test
    void fileCutShortIsRefused() throws IOException {
        Path image = link(64, "-Ttext=0x200000", "-estart");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(0x1000);
        }

        assertThatThrownBy(() -> Boot.of(image).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("image.elf", "cut short");
    }

    @Test
    void objectFileAndPositionIndependentImageAreRefused() {
        Path object = link(64, "-r");
        assertThatThrownBy(() -> Boot.of(object).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("not linked");

        Path pie = link(64, "-pie", "--no-dynamic-linker", "-estart");
        assertThatThrownBy(() -> Boot.of(pie).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("position-independent", "-no-pie");
    }

    @Test
    void imageWithoutSegmentsIsRefused() throws IOException {
        Path image = link(64, "-Ttext=0x200000", "-estart");
        for (int header : loadSegments(image)) {
            patch(image, header, 0);
        }

        assertThatThrownBy(() -> Boot.of(image).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("image.elf", "PT_LOAD");
    }

    @Test
    void loadAddressAndCommandLineAreRefusedByName() {
        Path image = link(64, "-Ttext=0x200000", "-estart");

        assertThatThrownBy(() -> Boot.of(image).at(MIB).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContaining("loadAddress");
        assertThatThrownBy(() -> Boot.of(image).told("quiet").into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("cmdline", "Multiboot");
    }

    private Path link(int bits, String... options) {
        tools.source(ElfBootTest.class, "image.s");
        tools.run("as", "--" + bits, "image.s", "-o", "image.o");
        List<String> command = new ArrayList<>(
                List.of("ld", "-m", bits == 32 ? "elf_i386" : "elf_x86_64", "image.o", "-o", "image.elf"));
        command.addAll(List.of(options));
        tools.run(command.toArray(String[]::new));
        return tools.file("image.elf");
    }

    /** The file offsets of the PT_LOAD program headers of an ELF64 file. */
    private static List<Integer> loadSegments(Path image) throws IOException {
        List<Integer> found = new ArrayList<>();
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "r")) {
            file.seek(56);
            int count = file.read();
            for (int i = 0; i < count; i++) {
                int header = FIRST_SEGMENT + 56 * i;
                file.seek(header);
                if (file.read() == 1) {
                    found.add(header);
                }
            }
        }
        return found;
    }

    /** Overwrites a number of 4 bytes. */
    private static void patch(Path image, int offset, int value) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.seek(offset);
            file.writeInt(Integer.reverseBytes(value));
        }
    }
}
