package dev.kvmdap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestVirtual;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MultibootBootTest {

    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;

    /** In multiboot.s, the bytes "the end" follow the header, which has 32 bytes with its addresses. */
    private static final int HEADER_OFFSET = 0x40;

    private static final int IMAGE_BYTES = HEADER_OFFSET + 32 + 7;

    @TempDir
    Path folder = Path.of("");

    private Toolchain tools = new Toolchain(folder);
    private final SparseRam ram = new SparseRam(16 * MIB);

    @BeforeEach
    void useFolder() {
        tools = new Toolchain(folder);
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 64})
    void kernelStartsInProtectedModeWithMagicAndInformation(int bits) {
        BootedImage booted = Boot.of(elf(bits, 3)).into(ram);

        InitialState state = booted.initialState();
        assertThat(booted.protocol()).isEqualTo(BootProtocol.MULTIBOOT);
        assertThat(state.mode()).isEqualTo(CpuMode.PROTECTED);
        assertThat(state.entry()).isEqualTo(new GuestVirtual(MIB));
        assertThat(state.rax()).isEqualTo(0x2bad_b002L);
        assertThat(ram.read(MIB, 1)).containsExactly(0xf4);
        assertThat(ram.readInt(state.rbx()))
                .as("flags: memory, command line, sections, memory map, loader name")
                .isEqualTo(0x265);
    }

    @Test
    void headerIsFoundAtTheEndOfTheFirst8KibAndNotBehind() {
        assertThat(Boot.of(elf(64, 0, 4096 - 12)).into(ram).protocol())
                .as("in the file, the text begins at 4 KiB")
                .isEqualTo(BootProtocol.MULTIBOOT);
        assertThat(Boot.of(elf(64, 0, 4096 - 8)).into(new SparseRam(16 * MIB)).protocol())
                .isEqualTo(BootProtocol.ELF);
    }

    @Test
    void wrongChecksumIsShown() {
        Path kernel = kernel(32, 0, 5, HEADER_OFFSET, 0);

        assertThatThrownBy(() -> Boot.of(kernel).as(BootProtocol.MULTIBOOT).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("kernel", "checksum", "sum to 0x5");
    }

    @Test
    void missingHeaderIsExplained() throws IOException {
        Path image = Files.writeString(folder.resolve("plain.bin"), "no header");

        assertThatThrownBy(() -> Boot.of(image).as(BootProtocol.MULTIBOOT).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("plain.bin", "no Multiboot header", "02 b0 ad 1b", "8 KiB");
    }

    @ParameterizedTest
    @CsvSource({"8, flag bit 3", "32768, flag bit 15"})
    void requirementsThatCannotBeGrantedAreNamed(int flags, String named) {
        Path kernel = elf(32, flags);

        assertThatThrownBy(() -> Boot.of(kernel).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("kernel", named);
    }

    @Test
    void kernelThatWouldLikeGraphicsIsToldOfTheTextScreen() {
        BootedImage booted = Boot.of(elf(32, 4)).into(ram);

        long info = booted.initialState().rbx();
        assertThat(booted.remarks())
                .singleElement()
                .asString()
                .contains("would like a framebuffer", "text screen at 0xb8000, 80 by 25");
        assertThat(ram.readInt(info) & 1 << 12).as("flag: framebuffer").isNotZero();
        assertThat(ram.readLong(info + 88)).isEqualTo(0xb8000);
    }

    @Test
    void damagedSectionHeadersAreNotHandedOn() throws IOException {
        Path kernel = elf(64, 0);
        patch(kernel, 40, 0x7fff_0000); // e_shoff

        BootedImage booted = Boot.of(kernel).into(ram);

        assertThat(ram.readInt(booted.initialState().rbx()) & 1 << 5)
                .as("flag: sections")
                .isZero();
        assertThat(booted.remarks())
                .singleElement()
                .asString()
                .contains("not told of its sections", "section header table");
    }

    @Test
    void largeDebugInformationStaysOutOfMemory() throws IOException {
        tools.source(MultibootBootTest.class, "large-debug.s");
        tools.run("as", "--64", "large-debug.s", "-o", "large.o");
        tools.run("ld", "-Ttext=0x100000", "-estart", "large.o", "-o", "large.elf");

        BootedImage small = Boot.of(tools.file("large.elf")).into(ram);
        assertThat(small.ranges()).extracting(LoadedRange::what).contains("section .strtab");
        assertThat(small.ranges()).extracting(LoadedRange::what).doesNotContain("section .debug_large");

        BootedImage large = Boot.of(tools.file("large.elf")).into(new SparseRam(64 * MIB));
        assertThat(large.ranges()).extracting(LoadedRange::what).contains("section .debug_large");
    }

    @Test
    void optionalFlagsAreIgnored() {
        assertThat(Boot.of(elf(32, 1 << 20)).into(ram).protocol()).isEqualTo(BootProtocol.MULTIBOOT);
    }

    @Test
    void keysThatSayWhatTheHeaderSaysAreRefused() {
        Path kernel = elf(32, 0);

        assertThatThrownBy(() -> Boot.of(kernel).in(CpuMode.LONG).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("cpuMode", "Multiboot header", "boot");
        assertThatThrownBy(() -> Boot.of(kernel).from(MIB).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContaining("entryPoint");
    }

    @Nested
    class Information {

        @Test
        void memoryIsDescribedWithAndWithoutMap() {
            long info = Boot.of(elf(32, 2)).into(ram).initialState().rbx();

            assertThat(ram.readInt(info + 4)).as("KiB below 640 KiB").isEqualTo(640);
            assertThat(ram.readInt(info + 8)).as("KiB above 1 MiB").isEqualTo(15 * 1024);
            assertThat(ram.readInt(info + 44)).as("bytes of the map").isEqualTo(3 * 24);
            assertMemory(info, 0, 0, 0xa0000, 1);
            assertMemory(info, 1, 0xa0000, 0x60000, 2);
            assertMemory(info, 2, MIB, 15 * MIB, 1);
        }

        @Test
        void memoryAbove3GibIsDescribedWhereItIs() {
            SparseRam large = new SparseRam(5 * GIB);
            long info = Boot.of(elf(32, 2)).into(large).initialState().rbx();

            assertThat(large.readInt(info + 8)).isEqualTo((3 * GIB - MIB) / 1024);
            long map = large.readInt(info + 48) + 3 * 24;
            assertThat(large.readLong(map + 4)).isEqualTo(4 * GIB);
            assertThat(large.readLong(map + 12)).isEqualTo(2 * GIB);
        }

        @Test
        void commandLineBeginsWithTheFileName() {
            long info = Boot.of(elf(32, 0))
                    .told("quiet debug=1")
                    .into(ram)
                    .initialState()
                    .rbx();
            assertThat(ram.string(ram.readInt(info + 16))).isEqualTo("kernel.elf quiet debug=1");

            SparseRam other = new SparseRam(16 * MIB);
            long untold = Boot.of(elf(32, 0)).into(other).initialState().rbx();
            assertThat(other.string(other.readInt(untold + 16))).isEqualTo("kernel.elf");
        }

        @Test
        void loaderHasAName() {
            long info = Boot.of(elf(32, 0)).into(ram).initialState().rbx();

            assertThat(ram.string(ram.readInt(info + 64))).isEqualTo("kvmdap");
        }

        @Test
        void modulesLieBehindTheKernelOnPagesOfTheirOwn() throws IOException {
            Path first = Files.writeString(folder.resolve("one.txt"), "first");
            Path second = Files.writeString(folder.resolve("two.txt"), "second");

            long info = Boot.of(elf(32, 1))
                    .with(first, "")
                    .with(second, "x=1")
                    .into(ram)
                    .initialState()
                    .rbx();

            assertThat(ram.readInt(info) & 8).isEqualTo(8);
            assertThat(ram.readInt(info + 20)).isEqualTo(2);
            long list = ram.readInt(info + 24);
            assertThat(ram.readInt(list)).isEqualTo(MIB + 0x1000);
            assertThat(ram.text(ram.readInt(list), 5)).isEqualTo("first");
            assertThat(ram.readInt(list + 4)).isEqualTo(MIB + 0x1000 + 5);
            assertThat(ram.string(ram.readInt(list + 8))).isEqualTo("one.txt");
            assertThat(ram.readInt(list + 16)).isEqualTo(MIB + 0x2000);
            assertThat(ram.text(ram.readInt(list + 16), 6)).isEqualTo("second");
            assertThat(ram.string(ram.readInt(list + 24))).isEqualTo("two.txt x=1");
        }

        @Test
        void missingModuleIsNamed() {
            Path kernel = elf(32, 0);

            assertThatThrownBy(() -> Boot.of(kernel)
                            .with(folder.resolve("absent.img"), "")
                            .into(ram))
                    .isInstanceOf(BootException.class)
                    .hasMessageContainingAll("modules", "absent.img", "no such file");
        }

        @Test
        void moduleThatDoesNotFitIsNamed() throws IOException {
            Path kernel = elf(32, 0);
            Path module = Files.write(folder.resolve("large.img"), new byte[(int) (15 * MIB)]);

            assertThatThrownBy(() -> Boot.of(kernel).with(module, "").into(ram))
                    .isInstanceOf(BootException.class)
                    .hasMessageContainingAll("large.img", "15728640 bytes", "16 MiB", "memory");
        }

        private void assertMemory(long info, int index, long start, long size, int type) {
            long entry = ram.readInt(info + 48) + 24L * index;
            assertThat(ram.readInt(entry)).as("size of entry %d", index).isEqualTo(20);
            assertThat(ram.readLong(entry + 4)).as("start of entry %d", index).isEqualTo(start);
            assertThat(ram.readLong(entry + 12)).as("length of entry %d", index).isEqualTo(size);
            assertThat(ram.readInt(entry + 20)).as("type of entry %d", index).isEqualTo(type);
        }
    }

    @Nested
    class ImageWithAddressesInItsHeader {

        @Test
        void isLoadedWhereTheHeaderSays() {
            BootedImage booted = Boot.of(flat(HEADER_OFFSET, 1 << 16, 1)).into(ram);

            assertThat(ram.read(MIB, 1)).containsExactly(0xf4);
            assertThat(ram.text(MIB + IMAGE_BYTES - 7, 7)).isEqualTo("the end");
            assertThat(booted.initialState().entry()).isEqualTo(new GuestVirtual(MIB));
            assertThat(booted.ranges().get(0).size())
                    .as("with the zeros it asks for")
                    .isEqualTo(IMAGE_BYTES + 0x1000);
        }

        @Test
        void isLoadedToItsEndWhereNoEndIsGiven() throws IOException {
            Path kernel = flat(HEADER_OFFSET, 1 << 16, 1);
            patch(kernel, HEADER_OFFSET + 20, 0);
            patch(kernel, HEADER_OFFSET + 24, 0);
            Files.writeString(kernel, "more", StandardOpenOption.APPEND);

            BootedImage booted = Boot.of(kernel).into(ram);

            assertThat(booted.ranges().get(0).size()).isEqualTo(IMAGE_BYTES + 4);
            assertThat(ram.text(MIB + IMAGE_BYTES, 4)).isEqualTo("more");
        }

        @Test
        void mayStartInTheMiddleOfItsFile() throws IOException {
            Path kernel = flat(HEADER_OFFSET, 1 << 16, 1);
            patch(kernel, HEADER_OFFSET + 16, (int) MIB + HEADER_OFFSET);

            Boot.of(kernel).into(ram);

            assertThat(ram.readInt(MIB + HEADER_OFFSET)).isEqualTo(0x1bad_b002L);
            assertThat(ram.readInt(MIB)).as("what lies before is not loaded").isZero();
        }

        @ParameterizedTest
        @CsvSource({
            "16, 0x100048, load_addr",
            "16, 0x000000, load_addr",
            "20, 0x100000, load_end_addr",
            "20, 0x200000, load_end_addr",
            "24, 0x100001, bss_end_addr"
        })
        void wrongAddressesAreNamed(int offset, String address, String named) throws IOException {
            Path kernel = flat(HEADER_OFFSET, 1 << 16, 1);
            patch(kernel, HEADER_OFFSET + offset, Integer.decode(address));

            assertThatThrownBy(() -> Boot.of(kernel).into(ram))
                    .isInstanceOf(BootException.class)
                    .hasMessageContainingAll("kernel.bin", named);
        }

        @Test
        void addressesAreMissedWhereThereIsNoElfHeader() {
            Path kernel = flat(HEADER_OFFSET, 0, 0);

            assertThatThrownBy(() -> Boot.of(kernel).into(ram))
                    .isInstanceOf(BootException.class)
                    .hasMessageContainingAll("kernel.bin", "flag bit 16", "ELF");
        }

        @Test
        void addressesThatTheSearchedPartCutsOffAreMissed() {
            Path kernel = flat(8192 - 12, 1 << 16, 0);

            assertThatThrownBy(() -> Boot.of(kernel).into(ram))
                    .isInstanceOf(BootException.class)
                    .hasMessageContainingAll("flag bit 16", "cut short");
        }
    }

    @Test
    void damagedKernelsEitherBootOrAreRefused() throws IOException {
        Random random = new Random(2);
        for (Path kernel : new Path[] {elf(32, 3), flat(HEADER_OFFSET, 1 << 16, 1)}) {
            byte[] original = Files.readAllBytes(kernel);
            for (int i = 0; i < 1_000; i++) {
                byte[] damaged = original.clone();
                for (int bytes = 1 + random.nextInt(4); bytes > 0; bytes--) {
                    damaged[random.nextInt(Math.min(damaged.length, 256))] = (byte) random.nextInt();
                }
                Path file = Files.write(folder.resolve("damaged"), damaged);
                try {
                    Boot.of(file).as(BootProtocol.MULTIBOOT).into(new SparseRam(16 * MIB));
                } catch (BootException e) {
                    assertThat(e).hasMessageContaining(" ");
                }
            }
        }
    }

    private Path elf(int bits, int flags) {
        return elf(bits, flags, HEADER_OFFSET);
    }

    private Path elf(int bits, int flags, int headerOffset) {
        return kernel(bits, flags, 0, headerOffset, 0);
    }

    private Path flat(int headerOffset, int flags, int addresses) {
        Path elf = kernel(32, flags, 0, headerOffset, addresses);
        tools.run("objcopy", "-O", "binary", "-j", ".text", elf.getFileName().toString(), "kernel.bin");
        return tools.file("kernel.bin");
    }

    private Path kernel(int bits, int flags, int checksumError, int headerOffset, int addresses) {
        tools.source(MultibootBootTest.class, "multiboot.s");
        tools.run(
                "as",
                "--" + bits,
                "--defsym",
                "FLAGS=" + flags,
                "--defsym",
                "CHECKSUM_ERROR=" + checksumError,
                "--defsym",
                "HEADER_OFFSET=" + headerOffset,
                "--defsym",
                "ADDRESSES=" + addresses,
                "multiboot.s",
                "-o",
                "kernel.o");
        tools.run(
                "ld",
                "-m",
                bits == 32 ? "elf_i386" : "elf_x86_64",
                "-z",
                "max-page-size=4096",
                "-Ttext=0x100000",
                "-estart",
                "kernel.o",
                "-o",
                "kernel.elf");
        return tools.file("kernel.elf");
    }

    private static void patch(Path image, int offset, int value) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.seek(offset);
            file.writeInt(Integer.reverseBytes(value));
        }
    }
}
