package dev.kvmdap.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.Value;
import dev.kvmdap.types.IntegerType;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleTest {

    private final Console console = new Console();
    private final SampleFrame frame = new SampleFrame();
    private final SampleDebuggee target = new SampleDebuggee(frame);

    @Test
    void aLineThatIsNoVerbIsAnExpression() {
        Answer answer = console.answer(" $rax + 4 ", target);

        assertThat(answer.text()).isEqualTo("0x1004");
        Value value = Objects.requireNonNull(answer.result()).value();
        assertThat(value.bits()).isEqualTo(0x1004);
        assertThat(value.type()).isEqualTo(IntegerType.UNSIGNED_LONG);
    }

    @Test
    void anErrorOfAnExpressionPointsAtItsColumn() {
        assertThatThrownBy(() -> console.answer("$rax +", target))
                .isInstanceOf(ExpressionException.class)
                .hasMessage("col 7: expected an operand after '+'");
    }

    @Test
    void printTakesAFormatAndReachesVariablesNamedLikeVerbs() {
        assertThat(console.answer("p/t 5", target).text()).isEqualTo("0b101");
        assertThat(console.answer("print x", target).text()).isEqualTo("7");
        assertThatThrownBy(() -> console.answer("p/q 5", target))
                .isInstanceOf(ConsoleException.class)
                .hasMessage("after 'print/' comes one format letter of x z d u o t c a f s i");
    }

    @Test
    void helpListsEveryVerbAndTellsAllAboutOne() {
        assertThat(console.answer("help", target).text())
                .contains("help [VERB]")
                .contains("info registers [NAME|GROUP...]")
                .contains("print[/F] EXPRESSION")
                .contains("x[/NFU] ADDRESS");
        assertThat(console.answer("help x", target).text()).contains("x/8xw $rsp");
        assertThat(console.answer("help info registers", target).text()).contains("'i r'");
        assertThatThrownBy(() -> console.answer("help me", target))
                .isInstanceOf(ConsoleException.class)
                .hasMessageStartingWith("there is no verb 'me': one of help, break, ");
    }

    @Test
    void infoRegistersShowsWidthsAndMeanings() {
        assertThat(console.answer("info registers", target).text()).isEqualTo("""
                        rax        0x0000000000001000
                        rflags     0x0000000000000046  ZF PF""");
        assertThat(console.answer("i  r  $ah, rflags", target).text()).isEqualTo("""
                        ah         0x10
                        rflags     0x0000000000000046  ZF PF""");
        assertThatThrownBy(() -> console.answer("info registers xyz", target))
                .isInstanceOf(ConsoleException.class)
                .hasMessageContaining("there is no register 'xyz'");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ';',
            value = {
                "x $rax; 0x1000 <table>: 0x03020100",
                "x/2xg 0x1000; 0x1000 <table>: 0x0706050403020100 0x0f0e0d0c0b0a0908",
                "x/3b 0x1000; 0x1000 <table>: 0x00 0x01 0x02",
                "x/2dh 0x1010; 0x1010: -32512  32767",
                "x/2uh 0x1010; 0x1010: 33024 32767",
                "x/2tb 0x1010; 0x1010:        0b0 0b10000001",
                "x/2c 0x1014; 0x1014:      72 'H'     105 'i'",
                "x/s 0x1014; 0x1014: `Hi \\`you\\`\\n`",
                "x /2ob 0x1010; 0x1010:    0 0201",
                "x/1wd 0x1000 + 4; 0x1004:   117835012"
            })
    void memoryIsShownInTheFormatAndUnitThatIsAskedFor(String line, String shown) {
        assertThat(console.answer(line, target).text()).isEqualTo(shown.replace('`', '"'));
    }

    @Test
    void linesHaveSixteenBytesAndColumnsStandBelowOneAnother() {
        assertThat(console.answer("x/5xw 0x1000", target).text()).isEqualTo("""
                        0x1000 <table>: 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c
                        0x1010: 0x7fff8100""");
    }

    @Test
    void whereMemoryEndsTheListingSaysSo() {
        assertThat(console.answer("x/4xg 0x1ff0", target).text()).isEqualTo("""
                        0x1ff0: 0x0000000000000000 0x0000000000000000
                        memory at 0x2000 is not mapped""");
        assertThat(console.answer("x/s 0x1ffe", target).text()).isEqualTo("0x1ffe: \"\"");
        assertThatThrownBy(() -> console.answer("x 0x3000", target))
                .isInstanceOf(ConsoleException.class)
                .hasMessage("memory at 0x3000 is not mapped");
        assertThatThrownBy(() -> console.answer("x/s 0x3000", target))
                .isInstanceOf(ConsoleException.class)
                .hasMessage("memory at 0x3000 is not mapped");
    }

    @Test
    void instructionsAreListedAndTheNextOneIsMarked() {
        assertThat(console.answer("x/2i 0x1ffe", target).text()).isEqualTo("""
                   0x1ffe:  nop at 0x1ffe
                => 0x1fff:  nop at 0x1fff""");
        assertThat(console.answer("x/i", target).text()).isEqualTo("=> 0x1fff:  nop at 0x1fff");
        assertThat(console.answer("x/3i", target).text()).isEqualTo("""
                => 0x1fff:  nop at 0x1fff
                memory at 0x2000 is not mapped""");
    }

    @Test
    void aStringWithoutAnEndIsCutAndGoesOn() {
        Arrays.fill(frame.memory, 0x100, 0x100 + 250, (byte) 'a');

        assertThat(console.answer("x/2s 0x1100", target).text())
                .isEqualTo("0x1100: \"" + "a".repeat(200) + "\"…\n0x11c8: \"" + "a".repeat(50) + "\"");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ';',
            value = {
                "x; x needs an address: x/8xw $rsp. A variable of that name is shown by 'print x'",
                "x/8xw; x needs an address: x/8xw $rsp. A variable of that name is shown by 'print x'",
                "x/0xw 0; the count must be from 1 to 4096, not 0",
                "x/99999999999xw 0; the count must be from 1 to 4096, not 99999999999",
                "x/4iw 0; instructions have no unit: 'w' does not go with format 'i'",
                "x/i 0x3000; memory at 0x3000 is not mapped",
                "x/4q 0; 'q' is neither a format (x z d u o t c a f s i) nor a unit (b h w g)",
                "x/xd 0; 'xd' names two formats",
                "x/bw 0; 'bw' names two units",
                "x/sw 0; strings consist of bytes: unit 'w' does not go with format 's'"
            })
    void whatExamineCannotDoIsSaidWithWhatItCan(String line, String message) {
        assertThatThrownBy(() -> console.answer(line, target))
                .isInstanceOf(ConsoleException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"helper", "xyz", "information registers", "printer"})
    void aNameThatOnlyBeginsLikeAVerbIsAnExpression(String line) {
        assertThatThrownBy(() -> console.answer(line, target)).isInstanceOf(ExpressionException.class);
    }

    @Test
    void verbsAndRegistersAreCompleted() {
        assertThat(console.complete("info reg", 8, target))
                .containsExactly(new Completion(
                        "info registers", "show registers, with the names of the bits that are set", 0, 8));
        assertThat(console.complete("del", 3, target))
                .extracting(Completion::text)
                .containsExactly("delete");
        assertThat(console.complete("1 + $ra + 2", 7, target))
                .containsExactly(new Completion("$rax", "register", 4, 3));
        assertThat(console.complete("", 0, target))
                .extracting(Completion::text)
                .contains("help", "break", "info registers", "print", "x");
        assertThat(console.complete("1 + ", 4, target)).containsExactly(new Completion("x", "local variable", 4, 0));
        assertThat(console.complete("1 + $rflags.z", 13, target)).isEmpty();
        assertThat(console.complete("1 + $rflags.Z", 13, target))
                .containsExactly(new Completion("ZF", "part of $rflags", 12, 1));
        assertThat(console.complete("p 12", 4, target)).isEmpty();
        assertThat(console.complete("p 'a", 4, target)).isEmpty();
    }
}
