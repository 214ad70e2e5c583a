package dev.kvmdap.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteReaderTest {

    private static ByteReader reader(String hex) {
        return new ByteReader("sample", ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }

    @Test
    void numbersAreLittleEndian() {
        ByteReader reader = reader("01fe2301fffefdfc67452301efcdab8967452301030201");

        assertThat(reader.u8()).isEqualTo(1);
        assertThat(reader.s8()).isEqualTo(-2);
        assertThat(reader.u16()).isEqualTo(0x123);
        assertThat(reader.u32()).isEqualTo(0xfcfdfeffL);
        assertThat(reader.s32()).isEqualTo(0x1234567);
        assertThat(reader.u64()).isEqualTo(0x123456789abcdefL);
        assertThat(reader.unsigned(3)).isEqualTo(0x10203);
        assertThat(reader.hasRemaining()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "02, 2",
        "7f, 127",
        "8001, 128",
        "8101, 129",
        "b964, 12857",
        "80808000, 0",
        "ffffffffffffffffff01, -1",
        "ffffffffffffffffffffff7f, -1"
    })
    void unsignedLeb(String hex, long value) {
        assertThat(reader(hex).uleb()).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({
        "02, 2",
        "7e, -2",
        "ff00, 127",
        "817f, -127",
        "8001, 128",
        "807f, -128",
        "8080807f, -2097152",
        "8080808080808080807f, -9223372036854775808"
    })
    void signedLeb(String hex, long value) {
        assertThat(reader(hex).sleb()).isEqualTo(value);
    }

    @Test
    void stringsEndAtNul() {
        ByteReader reader = reader("6b766d0000c3bc00");

        assertThat(reader.isCstring(0, new byte[] {'k', 'v', 'm'})).isTrue();
        assertThat(reader.isCstring(0, new byte[] {'k', 'v'})).isFalse();
        assertThat(reader.isCstring(6, new byte[] {'k', 'v', 'm'})).isFalse();
        assertThat(reader.cstring()).isEqualTo("kvm");
        assertThat(reader.cstring()).isEmpty();
        assertThat(reader.cstring()).isEqualTo("ü");
    }

    @Test
    void readingPastTheEndNamesTheRunAndThePlace() {
        assertThatThrownBy(() -> reader("0102").skip(1).u16())
                .isInstanceOf(ElfException.class)
                .hasMessageStartingWith("sample ends after 2 bytes, but 2 are wanted at offset 0x1");
        assertThatThrownBy(() -> reader("80").uleb()).isInstanceOf(ElfException.class);
        assertThatThrownBy(() -> reader("6b").cstring())
                .isInstanceOf(ElfException.class)
                .hasMessageContaining("has no end");
        assertThatThrownBy(() -> reader("6b").block(-1)).isInstanceOf(ElfException.class);
        assertThatThrownBy(() -> reader("6b").seek(2)).isInstanceOf(ElfException.class);
        assertThatThrownBy(() -> reader("6b").slice(1, Long.MAX_VALUE)).isInstanceOf(ElfException.class);
    }

    @Test
    void sliceIsBoundedAndHasItsOwnPosition() {
        ByteReader whole = reader("0102030405");
        ByteReader slice = whole.slice(1, 3);

        assertThat(slice.u8()).isEqualTo(2);
        assertThat(slice.remaining()).isEqualTo(2);
        assertThat(whole.position()).isZero();
        assertThatThrownBy(() -> slice.u32()).isInstanceOf(ElfException.class);
    }
}
