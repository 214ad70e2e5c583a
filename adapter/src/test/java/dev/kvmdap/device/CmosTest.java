package dev.kvmdap.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class CmosTest {

    private static final long MIB = 1 << 20;

    /** A Sunday. */
    private static final Clock AFTERNOON = Clock.fixed(Instant.parse("2026-11-29T23:45:06Z"), ZoneId.of("Asia/Tokyo"));

    private final Cmos cmos = new Cmos(AFTERNOON, 64 * MIB);

    @Test
    void clockShowsUtcInBinaryCodedDecimal() {
        assertThat(read(cmos, 0x00)).isEqualTo(0x06);
        assertThat(read(cmos, 0x02)).isEqualTo(0x45);
        assertThat(read(cmos, 0x04)).isEqualTo(0x23);
        assertThat(read(cmos, 0x06)).as("Sunday").isEqualTo(1);
        assertThat(read(cmos, 0x07)).isEqualTo(0x29);
        assertThat(read(cmos, 0x08)).isEqualTo(0x11);
        assertThat(read(cmos, 0x09)).isEqualTo(0x26);
        assertThat(read(cmos, 0x32)).isEqualTo(0x20);
    }

    @Test
    void statusSaysThatTheTimeIsSteadyAndValid() {
        assertThat(read(cmos, 0x0a) & 0x80).as("update in progress").isZero();
        assertThat(read(cmos, 0x0b)).as("24 hours, BCD").isEqualTo(0x02);
        assertThat(read(cmos, 0x0c)).isZero();
        assertThat(read(cmos, 0x0d)).isEqualTo(0x80);
    }

    @Test
    void guestMayChooseBinary() {
        write(cmos, 0x0b, 0x06);

        assertThat(read(cmos, 0x02)).isEqualTo(45);
        assertThat(read(cmos, 0x04)).isEqualTo(23);
    }

    @Test
    void guestMayChooseTwelveHours() {
        write(cmos, 0x0b, 0x00);
        assertThat(read(cmos, 0x04)).as("11 pm").isEqualTo(0x91);

        Cmos midnight = new Cmos(Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneId.of("UTC")), MIB);
        write(midnight, 0x0b, 0x00);
        assertThat(read(midnight, 0x04)).as("12 am").isEqualTo(0x12);
    }

    @Test
    void timeCannotBeSet() {
        write(cmos, 0x04, 0x01);

        assertThat(read(cmos, 0x04)).isEqualTo(0x23);
    }

    @Test
    void memorySizeIsWhereFirmwareLeavesIt() {
        assertThat(readWord(cmos, 0x15)).as("KiB below 640 KiB").isEqualTo(640);
        assertThat(readWord(cmos, 0x17)).as("KiB above 1 MiB").isEqualTo(63 * 1024);
        assertThat(readWord(cmos, 0x30)).isEqualTo(63 * 1024);
        assertThat(readWord(cmos, 0x34)).as("64 KiB chunks above 16 MiB").isEqualTo(48 * 16);
    }

    @Test
    void memorySizeStopsAtWhatItsWordsCanHold() {
        Cmos large = new Cmos(AFTERNOON, 1L << 40);
        assertThat(readWord(large, 0x17)).isEqualTo(0xffff);
        assertThat(readWord(large, 0x34)).isEqualTo(0xffff);

        Cmos small = new Cmos(AFTERNOON, 512 << 10);
        assertThat(readWord(small, 0x15)).isEqualTo(512);
        assertThat(readWord(small, 0x17)).isZero();
        assertThat(readWord(small, 0x34)).isZero();
    }

    @Test
    void restIsMemoryUntilReset() {
        write(cmos, 0x40, 0xa5);
        assertThat(read(cmos, 0x40)).isEqualTo(0xa5);

        cmos.reset();
        assertThat(read(cmos, 0x40)).isZero();
    }

    @Test
    void nmiMaskBitIsNotPartOfTheIndex() {
        assertThat(read(cmos, 0x80 | 0x09)).isEqualTo(0x26);
    }

    private static int read(Cmos cmos, int index) {
        cmos.write(0x70, 1, index);
        return cmos.read(0x71, 1);
    }

    private static int readWord(Cmos cmos, int index) {
        return read(cmos, index) | read(cmos, index + 1) << 8;
    }

    private static void write(Cmos cmos, int index, int value) {
        cmos.write(0x70, 1, index);
        cmos.write(0x71, 1, value);
    }
}
