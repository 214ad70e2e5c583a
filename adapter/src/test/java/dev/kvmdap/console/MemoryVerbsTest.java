package dev.kvmdap.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryVerbsTest {

    private final Console console = new Console();
    private final SampleFrame frame = new SampleFrame();
    private final SampleDebuggee target = new SampleDebuggee(frame);

    @TempDir
    Path folder;

    private String answer(String line) {
        return console.answer(line, target).text();
    }

    private void refuses(String line, String words) {
        assertThatThrownBy(() -> answer(line))
                .isInstanceOf(ConsoleException.class)
                .hasMessageContaining(words);
    }

    @Test
    void physicalMemoryIsExaminedByItsOwnAddresses() {
        assertThat(answer("xp/4xb 0x5000")).isEqualTo("p:0x5000: 0x00 0x01 0x02 0x03");
        assertThat(answer("x/4xb phys(0x5000)")).isEqualTo("p:0x5000: 0x00 0x01 0x02 0x03");
        refuses("xp/4xb 0x1000", "memory at p:0x1000 does not exist");
        refuses("xp/i 0x5000", "instructions are shown by linear address");
        refuses("xp", "xp needs an address");
    }

    @Test
    void addressesAreExaminedWithTheirSymbolsAndFloatingPointNumbersAsSuch() {
        Arrays.fill(frame.memory, 0, 16, (byte) 0);
        frame.memory[1] = 0x10;
        frame.memory[14] = (byte) 0xf8;
        frame.memory[15] = (byte) 0x3f;
        assertThat(answer("x/2a 0x1000")).isEqualTo("0x1000 <table>: 0x1000 <table> 0x3ff8000000000000");
        assertThat(answer("x/f 0x1008")).isEqualTo("0x1008:                      1.5");
        assertThat(answer("x/fw 0x100c")).isEqualTo("0x100c:         1.9375");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ';',
            value = {
                "find 0x1000, +0x100, \"Hi\"; 0x1014|1 pattern found.",
                "find 0x1000, +0x100, \"Hi \\\"you\\x22\\n\\0\"; 0x1014|1 pattern found.",
                "find/b 0x1000, 0x10ff, 'H', 0x69; 0x1014|1 pattern found.",
                "find 0x1000, +0x100, 'H', 'i'; 0x1014|1 pattern found.",
                "find/h 0x1000, +0x100, 0x0201; 0x1001|1 pattern found.",
                "find 0x1000, +0x100, 0x03020100; 0x1000 <table>|1 pattern found.",
                "find/b 0x1000, 0x1003, 4; Pattern not found.",
                "find/b 0x1000, 0x1004, 4; 0x1004|1 pattern found.",
                "find/b2 0x1100, +16, 0; 0x1100|0x1101|2 patterns found, and perhaps more.",
                "find phys(0x5000), +0x100, \"Hi\"; p:0x5014|1 pattern found.",
                "find 0x1f00, +0x1000, \"Hi\"; Pattern not found.|Memory at 0x2000 is not mapped: the search ended there.",
                "find/g (0x1000), +(8), -1; Pattern not found."
            })
    void bytesAreFound(String line, String lines) {
        assertThat(answer(line)).isEqualTo(lines.replace('|', '\n'));
    }

    @Test
    void aPatternThatLiesAcrossTwoReadsIsFoundOnce() {
        byte[] pattern = {1, 2, 3};
        System.arraycopy(pattern, 0, frame.memory, 0xffd, 3);
        assertThat(answer("find/b 0x1ff0, 0x1fff, 1, 2, 3")).isEqualTo("0x1ffd\n1 pattern found.");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ';',
            value = {
                "find; find needs a start, an end and what to look for",
                "find 0x1000, +16; find needs a start, an end and what to look for",
                "find 0x1000, 0x0fff, 1; there is nothing",
                "find 0x1000, +0, 1; there is nothing",
                "find 0x1000, +16, \"\"; an empty text is everywhere",
                "find 0x1000, +16, \"abc; has no \" at its end",
                "find 0x1000, +16, \"\\q\"; in text there is",
                "find/b 0x1000, +16, 0x100; does not fit in 1 bytes",
                "find/2000 0x1000, +16, 1; at most 1000 places"
            })
    void aSearchThatMakesNoSenseIsRefused(String line, String words) {
        refuses(line, words);
    }

    @Test
    void memoryGoesToAFileAndBack() throws IOException {
        Path file = folder.resolve("page with a space.bin");
        assertThat(answer("dump binary memory \"" + file + "\" 0x1000 0x1010"))
                .isEqualTo("16 bytes from 0x1000 on are in " + file);
        assertThat(Files.readAllBytes(file)).isEqualTo(Arrays.copyOf(frame.memory, 16));

        assertThat(answer("restore \"" + file + "\" binary 0x1800"))
                .isEqualTo("16 bytes of " + file + " are in memory from 0x1800 on");
        assertThat(Arrays.copyOfRange(frame.memory, 0x800, 0x810)).isEqualTo(Arrays.copyOf(frame.memory, 16));

        assertThat(answer("restore \"" + file + "\" binary phys(0x5900) 4 (2 + 4)"))
                .isEqualTo("2 bytes of " + file + " are in memory from p:0x5904 on");
        assertThat(Arrays.copyOfRange(frame.memory, 0x903, 0x907)).containsExactly(0, 4, 5, 0);
    }

    @Test
    void physicalMemoryAndValuesAreDumpedToo() throws IOException {
        Path file = folder.resolve("dump.bin");
        answer("dump memory " + file + " phys(0x5000) +4");
        assertThat(Files.readAllBytes(file)).containsExactly(0, 1, 2, 3);
        answer("dump binary value " + file + " x + 1");
        assertThat(Files.readAllBytes(file)).containsExactly(8, 0, 0, 0);
    }

    @Test
    void whatDoesNotFitIsNotWrittenAtAll() throws IOException {
        Path file = folder.resolve("large.bin");
        Files.write(file, new byte[0x20]);
        frame.memory[0xff8] = 7;
        refuses("restore " + file + " binary 0x1ff8", "of 32 bytes from 0x1ff8 on, 8 can be used; nothing was written");
        assertThat(frame.memory[0xff8]).isEqualTo((byte) 7);

        Path none = folder.resolve("none.bin");
        refuses("dump binary memory " + none + " 0x1ff0 0x2010", "memory at 0x2000 is not mapped");
        assertThat(none).doesNotExist();
    }

    @Test
    void wrongArgumentsOfDumpAndRestoreAreTaught() {
        refuses("dump", "dump binary memory FILE START END");
        refuses("dump ihex memory x 1 2", "dump binary memory FILE START END");
        refuses("restore x", "restore FILE binary ADDRESS");
        refuses("restore x.elf elf 0x1000", "other formats than 'binary'");
        refuses(
                "restore " + folder + "/missing binary 0x1000",
                "cannot be used on the machine that the adapter runs on");
        refuses("dump binary memory " + folder + "/no/such/folder 0x1000 0x1001", "cannot be used");
    }
}
