package dev.kvmdap.symbols.dwarf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.elf.ByteReader;
import dev.kvmdap.elf.ElfException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionTest {

    /** Register n holds 100 n, each word of memory its own address + 1, the frame base is 0x5000, the CFA 0x6000. */
    private static final Expression.Context FRAME = new Expression.Context() {
        @Override
        public OptionalLong register(int number) {
            return number < 17 ? OptionalLong.of(100L * number) : OptionalLong.empty();
        }

        @Override
        public OptionalLong memory(long address, int length) {
            long mask = length == 8 ? -1 : (1L << (8 * length)) - 1;
            return address == 0 ? OptionalLong.empty() : OptionalLong.of((address + 1) & mask);
        }

        @Override
        public OptionalLong frameBase() {
            return OptionalLong.of(0x5000);
        }

        @Override
        public OptionalLong callFrameAddress() {
            return OptionalLong.of(0x6000);
        }

        @Override
        public long linear(long fileAddress) {
            return fileAddress + 0x1000_0000;
        }
    };

    private static ByteReader code(String hex) {
        return new ByteReader("expression", ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }

    @ParameterizedTest(name = "{0} is {2}")
    @CsvSource({
        "constants of one byte, 08ff, 255",
        "signed ones, 09ff, -1",
        "of two bytes, 0affff, 65535",
        "signed, 0bfeff, -2",
        "of four bytes, 0cffffffff, 4294967295",
        "signed, 0dfdffffff, -3",
        "of eight bytes, 0e0100000000000080, -9223372036854775807",
        "signed, 0fffffffffffffffff, -1",
        "of variable length, 10b964, 12857",
        "signed, 117e, -2",
        "literals, 4f, 31",
        "an address, 030000100000000000, 269484032",
        "register and offset, 7378, 292",
        "numbered register and offset, 920c08, 1208",
        "frame base and offset, 9170, 20464",
        "canonical frame address, 9c, 24576",
        "memory, 0a001006, 4097",
        "a byte of memory, 0aff109401, 0",
        "dup, 351222, 10",
        "drop, 353613, 5",
        "over, 353614, 5",
        "pick, 3536371502, 5",
        "difference, 35361c, -1",
        "swap, 3536161c, 1",
        "rotation, 313233171c, -1",
        "rotation to the third, 313233171313, 3",
        "abs, 09f619, 10",
        "and, 081c083d1a, 28",
        "or, 0814081121, 21",
        "xor, 0814081127, 5",
        "signed division, 09f6331b, -3",
        "remainder, 3f341d, 3",
        "product, 353a1e, 50",
        "negation, 351f, -5",
        "complement, 3520, -6",
        "sum with a constant, 352304, 9",
        "shift left, 313424, 16",
        "shift left beyond the word, 31084024, 0",
        "shift right, 09f0084025, 0",
        "unsigned shift right, 09ff083c25, 15",
        "arithmetic shift right, 09f03226, -4",
        "equal, 353529, 1",
        "not equal, 35352e, 0",
        "signed less, 09ff302d, 1",
        "signed less or equal, 30302c, 1",
        "signed greater, 09ff302b, 0",
        "signed greater or equal, 30302a, 1",
        "branch taken, 313128010031323334, 4",
        "branch not taken, 3028010035, 5",
        "skip, 2f020032333637, 7",
        "nothing at all, 3596, 5",
        "value of a register, 53, 300"
    })
    void operationsGive(String what, String hex, long expected) {
        assertThat(Expression.evaluate(code(hex), 8, FRAME)).as(what).isEqualTo(expected);
    }

    @Test
    void thirtyTwoBitValuesWrapAndKeepTheirSign() {
        assertThat(Expression.evaluate(code("09ff"), 4, FRAME)).isEqualTo(0xffff_ffffL);
        assertThat(Expression.evaluate(code("0cffffffff31" + "22"), 4, FRAME)).isZero();
        assertThat(Expression.evaluate(code("0cffffffff302d"), 4, FRAME)).isEqualTo(1);
        assertThat(Expression.evaluate(code("0300001000"), 4, FRAME)).isEqualTo(0x1010_0000);
    }

    @Test
    void stackBeginsWithWhatItIsGiven() {
        assertThat(Expression.evaluate(code("2308"), 8, FRAME, 0x7000)).isEqualTo(0x7008);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "22",
                "13",
                "35301b",
                "351501",
                "06",
                "3006",
                "9403",
                "08ff9409",
                "90ff01",
                "8f2000",
                "97",
                "93",
                "2ffdff",
                "53" + "9304",
                "9f",
                "a100",
                "0e01020304"
            })
    void whatCannotBeEvaluatedIsRefused(String hex) {
        assertThatThrownBy(() -> Expression.evaluate(code(hex), 8, FRAME)).isInstanceOf(ElfException.class);
    }

    @Test
    void stackHasABottomAndATop() {
        assertThatThrownBy(() -> Expression.evaluate(code("31".repeat(257)), 8, FRAME))
                .isInstanceOf(DwarfException.class)
                .hasMessageContaining("more than 256 values");
    }
}
