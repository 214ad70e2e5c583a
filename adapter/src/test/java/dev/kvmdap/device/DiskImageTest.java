package dev.kvmdap.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiskImageTest {

    @TempDir
    Path folder = Path.of("");

    @Test
    void whatIsWrittenIsReadAgainAndLeavesTheFileAlone() throws IOException {
        byte[] contents = new byte[3 * 512];
        Arrays.fill(contents, (byte) 'a');
        Path file = Files.write(folder.resolve("disk.img"), contents);
        byte[] sector = new byte[600];
        Arrays.fill(sector, (byte) 'b');

        try (DiskImage disk = DiskImage.open(file)) {
            disk.write(1, sector, 8);
            Arrays.fill(sector, (byte) 0);
            disk.read(1, sector, 8);
            assertThat(sector).startsWith(0, 0, 0, 0, 0, 0, 0, 0, 'b').endsWith(0);
            assertThat(sector[519]).as("its last byte").isEqualTo((byte) 'b');
            disk.read(2, sector, 0);
            assertThat(sector).startsWith('a');
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(contents);
    }

    @Test
    void lastSectorIsFilledUpWithZeros() throws IOException {
        byte[] contents = new byte[513];
        Arrays.fill(contents, (byte) 'a');
        byte[] sector = new byte[512];
        Arrays.fill(sector, (byte) 'b');

        try (DiskImage disk = DiskImage.open(Files.write(folder.resolve("disk.img"), contents))) {
            assertThat(disk.sectors()).isEqualTo(2);
            disk.read(1, sector, 0);
        }
        assertThat(sector).startsWith('a', 0).endsWith(0);
    }

    @ParameterizedTest
    @CsvSource({
        "512, 1, 16, 63, false",
        "1474560, 80, 2, 18, true",
        "368640, 40, 2, 9, true",
        "1474561, 3, 16, 63, false",
        "10485760, 21, 16, 63, false",
        "528482304, 1024, 16, 63, false",
        "528482816, 65, 255, 63, false",
        "1099511627776, 1024, 255, 63, false"
    })
    void geometryFollowsTheSize(long bytes, int cylinders, int heads, int sectors, boolean diskette) {
        assertThat(DiskGeometry.of(bytes)).isEqualTo(new DiskGeometry(cylinders, heads, sectors, diskette));
    }

    @Test
    void sectorsAreCountedThroughHeadsAndCylinders() {
        DiskGeometry diskette = DiskGeometry.of(1_474_560);

        assertThat(diskette.number(0, 0, 1)).isZero();
        assertThat(diskette.number(0, 1, 1)).isEqualTo(18);
        assertThat(diskette.number(1, 0, 1)).isEqualTo(36);
        assertThat(diskette.number(79, 1, 18)).isEqualTo(2879);
        assertThat(diskette.number(80, 0, 1)).isEqualTo(-1);
        assertThat(diskette.number(0, 2, 1)).isEqualTo(-1);
        assertThat(diskette.number(0, 0, 0)).isEqualTo(-1);
        assertThat(diskette.number(0, 0, 19)).isEqualTo(-1);
    }
}
