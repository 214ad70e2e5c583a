package dev.kvmdap.expression;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which values of a variable a condition has a chance at. */
class BoundsTest {

    private static final Interval ALL = new Interval(0, 0xffff);

    private static Interval of(String condition) {
        return Expression.parse(condition).bounds("port", ALL);
    }

    @ParameterizedTest
    @CsvSource({
        "port == 0x3f8, 0x3f8, 0x3f8",
        "0x3f8 == port && out, 0x3f8, 0x3f8",
        "port >= 0x3f8 && port <= 0x3ff && value != 3, 0x3f8, 0x3ff",
        "0x3f8 <= port && 0x400 > port, 0x3f8, 0x3ff",
        "port == 0x21 || port == 0xa1, 0x21, 0xa1",
        "!(port < 0x20 || port > 0x21), 0x20, 0x21",
        "!(port != 7), 7, 7",
        "port < 0x60 ? 1 : 0, 0, 0xffff",
        "port != 0x80, 0, 0xffff",
        "port == base, 0, 0xffff",
        "port + 1 == 4, 0, 0xffff",
        "port > -1, 0, 0xffff",
        "port & 1, 0, 0xffff",
        "value == 3, 0, 0xffff",
        "port == 3 || value == 1, 0, 0xffff",
        "port < 0x7fffffffffffffff, 0, 0xffff"
    })
    void areTheShortestIntervalThatComparisonsShow(String condition, String least, String most) {
        assertThat(of(condition)).isEqualTo(new Interval(Long.decode(least), Long.decode(most)));
    }

    @Test
    void areEmptyWhereTheConditionNeverHolds() {
        assertThat(of("port == 1 && port == 2").isEmpty()).isTrue();
        assertThat(of("port > 0xffff").isEmpty()).isTrue();
        assertThat(of("port > 0x7fffffffffffffff").isEmpty()).isTrue();
        assertThat(of("port < 0").isEmpty()).isTrue();
        assertThat(of("(port == 1 && port == 2) || port == 5")).isEqualTo(new Interval(5, 5));
    }
}
