package dev.kvmdap.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.kvmdap.types.DataModel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is typed has a value, or an error of a column that is in the text; nothing else comes out, and at once. */
@Timeout(60)
class ArbitraryTextTest {

    private static final int TEXTS = 20_000;
    private static final List<String> TOKENS = List.of(
            "(",
            ")",
            "(",
            ")",
            "[",
            "]",
            "*",
            "&",
            "-",
            "+",
            "++",
            "--",
            "->",
            ".",
            "::",
            ":",
            "?",
            "!",
            "~",
            "@",
            ",",
            "=",
            "+=",
            "<<=",
            "==",
            "<<",
            ">>",
            "<",
            ">=",
            "&&",
            "||",
            "%",
            "/",
            "^",
            "|",
            "1",
            "0",
            "0x",
            "0xff",
            "1e400",
            "1.5",
            ".5",
            "9999999999999999999",
            "08",
            "'a'",
            "'",
            "''",
            "\"text\"",
            "sizeof",
            "int",
            "unsigned",
            "long",
            "char",
            "void",
            "float",
            "double",
            "_Bool",
            "__int128",
            "const",
            "struct",
            "node",
            "struct node",
            "enum",
            "union nothing",
            "signed",
            "short",
            "$",
            "$rax",
            "$msr",
            "$msr(",
            "phys",
            "phys(",
            "a",
            "e",
            "g",
            "k",
            "m",
            "n",
            "whole",
            "grid",
            "s",
            "t",
            "u",
            "p",
            "v",
            "all",
            "three",
            "five",
            "next",
            "real",
            "nothing",
            "s.five",
            "t->next",
            "*p",
            "(int *)",
            "(struct node *)",
            "(char[4])",
            "(void *)",
            "(int (*)(int, char))",
            "x",
            "i",
            "{",
            "}",
            ";",
            "\\",
            "é",
            " ",
            "\t",
            "#",
            "`",
            "\0");

    private final Random random = new Random(7);
    private final SampleMemory names = new SampleMemory(DataModel.LP64);
    private final byte[] initial = names.fill(random);

    @Test
    void randomTokensHaveAValueOrAnError() {
        int valued = 0;
        for (int i = 0; i < TEXTS; i++) {
            StringBuilder text = new StringBuilder();
            int length = 1 + random.nextInt(random.nextInt(12) + 1);
            for (int t = 0; t < length; t++) {
                text.append(TOKENS.get(random.nextInt(TOKENS.size()))).append(random.nextInt(4) == 0 ? " " : "");
            }
            valued += isValued(text.toString()) ? 1 : 0;
        }
        assertThat(valued).isBetween(TEXTS / 200, TEXTS / 2);
    }

    @Test
    void damagedExpressionsHaveAValueOrAnError() {
        RandomExpressions expressions = new RandomExpressions(random);
        int valued = 0;
        for (int i = 0; i < TEXTS; i++) {
            StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? expressions.change() : expressions.any(3));
            for (int damage = random.nextInt(3); damage >= 0; damage--) {
                int at = random.nextInt(text.length() + 1);
                int end = Math.min(text.length(), at + random.nextInt(4));
                text.replace(at, end, random.nextBoolean() ? "" : TOKENS.get(random.nextInt(TOKENS.size())));
            }
            valued += isValued(text.toString()) ? 1 : 0;
        }
        assertThat(valued).isBetween(TEXTS / 50, TEXTS * 9 / 10);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ';',
            value = {
                "(; 1; )",
                "(int)(; 1; )",
                "(unsigned char) ; k; ``",
                "*&; e; ``",
                "- ; e; ``",
                "sizeof ; e; ``",
                "whole[; 0; ]",
                "t; ``; ->next",
                "e = ; 1; ``",
                "e += ; 1; ``",
                "1 ? ; 1; : 0",
                "0 ? 1 : ; 1; ``",
                "e @ ; 1; ``",
                "(int (*; *)(int)) 0; )",
                "(int; *) 0; []",
                "$msr(; 0; )",
                "phys(; 0; )"
            })
    void nestingOfEveryKindIsRefusedOrFitsASmallStack(String opening, String middle, String closing)
            throws InterruptedException {
        List<Integer> depths = List.of(10, 60, 120, 160, 249, 498, 10_000);
        List<Throwable> wrong = new ArrayList<>();
        Thread small = new Thread(
                null,
                () -> depths.forEach(depth -> isValued(nested(opening, middle, closing, depth))),
                "small stack",
                512 << 10);
        small.setUncaughtExceptionHandler((thread, thrown) -> wrong.add(thrown));
        small.start();
        small.join();

        assertThat(wrong).isEmpty();
    }

    private static String nested(String opening, String middle, String closing, int depth) {
        return opening.equals("t")
                ? opening + closing.repeat(depth)
                : opening.repeat(depth) + middle + closing.repeat(depth);
    }

    /** Whether a text has a value, which can be written too. */
    private boolean isValued(String text) {
        try {
            Bound<ByteBuffer> bound = Expression.parse(text).bindToChange(names);
            ByteBuffer memory = SampleMemory.memory(initial.clone());
            bound.value(memory).text();
            bound.evaluate(memory);
            return true;
        } catch (ExpressionException told) {
            assertThat(told.column()).as(text + ": " + told.getMessage()).isBetween(1, text.length() + 1);
            assertThat(told.getMessage())
                    .as(text)
                    .startsWith("col " + told.column() + ": ")
                    .hasSizeGreaterThan(10);
        } catch (UnreadableException told) {
            assertThat(told.getMessage()).as(text).isNotBlank();
        } catch (RuntimeException | StackOverflowError wrong) {
            fail(text.length() + ": " + text.substring(0, Math.min(80, text.length())), wrong);
        }
        return false;
    }
}
