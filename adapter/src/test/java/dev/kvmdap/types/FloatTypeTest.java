package dev.kvmdap.types;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FloatTypeTest {

    @Test
    void everyDoubleIsKeptInTheFormatOfTheX87() {
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            assertKept(Double.longBitsToDouble(random.nextLong()));
            assertKept(Double.longBitsToDouble(random.nextLong() >>> (12 + random.nextInt(52))));
        }
        assertKept(0.0);
        assertKept(-0.0);
        assertKept(Double.MIN_VALUE);
        assertKept(Double.MIN_NORMAL);
        assertKept(Double.NEGATIVE_INFINITY);
        assertKept(Double.NaN);
    }

    private static void assertKept(double number) {
        double back = FloatType.decodeExtended(
                FloatType.extendedSignificand(number), FloatType.extendedSignAndExponent(number));
        assertThat(Double.compare(back, number)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1, 8000000000000000, 3fff", "-1.5, c000000000000000, bfff", "0.1, ccccccccccccd000, 3ffb"})
    void numbersOfTheX87AreAsTheManualHasThem(double number, String significand, String rest) {
        assertThat(Long.toHexString(FloatType.extendedSignificand(number))).isEqualTo(significand);
        assertThat(Integer.toHexString(FloatType.extendedSignAndExponent(number)))
                .isEqualTo(rest);
    }
}
