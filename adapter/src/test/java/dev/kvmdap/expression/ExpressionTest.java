package dev.kvmdap.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.kvmdap.types.IntegerType;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionTest {

    private final SampleNames names = new SampleNames()
            .register("rax", 8)
            .register("eax", 4)
            .register("ax", 2)
            .register("ah", 1)
            .register("rip", 8)
            .variable("counter", IntegerType.INT)
            .variable("byte", IntegerType.of(1, true))
            .variable("big", IntegerType.UNSIGNED_LONG)
            .variable("nowhere", IntegerType.INT);

    private final Map<String, Long> state = new HashMap<>(Map.of(
            "$rax", 0xfedc_ba98_7654_3210L,
            "$eax", 0x7654_3210L,
            "$ax", 0x3210L,
            "$ah", 0x32L,
            "$rip", 0x10_0040L,
            "counter", 41L,
            "byte", -2L,
            "big", -1L));

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ';',
            value = {
                "1 + 2 * 3; 7",
                "(1 + 2) * 3; 9",
                "10 - 4 - 3; 3",
                "100 / 10 / 5; 2",
                "1 << 2 + 1; 8",
                "1 | 6 & 3 ^ 2; 1",
                "1 == 1 == 1; 1",
                "3 > 2 > 1; 0",
                "7 & 3 == 3; 1",
                "0 || 1 && 0; 0",
                "1 ? 2 : 0 ? 3 : 4; 2",
                "0 ? 2 : 0 ? 3 : 4; 4",
                "1 ? 0 ? 5 : 6 : 7; 6",
                "- - 5; 5",
                "(unsigned char) 0x1ff; 255",
                "(unsigned int) -1 > 0; 1",
                "(char *) 8 + 1 == (void *) 9; 1",
                "(unsigned long *const *) 8 + 1 == (void *) 16; 1",
                "sizeof (unsigned short[3][2]); 12",
                "sizeof (int (*)[7]); 8",
                "!~-1; 1",
                "-7 / 2; -3",
                "-7 % 2; -1",
                "'A'; 65",
                "'\\n' + '\\x7f' + '\\0' + '\\101' + '\\''; 241",
                "'\\xff'; -1",
                "0x10 + 010 + 0b10 + 10; 36",
                "0xFFul; 255"
            })
    void precedenceAndLiteralsAreThoseOfC(String text, long value) {
        assertThat(evaluate(text)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({
        "1, int",
        "2147483647, int",
        "2147483648, long",
        "0x7fffffff, int",
        "0x80000000, unsigned int",
        "0x100000000, long",
        "0x8000000000000000, unsigned long",
        "037777777777, unsigned int",
        "1u, unsigned int",
        "4294967296u, unsigned long",
        "1l, long",
        "1LU, unsigned long",
        "1llU, unsigned long long",
        "18446744073709551615u, unsigned long",
        "'''a''', int",
        "1 + 1u, unsigned int",
        "1u + 1l, long",
        "1l + 1ul, unsigned long",
        "1 << 1ul, int",
        "$ah, unsigned char",
        "+$ah, int",
        "$ax << 1, int",
        "$eax, unsigned int",
        "$rax > 1, int",
        "1 ? 1 : 1ul, unsigned long",
        "!$rax, int"
    })
    void typesFollowTheRanksAndConversionsOfC(String text, String type) {
        assertThat(Expression.parse(text).bind(names).type()).hasToString(type);
    }

    @ParameterizedTest
    @CsvSource({
        "-1 < 0u, 0",
        "-1 > 0u, 1",
        "-1 < 0l, 1",
        "-1l < 0u, 1",
        "byte == -2, 1",
        "byte + 0u, 4294967294",
        "~$ah, -51",
        "0x7fffffff + 1, -2147483648",
        "0x80000000 + 0x80000000, 0",
        "big / 2 > 0, 1",
        "big % 10, 5",
        "-8 >> 1, -4",
        "0x80000000 >> 31, 1",
        "$rax >> 60, 15",
        "0 ? -1 : 0u, 0",
        "(1 ? -1 : 0u) == 0xffffffff, 1"
    })
    void mixedSignsAndWidthsConvertAsInC(String text, long value) {
        assertThat(evaluate(text)).isEqualTo(value);
    }

    @Test
    void namesAreReadAfreshAtEveryEvaluation() {
        Bound<Map<String, Long>> bound =
                Expression.parse("counter + 1 == 42 && $ah == 0x32").bind(names);

        assertThat(bound.holds(state)).isTrue();
        state.put("counter", 40L);
        assertThat(bound.holds(state)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 && nowhere", "1 || nowhere", "1 ? 2 : nowhere", "0 && 1 / 0", "0 ? 1 / 0 : 1"})
    void theSideThatDoesNotDecideIsNotEvaluated(String text) {
        assertThat(evaluate(text)).isBetween(0L, 2L);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ';',
            value = {
                "42; 42",
                "-1; -1",
                "$rax; 0xfedcba9876543210",
                "$rip + 4; 0x100044",
                "$rip == 4; 0",
                "counter; 41",
                "counter,x; 0x29",
                "counter , t; 0b101001",
                "65,c; 65 'A'",
                "10,c; 10 '\\n'",
                "255,c; -1 '\\377'",
                "-1,u; 4294967295",
                "-1,x; 0xffffffff",
                "-1l,x; 0xffffffffffffffff",
                "8,o; 010",
                "$ax,z; 0x3210",
                "$eax,d; 1985229328",
                "big,d; -1"
            })
    void valuesAreShownAsTheirOperandsOrAsTheFormatSays(String text, String shown) {
        assertThat(Expression.parse(text).bind(names).value(state).text()).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ';',
            value = {
                "1 + (2 +; col 9: expected an operand after '+'",
                "``; col 1: expected an operand",
                "1 + / 2; col 5: expected an operand after '+', found '/'",
                "(1 + 2; col 7: expected ')' for the '(' at col 1, found the end",
                "(1 + 2 3; col 8: expected ')' for the '(' at col 1, found '3'",
                "1 ? 2; col 6: expected ':' for the '?' at col 3, found the end",
                "1 + 2); col 6: there is no '(' for this ')'",
                "counter 2; col 9: expected an operator before '2'",
                "counter = 2; col 9: '=' would assign: compare with '=='",
                "counter += 2; col 9: '+=' would assign: expressions only read here",
                "--counter; col 1: '--' would assign: expressions only read here",
                "counter++; col 8: '++' would assign: expressions only read here",
                "12abc; col 3: '12abc' is not a number: a number ends with its digits or with u, l, ul, ll or ull",
                "1.5x; col 2: '1.5x' is not a number: a number ends with its digits or with u, l, ul, ll or ull",
                "089; col 2: '8' is not a digit of base 8",
                "0b12; col 4: '2' is not a digit of base 2",
                "0x; col 3: expected a digit after '0x'",
                "1 + 0x10000000000000000; col 5: '0x10000000000000000' does not fit 64 bits",
                "18446744073709551616; col 1: '18446744073709551616' does not fit 64 bits",
                "9223372036854775808; col 1: '9223372036854775808' does not fit a signed 64-bit number: write the suffix u",
                "1 + $; col 5: there is no value $: 'show values' lists what was printed",
                "$$3 * 2; col 1: there is no value $$3: 'show values' lists what was printed",
                "$rxa; col 1: there is no register $rxa: 'info registers' lists them",
                "1 + rax; col 5: there is no variable 'rax': the register is $rax",
                "1 + foo; col 5: there is no variable 'foo' in the program's symbols",
                "a_struct; col 1: 'a_struct' is a structure of 24 bytes, not an integer",
                "'ab'; col 3: expected the closing ' after one character",
                "''; col 2: expected a character between the quotes",
                "'a; col 1: expected a closing ' after the character",
                "'\\q'; col 2: '\\q' is not an escape of C",
                "'\\x'; col 2: a character's code has digits and is at most 0xff",
                "'\\777'; col 2: a character's code has digits and is at most 0xff",
                "'é'; col 2: 'é' is not an ASCII character",
                "1 @ 2; col 3: '@' needs an object in memory in front of it, the first one: table[3]@5",
                "1 # 2; col 3: '#' has no meaning in an expression",
                "1,q; col 3: expected a format after ',': one of x z d u o t c a f s i",
                "1,; col 3: expected a format after ',': one of x z d u o t c a f s i",
                "1,x 2; col 5: expected an operator before '2'"
            })
    void mistakesPointAtTheirColumn(String text, String message) {
        assertThatThrownBy(() -> Expression.parse(text).bind(names))
                .isInstanceOf(ExpressionException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ';',
            value = {
                "7 / (counter - 41); col 3: division by zero",
                "7ul % 0; col 5: division by zero",
                "1 + nowhere; col 5: 'nowhere' lies in memory that is not mapped",
                "1 << 32; col 3: a shift by 32 leaves the 32 bits of int (0 … 31 allowed): write the suffix UL for 64 bits",
                "1 >> -1; col 3: a shift by -1 leaves the 32 bits of int (0 … 31 allowed)",
                "1 + (int) 1e10; col 5: 10000000000 does not fit the 32 bits of int",
                "(unsigned char) 256.0; col 1: 256 does not fit the 8 bits of unsigned char",
                "(long) 9223372036854775808.0; col 1: 9.223372036854776e+18 does not fit the 64 bits of long",
                "(unsigned) -1.0; col 1: -1 does not fit the 32 bits of unsigned int",
                "(int) (0.0 / 0); col 1: -nan(0x8000000000000) does not fit the 32 bits of int",
                "1ul << 64; col 5: a shift by 64 leaves the 64 bits of unsigned long (0 … 63 allowed)"
            })
    void whatHasNoValueIsAnErrorOfItsColumn(String text, String message) {
        Bound<Map<String, Long>> bound = Expression.parse(text).bind(names);

        assertThatThrownBy(() -> bound.evaluate(state))
                .isInstanceOf(ExpressionException.class)
                .hasMessage(message);
    }

    @Test
    void theSmallestNumberDividedByMinusOneWraps() {
        assertThat(evaluate("(-0x7fffffff - 1) / -1")).isEqualTo(Integer.MIN_VALUE);
        assertThat(evaluate("(-0x7fffffffffffffff - 1) / -1")).isEqualTo(Long.MIN_VALUE);
        assertThat(evaluate("(-0x7fffffff - 1) % -1")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "-", "1+", "1?", "1?1:", "!~"})
    void endlessNestingIsRefusedAndNeverOverflowsTheStack(String piece) {
        assertThatThrownBy(() -> Expression.parse(piece.repeat(100_000) + "1"))
                .isInstanceOf(ExpressionException.class)
                .hasMessageContaining("too long: at most 500 words and signs");
    }

    @Test
    void theLongestExpressionsAreEvaluatedOnASmallStack() throws InterruptedException {
        long[] values = new long[4];
        Thread small = new Thread(
                null,
                () -> {
                    values[0] = evaluate("(".repeat(249) + "1" + ")".repeat(249));
                    values[1] = evaluate("1" + "+1".repeat(249));
                    values[2] = evaluate("- ".repeat(498) + "1");
                    values[3] = evaluate("0?2:".repeat(124) + "1");
                },
                "small stack",
                512 << 10);
        small.start();
        small.join();

        assertThat(values).containsExactly(1, 250, 1, 1);
    }

    @Test
    void evaluationAllocatesNothing() {
        long[] registers = {7, 0};
        Operand<long[]> first =
                new Operand<>(IntegerType.UNSIGNED_LONG, Format.HEXADECIMAL, Place.of(state -> state[0]));
        Bound<long[]> bound = Expression.parse("$rax * 3 / 7 == 3 && ($rax << 2 | 1) > 5 ? -$rax : !$rax")
                .bind(new Names<>() {
                    @Override
                    public Optional<Operand<long[]>> register(String name) {
                        return Optional.of(first);
                    }

                    @Override
                    public Optional<Operand<long[]>> variable(String name) {
                        return Optional.empty();
                    }
                });
        bound.evaluate(registers);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        threads.getCurrentThreadAllocatedBytes();

        int evaluations = 100_000;
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < evaluations; i++) {
            registers[1] += bound.evaluate(registers);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(registers[1]).isEqualTo(-7L * evaluations);
        assertThat(allocated).isLessThan(evaluations);
    }

    @Test
    void theTextStaysAsItWasWritten() {
        assertThat(Expression.parse(" $rax+1 ")).hasToString(" $rax+1 ");
    }

    private long evaluate(String text) {
        return Expression.parse(text).bind(names).evaluate(state);
    }
}
