package dev.kvmdap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestVirtual;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FlatBootTest {

    private static final long MIB = 1 << 20;

    @TempDir
    Path folder = Path.of("");

    private final SparseRam ram = new SparseRam(16 * MIB);

    @Test
    void realModeImageGoesTo7c00WithItsStackBelow() throws IOException {
        InitialState state = Boot.of(image("code")).into(ram).initialState();

        assertThat(ram.text(0x7c00, 4)).isEqualTo("code");
        assertThat(state.mode()).isEqualTo(CpuMode.REAL);
        assertThat(state.codeSegment()).isZero();
        assertThat(state.rip()).isEqualTo(0x7c00);
        assertThat(state.dataSegment()).isZero();
        assertThat(state.rsp()).isEqualTo(0x7c00);
    }

    @ParameterizedTest
    @EnumSource(names = {"PROTECTED", "LONG"})
    void laterModesImageGoesToOneMebibyte(CpuMode mode) throws IOException {
        InitialState state = Boot.of(image("code")).in(mode).into(ram).initialState();

        assertThat(ram.text(MIB, 4)).isEqualTo("code");
        assertThat(state.mode()).isEqualTo(mode);
        assertThat(state.entry()).isEqualTo(new GuestVirtual(MIB));
    }

    @Test
    void addressAndEntryPointAreObeyed() throws IOException {
        InitialState state = Boot.of(image("code"))
                .in(CpuMode.PROTECTED)
                .at(0x20_0000)
                .from(0x20_0002)
                .into(ram)
                .initialState();

        assertThat(ram.text(0x20_0000, 4)).isEqualTo("code");
        assertThat(state.rip()).isEqualTo(0x20_0002);
    }

    @ParameterizedTest
    @CsvSource({"0x600, 0, 0x600", "0x10000, 0x1000, 0", "0x12345, 0x1000, 0x2345", "0xffff0, 0xf000, 0xfff0"})
    void realModeEntryGetsTheSmallestSegmentThatReachesIt(String address, String segment, String offset)
            throws IOException {
        InitialState state =
                Boot.of(image("code")).at(Long.decode(address)).into(ram).initialState();

        assertThat(state.codeSegment()).isEqualTo(Integer.decode(segment));
        assertThat(state.rip()).isEqualTo(Long.decode(offset));
        assertThat(state.entry()).isEqualTo(new GuestVirtual(Long.decode(address)));
    }

    @Test
    void realModeReachesALittleAboveOneMebibyteAndNoFurther() throws IOException {
        InitialState state = Boot.of(image("code")).at(0x10_ffef).into(ram).initialState();
        assertThat(state.codeSegment()).isEqualTo(0xffff);
        assertThat(state.rip()).isEqualTo(0xffff);

        assertThatThrownBy(() -> Boot.of(image("code")).at(0x10_fff0).into(new SparseRam(16 * MIB)))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("0x10fff0", "real mode", "0x10ffef", "cpuMode");
    }

    @Test
    void realModeStackGrowsDownFromAnImageBelow7c00() throws IOException {
        assertThat(Boot.of(image("code")).at(0x600).into(ram).initialState().rsp())
                .isEqualTo(0x600);
    }

    @Test
    void imageThatDoesNotFitNamesAddressAndMemory() throws IOException {
        assertThatThrownBy(() ->
                        Boot.of(image("code")).in(CpuMode.LONG).at(16 * MIB - 3).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("4 bytes at p:0xfffffd", "16 MiB", "memory");
        assertThatThrownBy(() -> Boot.of(image("code")).in(CpuMode.LONG).at(-2).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContaining("p:0xfffffffffffffffe");
    }

    @Test
    void entryPointOutsideOfRamIsRefused() throws IOException {
        assertThatThrownBy(() -> Boot.of(image("code"))
                        .in(CpuMode.LONG)
                        .from(0x1_0000_0000L)
                        .into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("entry point", "0x100000000");
    }

    @Test
    void compatibilityModeCannotBeStartedIn() throws IOException {
        assertThatThrownBy(
                        () -> Boot.of(image("code")).in(CpuMode.COMPATIBILITY).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("cpuMode", "'compatibility'", "real, protected, long");
    }

    @Test
    void largeImageArrivesWhole() throws IOException {
        byte[] bytes = new byte[300_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 + i / 256);
        }
        Path file = Files.write(folder.resolve("large.bin"), bytes);

        Boot.of(file).in(CpuMode.LONG).into(ram);

        assertThat(ram.read(MIB, bytes.length)).isEqualTo(bytes);
    }

    @Test
    void fileOfMoreThanTwoGibibytesIsRefused() throws IOException {
        Path file = folder.resolve("huge.bin");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(1L << 31);
        }

        assertThatThrownBy(() -> Boot.of(file).into(ram))
                .isInstanceOf(BootException.class)
                .hasMessageContainingAll("huge.bin", "2147483648", "2 GiB");
    }

    private Path image(String content) throws IOException {
        return Files.writeString(folder.resolve("image.bin"), content);
    }
}
