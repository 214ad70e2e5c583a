package dev.kvmdap.symbols.dwarf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.elf.ByteReader;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PointerEncodingTest {

    private static ByteReader bytes(String hex) {
        return new ByteReader("pointer", ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }

    @ParameterizedTest
    @CsvSource({
        "00, fffefdfcfbfaf9f8, 8, -506097522914230529", "00, 00001000, 4, 1048576", "01, 8001, 8, 128",
                "02, feff, 8, 65534",
        "03, feffffff, 8, 4294967294", "04, 0100000000000080, 8, -9223372036854775807", "09, 7e, 8, -2",
                "0a, feff, 8, -2",
        "0b, feffffff, 8, -2", "0c, feffffffffffffff, 8, -2", "1b, f0ffffff, 8, 2097136", "1b, f0ffdfff, 4, 4294967280"
    })
    void addressIs(String code, String hex, int addressSize, long expected) {
        assertThat(new PointerEncoding(Integer.parseInt(code, 16)).read(bytes(hex), 0x200000, addressSize))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"05", "2b", "3b", "50", "ff"})
    void otherEncodingsAreRefused(String code) {
        assertThatThrownBy(() -> new PointerEncoding(Integer.parseInt(code, 16)).read(bytes("0000000000000000"), 0, 8))
                .isInstanceOf(DwarfException.class);
    }
}
