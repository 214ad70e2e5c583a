package dev.kvmdap.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElfFileTest {

    @TempDir
    Path folder = Path.of("");

    private Toolchain tools = new Toolchain(folder);

    @BeforeEach
    void useFolder() {
        tools = new Toolchain(folder);
    }

    private Path link(String bits) {
        tools.source(ElfFileTest.class, "image.s");
        tools.run("as", "--" + bits, "image.s", "-o", "image.o");
        String emulation = bits.equals("32") ? "elf_i386" : "elf_x86_64";
        tools.run("ld", "-m", emulation, "-Ttext=0x100000", "-estart", "image.o", "-o", "image.elf");
        return tools.file("image.elf");
    }

    @ParameterizedTest
    @ValueSource(strings = {"32", "64"})
    void headerSaysWhatReadelfSays(String bits) {
        ElfFile elf = ElfFile.open(link(bits));

        assertThat(elf.is64()).isEqualTo(bits.equals("64"));
        assertThat(elf.machine()).isEqualTo(bits.equals("64") ? Machine.X86_64 : Machine.I386);
        assertThat(elf.type()).isEqualTo(ElfType.EXECUTABLE);
        assertThat(elf.entry()).isEqualTo(0x100000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"32", "64"})
    void segmentsAreThoseOfReadelf(String bits) {
        Path file = link(bits);
        Matcher load = Pattern.compile("LOAD +0x(\\w+) 0x(\\w+) 0x(\\w+) 0x(\\w+) 0x(\\w+) ([R ][W ][E ])")
                .matcher(tools.run("readelf", "-lW", file.toString()));
        ElfFile elf = ElfFile.open(file);

        int count = 0;
        for (Segment segment : elf.segments().stream().filter(Segment::isLoaded).toList()) {
            assertThat(load.find()).isTrue();
            assertThat(segment.offset()).isEqualTo(hex(load.group(1)));
            assertThat(segment.virtualAddress()).isEqualTo(hex(load.group(2)));
            assertThat(segment.physicalAddress()).isEqualTo(hex(load.group(3)));
            assertThat(segment.fileSize()).isEqualTo(hex(load.group(4)));
            assertThat(segment.memorySize()).isEqualTo(hex(load.group(5)));
            assertThat(segment.flags())
                    .isEqualTo((load.group(6).contains("R") ? Segment.READ : 0)
                            + (load.group(6).contains("W") ? Segment.WRITE : 0)
                            + (load.group(6).contains("E") ? Segment.EXECUTE : 0));
            count++;
        }
        assertThat(load.find()).isFalse();
        assertThat(count).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"32", "64"})
    void segmentContentsAreTheBytesOfTheFile(String bits) throws IOException {
        ElfFile elf = ElfFile.open(link(bits));
        Segment code = elf.segments().stream()
                .filter(segment -> segment.isLoaded() && (segment.flags() & Segment.EXECUTE) != 0)
                .findFirst()
                .orElseThrow();

        byte[] bytes = Files.readAllBytes(tools.file("image.elf"));
        assertThat(elf.contents(code)).isEqualTo(ByteBuffer.wrap(bytes, (int) code.offset(), (int) code.fileSize()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"32", "64"})
    void symbolsAreThoseOfReadelf(String bits) {
        Path file = link(bits);
        Map<String, Long> expected = new HashMap<>();
        Matcher row = Pattern.compile("\\d+: (\\w+) +(\\d+) \\w+ +\\w+ +\\w+ +\\w+ (\\S+)")
                .matcher(tools.run("readelf", "-sW", file.toString()));
        while (row.find()) {
            expected.put(row.group(3), hex(row.group(1)) << 16 | Long.parseLong(row.group(2)));
        }
        SymbolTable symbols = ElfFile.open(file).symbols();

        assertThat(expected).containsKeys("start", "callee", "inside", "label", "counter");
        expected.forEach((name, valueAndSize) -> assertThat(symbols.named(name))
                .singleElement()
                .satisfies(symbol -> {
                    assertThat(symbol.name()).isEqualTo(name);
                    assertThat(symbol.value() << 16 | symbol.size()).isEqualTo(valueAndSize);
                }));
        assertThat(symbols.named("nobody")).isEmpty();
        assertThat(symbols.named("star")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"32", "64"})
    void codeBelongsToItsFunctionElseToTheLabelAbove(String bits) {
        SymbolTable symbols = ElfFile.open(link(bits)).symbols();
        Symbol start = symbols.named("start").get(0);
        Symbol callee = symbols.named("callee").get(0);
        Symbol inside = symbols.named("inside").get(0);
        Symbol label = symbols.named("label").get(0);

        assertThat(symbols.codeAt(start.value() + 1)).contains(start);
        assertThat(symbols.codeAt(inside.value())).contains(callee);
        assertThat(symbols.codeAt(start.value() + start.size() + 4)).isEmpty();
        assertThat(symbols.codeAt(label.value() + 1)).contains(label);
        assertThat(symbols.codeAt(label.value() + 0x10000)).isEmpty();
        assertThat(symbols.codeAt(start.value() - 1)).isEmpty();
        assertThat(symbols.isCode(label)).isTrue();
        assertThat(symbols.isCode(symbols.named("counter").get(0))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"zlib-gabi", "zlib-gnu", "zstd"})
    void compressedSectionsUnpack(String kind) {
        for (String bits : new String[] {"32", "64"}) {
            ElfFile plain = ElfFile.open(link(bits));
            tools.run("objcopy", "--compress-debug-sections=" + kind, "image.elf", "packed.elf");
            ElfFile packed = ElfFile.open(tools.file("packed.elf"));

            Section section = packed.section(".debug_story").orElseThrow();
            assertThat(section.size()).isLessThan(10_000);
            assertThat(packed.contents(section))
                    .isEqualTo(plain.contents(plain.section(".debug_story").orElseThrow()));
        }
    }

    @Test
    void sectionThatPromisesMoreThanItCanHoldIsRefused() throws IOException {
        link("64");
        tools.run("objcopy", "--compress-debug-sections=zlib-gabi", "image.elf", "packed.elf");
        ByteBuffer bytes = bytesOf("packed.elf");
        Section section =
                ElfFile.parse("packed.elf", bytes).section(".debug_story").orElseThrow();
        ElfFile elf = ElfFile.parse("packed.elf", bytes.putLong((int) section.offset() + 8, 1L << 40));

        assertThatThrownBy(() -> elf.contents(section))
                .isInstanceOf(ElfException.class)
                .hasMessageContaining("packed.elf: .debug_story unpacks to 1099511627776 bytes");
    }

    @Test
    void unknownCompressionIsRefusedWithTheRemedy() throws IOException {
        link("64");
        tools.run("objcopy", "--compress-debug-sections=zlib-gabi", "image.elf", "packed.elf");
        ByteBuffer bytes = bytesOf("packed.elf");
        Section section =
                ElfFile.parse("packed.elf", bytes).section(".debug_story").orElseThrow();
        ElfFile elf = ElfFile.parse("packed.elf", bytes.putInt((int) section.offset(), 3));

        assertThatThrownBy(() -> elf.contents(section))
                .isInstanceOf(ElfException.class)
                .hasMessageContaining("method 3")
                .hasMessageContaining("objcopy --decompress-debug-sections");
    }

    @ParameterizedTest
    @ValueSource(strings = {"zlib-gabi", "zstd"})
    void largeSectionUnpacksOutsideOfTheHeap(String kind) throws IOException {
        byte[] large = new byte[6 << 20];
        new Random(2).nextBytes(large);
        Arrays.fill(large, 1 << 20, large.length, (byte) 'x');
        Files.write(folder.resolve("large.bin"), large);
        link("64");
        tools.run("objcopy", "--add-section=.debug_large=large.bin", "image.elf", "large.elf");
        tools.run("objcopy", "--compress-debug-sections=" + kind, "large.elf", "packed.elf");
        ElfFile packed = ElfFile.open(folder.resolve("packed.elf"));

        ByteReader unpacked = packed.reader(packed.section(".debug_large").orElseThrow());

        assertThat(unpacked.block(large.length))
                .isEqualTo(ByteBuffer.wrap(large))
                .matches(ByteBuffer::isDirect);
    }

    @Test
    void anotherProcessorOrByteOrderIsRefusedByName() throws IOException {
        link("64");

        assertThatThrownBy(() -> ElfFile.parse("arm.elf", bytesOf("image.elf").putShort(18, (short) 183)))
                .isInstanceOf(ElfException.class)
                .hasMessageContaining("arm.elf is built for Arm 64 (EM_AARCH64); allowed are i386 (EM_386)");
        assertThatThrownBy(() -> ElfFile.parse("be.elf", bytesOf("image.elf").put(5, (byte) 2)))
                .isInstanceOf(ElfException.class)
                .hasMessageContaining("big-endian (ELFDATA2MSB)");
    }

    @Test
    void fileThatIsNoElfSaysHowItBegins() throws IOException {
        Path script = Files.writeString(folder.resolve("script"), "#!/bin/sh\n");

        assertThat(ElfFile.isElf(script)).isFalse();
        assertThatThrownBy(() -> ElfFile.open(script))
                .isInstanceOf(ElfException.class)
                .hasMessageContaining("begins with 23 21 2f 62");
        assertThatThrownBy(() -> ElfFile.open(folder.resolve("missing")))
                .isInstanceOf(ElfException.class)
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> ElfFile.open(folder))
                .isInstanceOf(ElfException.class)
                .hasMessageContaining("is a directory");
    }

    @Test
    void imageWithDamagedSectionTableStillBoots() throws IOException {
        link("64");
        ElfFile elf = ElfFile.parse("image.elf", bytesOf("image.elf").putLong(0x28, 1L << 60));

        assertThat(elf.segments()).anyMatch(Segment::isLoaded);
        assertThatThrownBy(elf::sections)
                .isInstanceOf(ElfException.class)
                .hasMessageContaining("the section header table");
    }

    @Test
    void largeFileIsMappedAndReadAcrossTwoGibibytes() throws IOException {
        Path file = link("64");
        ElfFile small = ElfFile.open(file);
        Section data = small.section(".data").orElseThrow();
        long far = 5L << 29;
        Path large = folder.resolve("large.elf");
        try (FileChannel channel = FileChannel.open(large, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = bytesOf("image.elf");
            long header = bytes.getLong(0x28) + data.index() * 64L;
            bytes.putLong((int) header + 0x18, far);
            channel.write(bytes);
            channel.write(small.contents(data), far);
        }
        ElfFile elf = ElfFile.open(large);

        assertThat(elf.size()).isEqualTo(far + data.size());
        assertThat(elf.contents(elf.section(".data").orElseThrow())).isEqualTo(small.contents(data));
    }

    @Test
    void mutatedFilesGiveAnAnswerOrAnElfException() throws IOException {
        link("32");
        tools.run("objcopy", "--compress-debug-sections=zlib-gabi", "image.elf", "packed32.elf");
        link("64");
        tools.run("objcopy", "--compress-debug-sections=zlib-gnu", "image.elf", "packed64.elf");
        tools.run("objcopy", "--compress-debug-sections=zstd", "image.elf", "packedZstd.elf");
        List<String> packed = List.of("packed32.elf", "packed64.elf", "packedZstd.elf");
        Random random = new Random(1);
        int refused = 0;
        for (int round = 0; round < 9000; round++) {
            ByteBuffer bytes = bytesOf(packed.get(round % 3));
            int mutations = 1 + random.nextInt(4);
            for (int i = 0; i < mutations; i++) {
                int place = random.nextBoolean() ? random.nextInt(64) : random.nextInt(bytes.limit());
                bytes.put(place, (byte) random.nextInt());
            }
            if (random.nextInt(8) == 0) {
                bytes.limit(random.nextInt(bytes.limit()));
            }
            refused += readAll(bytes) == null ? 0 : 1;
        }
        assertThat(refused).isBetween(500, 8900);
    }

    private static @Nullable ElfException readAll(ByteBuffer bytes) {
        try {
            ElfFile elf = ElfFile.parse("mutant", bytes);
            elf.segments().forEach(elf::contents);
            elf.sections().forEach(elf::contents);
            for (int i = 0; i < elf.symbols().size(); i++) {
                elf.symbols().codeAt(elf.symbols().get(i).value());
            }
            elf.symbols().named("start");
            return null;
        } catch (ElfException e) {
            return e;
        }
    }

    private ByteBuffer bytesOf(String name) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(folder.resolve(name))).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static long hex(String digits) {
        return Long.parseUnsignedLong(digits, 16);
    }
}
