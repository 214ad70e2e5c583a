package dev.kvmdap.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.expression.ExpressionException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The verbs that let the guest run and stop, on a guest that notes what it is told. */
class VerbsTest {

    private final Console console = new Console();
    private final SampleDebuggee guest = new SampleDebuggee(new SampleFrame());

    private String answer(String line) {
        return console.answer(line, guest).text();
    }

    @ParameterizedTest
    @CsvSource({
        "continue, resume",
        "c, resume",
        "step, step into line 1",
        "s 3, step into line 3",
        "n, step over line 1",
        "si, step into instruction 1",
        "nexti 12, step over instruction 12",
        "until, step forward line 1",
        "until *0x1000, until *0x1000",
        "advance kernel_main, advance kernel_main",
        "fin, finish",
        "jump *0x2000 + 0x10, jump 0x2010",
        "run, restart",
        "starti, restart to the entry",
        "start, restart to the entry"
    })
    void runsAndStepsHaveTheirNamesOfGdb(String line, String done) {
        answer(line);

        assertThat(guest.done).containsExactly(done);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "s 0 | '0' is no count: a number from 1 on",
                "stepi all | 'all' is no count: a number from 1 on",
                "finish 2 | 'finish' takes nothing behind it, not '2'",
                "jump | where to? a LOCATION is LINE, FILE:LINE, +N, -N, FUNCTION or *ADDRESS",
                "advance | where to? a LOCATION is LINE, FILE:LINE, +N, -N, FUNCTION or *ADDRESS",
                "jump nowhere | there is no code at nowhere",
                "b 42 | the frame has no source line, so a line needs its file: main.c:42",
                "b main.c:42 | no source file of the guest is called 'main.c'",
                "b 4 2 | '4 2' names no place in code: a LOCATION is LINE, FILE:LINE, +N, -N, FUNCTION or *ADDRESS",
                "b main if | behind 'if' comes a condition: if counter == 3",
                "d 7 | there is no breakpoint 7; none is set",
                "d all | 'all' is no number of a breakpoint; none is set",
                "condition | which one? condition 2 tick == 5; 'info breakpoints' lists them",
                "catch | what is to be caught? one of mode, io, magic, mmio, exception, triple",
                "tcatch syscall | 'syscall' cannot be caught: one of mode, io, magic, mmio, exception, triple",
                "catch magc | 'magc' cannot be caught: did you mean 'magic'?",
                "catch m | 'm' cannot be caught: one of mode, io, magic, mmio, exception, triple",
                "catch mode 64 | '64' is no mode of the CPU: one of real, protected, compatibility, long",
                "catch io COM1 out | 'COM1' is no I/O port: a port is a number from 0 to 0xffff, or two of them with a '-' between: 0x3f8-0x3ff; behind it may stand 'in' or 'out'",
                "catch magic 3 | 'magic' takes nothing behind it, not '3'",
                "catch triple if | behind 'if' comes a condition: if counter == 3",
                "commands 1 | a breakpoint carries no list of commands: 'dprintf LOCATION,\"TEXT\"' writes and goes on, 'condition' and 'ignore' let hits pass",
                "rwatch x | x86 cannot watch reads alone: 'awatch x' stops at reads and writes",
                "watch | what to watch? watch counter, or watch -l ADDRESS, BYTES",
                "watch $rax | '$rax' is not in memory: watch a variable, or watch -l ADDRESS, BYTES",
                "watch x, 0 | 0 bytes cannot be watched: watch -l ADDRESS, BYTES",
                "clear *0x1000 | there is no breakpoint at *0x1000",
                "c 2 | the guest has stopped at no breakpoint whose hits could pass: 'continue' without a count",
                "set x | 'x' is no assignment: set var counter = 3, or set $rax = counter + 1",
                "set x == 3 | 'x == 3' is no assignment: set var counter = 3, or set $rax = counter + 1",
                "frame 3 | there is no frame 3; the outermost one that is known is 0",
                "up | this is the outermost frame that is known: no caller was found",
                "down | this is the innermost frame: none is called from it",
                "thread 2 | there is no thread 2; the guest's threads are 1 to 1",
                "list | the frame has no source line: 'x/10i' shows its instructions"
            })
    void whatAVerbCannotDoIsSaidWithWhatItCan(String line, String message) {
        assertThatThrownBy(() -> answer(line))
                .isInstanceOf(ConsoleException.class)
                .hasMessage(message);
        assertThat(guest.done).isEmpty();
        assertThat(guest.all()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "b kernel_main; Breakpoint 1: kernel_main (by magic)",
                "tbreak *0x1000; Temporary breakpoint 1 at 0x1000: *0x1000 (by magic)",
                "break *0x1000 if $rax == 3; Breakpoint 1 at 0x1000: *0x1000 (by magic)",
                "b if x > 3; Breakpoint 1 at 0x1fff: *0x1fff (by magic)",
                "b; Breakpoint 1 at 0x1fff: *0x1fff (by magic)",
                "dprintf give_turn,\"turn {tick}\\n\"; Dprintf 1: give_turn (by magic)",
                "watch x; Watchpoint 1: x/4 (4 bytes at 0x1000, by magic)",
                "watch -l 0x2000; Watchpoint 1: 0x2000/8 (8 bytes at 0x2000, by magic)",
                "awatch -location 0x1000 + 8, 16; Acc watchpoint 1: 0x1000 + 8, 16/16 (16 bytes at 0x1008, by magic)",
                "catch mode; Catchpoint 1: CPU-mode switch (by magic)",
                "cat mode protected, long; Catchpoint 1: CPU-mode switch to protected or long (by magic)",
                "tcatch io 0x3f8-0x3ff out; Temporary catchpoint 1: I/O port 0x3f8-0x3ff, out (by magic)",
                "catch io 96 IN; Catchpoint 1: I/O port 0x60, in (by magic)",
                "catch io if port == 0x60; Catchpoint 1: any I/O port (by magic)",
                "catch ma; Catchpoint 1: magic break (xchg bx, bx) (by magic)",
                "catch mmio if address > 3; Catchpoint 1: access to where there is neither RAM nor a device (by magic)",
                "catch exception 14; Catchpoint 1: exception #PF page fault (by magic)",
                "catch ex #GP ud; Catchpoint 1: exceptions #UD, #GP (by magic)",
                "catch triple; Catchpoint 1: triple fault (by magic)",
                "wa *0x2000; Watchpoint 1: *0x2000/4 (4 bytes at 0x2000, by magic)"
            })
    void whatIsSetIsAnsweredWithItsNumberPlaceAndMeans(String line, String told) {
        assertThat(answer(line)).isEqualTo(told);
    }

    @Test
    void conditionStandsBehindIf() {
        answer("b kernel_main if(x > 3)");
        answer("watch x if x == 9");
        answer("catch io 0x3f8 if value == 10");
        answer("dprintf *0x1000 if x,\"a \\\"b\\\"\\tc {x, 4}\"");

        assertThat(guest.all())
                .extracting(StopPoint::condition)
                .containsExactly("(x > 3)", "x == 9", "value == 10", "x");
        assertThat(guest.all()).extracting(StopPoint::message).containsExactly("", "", "", "a \"b\"\tc {x, 4}");
    }

    @Test
    void stopPointsAreListedChangedAndDeletedByNumber() {
        assertThat(answer("info b")).isEqualTo("No breakpoints or watchpoints.");
        answer("b *0x1000 if x == 3");
        answer("tb kernel_main");
        answer("watch x");

        assertThat(answer("i b")).isEqualTo("""
                Num     Type           Disp Enb Address            What
                1       breakpoint     keep y   0x0000000000001000 *0x1000
                        stop only if x == 3
                        by magic
                2       breakpoint     del  y                      kernel_main
                        by magic
                3       watchpoint     keep y   0x0000000000001000 x/4
                        by magic""");
        assertThat(answer("info watchpoints").lines()).hasSize(3);
        assertThat(answer("disable 1-2")).isEqualTo("Disabled breakpoint 1, breakpoint 2.");
        answer("enable");
        assertThat(answer("condition 2 x != 0")).isEqualTo("Breakpoint 2 stops only if x != 0.");
        assertThat(answer("cond 2")).isEqualTo("Breakpoint 2 stops always.");
        answer("ignore 3 99");
        assertThat(guest.done)
                .containsExactly(
                        "disable 1",
                        "disable 2",
                        "enable 1",
                        "enable 2",
                        "enable 3",
                        "condition 2 x != 0",
                        "condition 2 ",
                        "ignore 3 99");

        assertThat(answer("d 2 3")).isEqualTo("Deleted breakpoint 2, watchpoint 3.");
        assertThat(answer("clear *0x1000")).isEqualTo("Deleted breakpoint 1.");
        assertThat(answer("delete")).isEqualTo("Nothing is set.");
    }

    @Test
    void aCountLetsTheHitsOfTheBreakpointPassThatTheGuestStandsAt() {
        answer("b");

        answer("c 10");

        assertThat(guest.done).containsExactly("ignore 1 9", "resume");
    }

    @Test
    void aVariableThatIsNamedLikeAVerbIsReadWhereAnOperatorFollows() {
        for (String line : List.of("c == 3", "n < 4", "s[0]", "b->next", "u ? 1 : 2", "d | 1")) {
            assertThatThrownBy(() -> answer(line)).isInstanceOf(ExpressionException.class);
        }
        assertThat(guest.done).isEmpty();
    }

    @Test
    void whileTheGuestRunsBreakpointsAreSetAndItIsInterrupted() {
        guest.run();

        assertThat(answer("b kernel_main")).startsWith("Breakpoint 1");
        assertThat(answer("tb *0x1000")).startsWith("Temporary breakpoint 2");
        assertThat(answer("d 1")).startsWith("Deleted");
        assertThat(answer("interrupt")).isEqualTo("Stopping.");
        for (String line : List.of("b", "bt", "print x", "info registers", "watch x", "x/i")) {
            assertThatThrownBy(() -> answer(line)).hasMessage("the guest is running");
        }
        assertThat(guest.done).containsExactly("interrupt");
    }

    @Test
    void everyVerbExplainsItselfAndNoTwoHaveAName() {
        List<String> usages = Arrays.stream(answer("help").split("\n")).toList();

        assertThat(usages).hasSizeGreaterThan(40);
        assertThat(console.verbs()).flatExtracting(VerbsTest::forms).doesNotHaveDuplicates();
        for (Verb verb : console.verbs()) {
            for (String name : forms(verb)) {
                assertThat(answer("help " + name)).startsWith(verb.usage() + ": " + verb.summary() + ".\n");
            }
            assertThat(verb.help().lines()).allMatch(line -> line.length() <= 120);
        }
    }

    private static List<String> forms(Verb verb) {
        return verb.names().stream()
                .flatMap(name -> VerbName.of(name).forms().stream())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "conti, resume",
        "ste 2, step into line 2",
        "unti, step forward line 1",
        "adv kernel_main, advance kernel_main",
        "finis, finish",
        "restart, restart"
    })
    void namesMayBeCutShortAsInGdb(String line, String done) {
        answer(line);

        assertThat(guest.done).containsExactly(done);
    }

    @Test
    void whatCanBeCaughtIsCompletedWordByWord() {
        assertThat(completions("catch ")).containsExactly("mode", "io", "magic", "mmio", "exception", "triple");
        assertThat(completions("tcatch m")).containsExactly("mode", "magic", "mmio");
        assertThat(completions("catch mode ")).containsExactly("real", "protected", "compatibility", "long", "if");
        assertThat(completions("catch io 0x3f8 o")).containsExactly("out");
        assertThat(completions("catch exception #P")).containsExactly("#PF");
        assertThat(completions("catch exception #PF if ")).contains("x");
        assertThat(completions("break kernel_main if ")).contains("x");
    }

    private List<String> completions(String line) {
        return console.complete(line, line.length(), guest).stream()
                .map(Completion::text)
                .toList();
    }

    @Test
    void argumentsAreCompletedByWhatTheVerbTakes() {
        answer("b *0x1000");
        answer("b kernel_main");

        assertThat(console.complete("delete ", 7, guest))
                .containsExactly(
                        new Completion("1", "breakpoint *0x1000", 7, 0),
                        new Completion("2", "breakpoint kernel_main", 7, 0));
        assertThat(console.complete("info registers r", 16, guest))
                .containsExactly(new Completion("rax", "register", 15, 1), new Completion("rflags", "register", 15, 1));
        assertThat(console.complete("help thb", 8, guest))
                .extracting(Completion::text)
                .containsExactly("thbreak");
        assertThat(console.complete("watch ", 6, guest))
                .extracting(Completion::text)
                .containsExactly("x");
        assertThat(console.complete("watch x if $ra", 14, guest))
                .containsExactly(new Completion("$rax", "register", 11, 3));
    }
}
