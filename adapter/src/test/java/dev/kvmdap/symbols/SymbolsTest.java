package dev.kvmdap.symbols;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.elf.ElfException;
import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.symbols.dwarf.Location;
import dev.kvmdap.types.IntegerType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SymbolsTest {

    @TempDir
    Path folder = Path.of("");

    @ParameterizedTest
    @CsvSource({"32, -O0, -gdwarf-2", "64, -O2, -gdwarf-3", "32, -O2, -gdwarf-4", "64, -O0, -gdwarf-5"})
    void functionsAreThoseOfNm(int bits, String optimisation, String version) {
        SampleGuest guest = SampleGuest.build(folder, bits, optimisation, version);
        Symbols symbols = guest.symbols();
        Matcher row = Pattern.compile("(?m)^(\\w+) (\\w+) [Tt] (\\w+)$")
                .matcher(guest.tools().run("nm", "-S", "guest.elf"));

        int compared = 0;
        while (row.find()) {
            long low = Long.parseLong(row.group(1), 16);
            long high = low + Long.parseLong(row.group(2), 16);
            String name = row.group(3);
            Function function = symbols.functionAt(high - 1).orElseThrow();
            assertThat(function.name()).isEqualTo(name);
            assertThat(function.low()).isEqualTo(low);
            assertThat(function.high()).isEqualTo(high);
            assertThat(symbols.functionAt(low)).contains(function);
            assertThat(symbols.functionsNamed(name)).containsExactly(function);
            compared++;
        }
        assertThat(compared).isGreaterThanOrEqualTo(4);
    }

    @Test
    void functionWithoutSymbolIsFoundByItsDebuggingInformation() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O0", "-g");
        Function sum = only(guest.symbols().functionsNamed("sum"));
        guest.tools().run("strip", "--strip-symbol=sum", "guest.elf");

        assertThat(only(guest.symbols().functionsNamed("sum"))).isEqualTo(sum);
        assertThat(guest.symbols().functionsNamed("nobody")).isEmpty();
    }

    @Test
    void labelsOfAssemblyStandForFunctions() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O0", "-g");
        Symbols symbols = guest.symbols();
        long again = symbolAddress(guest, "again");

        Function label = only(symbols.functionsNamed("again"));
        assertThat(label.low()).isEqualTo(again);
        assertThat(label.high()).isEqualTo(again);
        assertThat(symbols.functionAt(again + 1)).contains(label);
        assertThat(symbols.describe(again)).isEqualTo("again");
        assertThat(symbols.describe(again + 1)).isEqualTo("again+0x1");
        assertThat(symbols.describe(0x123)).isEqualTo("0x123");
        assertThat(symbols.afterPrologue(label)).isEqualTo(again);
    }

    @ParameterizedTest
    @CsvSource({"32, -gdwarf-2", "64, -gdwarf-4", "64, -gdwarf-5"})
    void lineResolvesToItsFirstInstructionAndBack(int bits, String version) {
        SampleGuest guest = SampleGuest.build(folder, bits, "-O0", version);
        Symbols symbols = guest.symbols();
        for (String marker : List.of("sum: first statement", "sum: loop", "sum: result", "start: call")) {
            int line = guest.line("calls.c", marker);

            ResolvedLine resolved =
                    symbols.resolve(guest.source("calls.c"), line).orElseThrow();
            SourceLine back = symbols.lineAt(only(resolved.addresses())).orElseThrow();

            assertThat(resolved.line()).isEqualTo(line);
            assertThat(back.line()).isEqualTo(line);
            assertThat(back.low()).isEqualTo(only(resolved.addresses()));
            assertThat(back.isStatement()).isTrue();
            assertThat(back.file().path()).isEqualTo(guest.source("calls.c"));
        }
    }

    @Test
    void lineWithoutCodeSlidesToTheNextOneThatHasSome() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O0", "-g");
        int comment = guest.line("calls.c", "a comment between two lines with code");
        int next = guest.line("calls.c", "classify: after the comment");

        assertThat(guest.symbols().resolve(guest.source("calls.c"), comment))
                .map(ResolvedLine::line)
                .contains(next);
        assertThat(guest.symbols().resolve(guest.source("calls.c"), 10_000)).isEmpty();
        assertThat(guest.symbols().resolve(guest.source("other.c"), 1)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-O0", "-O2"})
    void lineOfAnInlinedFunctionResolvesToEachCopy(String optimisation) {
        SampleGuest guest = SampleGuest.build(folder, 64, optimisation, "-g");
        Symbols symbols = guest.symbols();
        int body = guest.line("inline.h", "twice: body");

        ResolvedLine resolved = symbols.resolve(guest.source("inline.h"), body).orElseThrow();

        assertThat(resolved.line()).isEqualTo(body);
        assertThat(resolved.addresses().stream()
                        .map(address ->
                                symbols.functionAt(address).orElseThrow().name()))
                .containsExactly("sum", "classify");
    }

    @Test
    void lineOfAnInlinedCallBelongsToTheCaller() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O2", "-g");
        int call = guest.line("calls.c", "sum: inlined");

        ResolvedLine resolved =
                guest.symbols().resolve(guest.source("calls.c"), call).orElseThrow();

        assertThat(resolved.line()).isEqualTo(call);
        assertThat(resolved.addresses()).hasSize(1);
    }

    @Test
    void openingLineOfAFunctionResolvesBehindThePrologue() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O0", "-g");
        Symbols symbols = guest.symbols();
        int body = guest.line("calls.c", "sum: first statement");
        long first = only(
                symbols.resolve(guest.source("calls.c"), body).orElseThrow().addresses());
        ResolvedLine opening =
                symbols.resolve(guest.source("calls.c"), body - 1).orElseThrow();

        assertThat(opening.addresses()).containsExactly(first);
        assertThat(opening.line()).isEqualTo(body);
        assertThat(symbols.afterPrologue(only(symbols.functionsNamed("sum")))).isEqualTo(first);
    }

    @Test
    void optimisedFunctionIsEnteredAtItsFirstInstruction() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O2", "-g");
        Function sum = only(guest.symbols().functionsNamed("sum"));

        assertThat(guest.symbols().afterPrologue(sum)).isEqualTo(sum.low());
    }

    @Test
    void rangesOfALineCoverExactlyItsRowsInItsFunction() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O2", "-g");
        Symbols symbols = guest.symbols();
        int loop = guest.line("calls.c", "sum: loop");
        Function sum = only(symbols.functionsNamed("sum"));
        Map<Long, Integer> lines = new TreeMap<>();
        for (long address = sum.low(); address < sum.high(); address++) {
            lines.put(address, symbols.lineAt(address).orElseThrow().line());
        }
        long inLoop = lines.entrySet().stream()
                .filter(entry -> entry.getValue() == loop)
                .findFirst()
                .orElseThrow()
                .getKey();

        List<AddressRange> ranges = symbols.lineRanges(inLoop);

        assertThat(ranges).hasSizeGreaterThan(1);
        lines.forEach((address, line) -> assertThat(ranges.stream().anyMatch(range -> range.contains(address)))
                .as("0x%x of line %d", address, line)
                .isEqualTo(line == loop));
    }

    @Test
    void rangesOfALineInAssemblyEndWithItsRow() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O0", "-g");
        Symbols symbols = guest.symbols();
        long address = only(symbols.resolve(guest.source("label.s"), guest.line("label.s", "again: loop"))
                .orElseThrow()
                .addresses());

        assertThat(symbols.lineRanges(address)).containsExactly(new AddressRange(address, address + 2));
    }

    @Test
    void linesWithCodeAreThoseThatResolveToThemselves() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O0", "-g");
        Symbols symbols = guest.symbols();
        int from = guest.line("calls.c", "sum: first statement");
        int to = guest.line("calls.c", "sum: result");

        assertThat(symbols.linesWithCode(guest.source("calls.c"), from, to))
                .containsExactly(from, from + 1, from + 2, to);
        assertThat(symbols.linesWithCode(guest.source("nothing.c"), from, to)).isEmpty();
    }

    @Test
    void offsetMovesEveryAnswer() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O0", "-g");
        long offset = 0xffff_ffff_8000_0000L;
        Symbols linked = guest.symbols();
        Symbols moved = Symbols.of(List.of(SymbolFile.open(guest.image(), offset, SourceMap.none())));
        Function sum = only(linked.functionsNamed("sum"));
        int body = guest.line("calls.c", "sum: first statement");

        assertThat(only(moved.functionsNamed("sum")).low()).isEqualTo(sum.low() + offset);
        assertThat(moved.functionAt(sum.low())).isEmpty();
        assertThat(moved.describe(sum.low() + offset + 1)).isEqualTo("sum+0x1");
        assertThat(moved.lineAt(sum.low() + offset)).map(SourceLine::line).contains(body - 1);
        assertThat(moved.resolve(guest.source("calls.c"), body).orElseThrow().addresses())
                .containsExactly(linked.afterPrologue(sum) + offset);
        assertThat(moved.afterPrologue(only(moved.functionsNamed("sum"))))
                .isEqualTo(linked.afterPrologue(sum) + offset);
    }

    @Test
    void sourcesAreThoseOfTheGuest() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O0", "-g");

        assertThat(guest.symbols().sources().stream().map(SourceFile::path))
                .containsExactlyInAnyOrder(guest.source("calls.c"), guest.source("inline.h"), guest.source("label.s"));
    }

    @Test
    void sixtyFourBitCodeInAThirtyTwoBitFileIsReadAsWhatItIs() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O0", "-g", "-fno-asynchronous-unwind-tables");
        Function sum = only(guest.symbols().functionsNamed("sum"));
        guest.tools().run("objcopy", "-O", "elf32-i386", "guest.elf", "guest.elf");
        Symbols wrapped = guest.symbols();
        int body = guest.line("calls.c", "sum: first statement");

        assertThat(wrapped.files().get(0).elf().is64()).isFalse();
        assertThat(only(wrapped.functionsNamed("sum"))).isEqualTo(sum);
        assertThat(wrapped.resolve(guest.source("calls.c"), body).orElseThrow().addresses())
                .containsExactly(wrapped.afterPrologue(sum));
        FrameRegisters frame = FrameRegisters.x86_64().set(16, sum.low()).set(7, 0x8000);
        CallerFrame caller =
                wrapped.unwind(frame, StackMemory.at(0x8000, 8, 0x1234)).orElseThrow();
        assertThat(caller.pc()).isEqualTo(0x1234);
        assertThat(wrapped.files().get(0).warnings()).isEmpty();
    }

    @Test
    void severalImagesAnswerTogether() {
        SampleGuest first = SampleGuest.build(folder, 64, "-O0", "-g");
        Symbols both = Symbols.of(List.of(
                SymbolFile.open(first.image(), 0, SourceMap.none()),
                SymbolFile.open(first.image(), 0x1000_0000, SourceMap.none())));
        int body = first.line("calls.c", "sum: first statement");

        assertThat(both.functionsNamed("sum")).hasSize(2);
        assertThat(both.resolve(first.source("calls.c"), body).orElseThrow().addresses())
                .hasSize(2);
        assertThat(both.functionAt(only(first.symbols().functionsNamed("sum")).low() + 0x1000_0000))
                .map(Function::name)
                .contains("sum");
        assertThat(both.sources()).hasSize(3);
    }

    @Test
    void namelessFunctionsOfNasmAreNamedByTheirLabels() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-g");
        guest.tools().source(SampleGuest.class, "nasm.asm");
        guest.tools().run("nasm", "-f", "elf32", "-g", "-F", "dwarf", "nasm.asm", "-o", "nasm.o");
        guest.tools()
                .run(
                        "ld",
                        "-m",
                        "elf_i386",
                        "-Ttext=0x7c00",
                        "--section-start=.far=0x9000",
                        "nasm.o",
                        "-o",
                        "guest.elf");
        Symbols symbols = guest.symbols();

        assertThat(symbols.functionAt(0x7c01)).map(Function::name).contains("_start");
        assertThat(symbols.functionAt(0x9001)).map(Function::name).contains("work");
        assertThat(symbols.lineAt(0x9000)).map(SourceLine::line).contains(guest.line("nasm.asm", "work: body"));
        assertThat(symbols.resolve(guest.source("nasm.asm"), guest.line("nasm.asm", "start: first")))
                .map(ResolvedLine::addresses)
                .contains(List.of(0x7c00L));
        assertThat(symbols.files().get(0).warnings()).isEmpty();
    }

    @Test
    void sixteenBitCodeHasLinesAndFunctions() {
        SampleGuest guest = SampleGuest.build(folder, 32, "-g");
        guest.tools().run("gcc", "-m16", "-ffreestanding", "-fno-pic", "-g", "-c", "calls.c", "-o", "calls.o");
        guest.tools().run("ld", "-m", "elf_i386", "-Ttext=0x7c00", "-Tdata=0x9000", "calls.o", "-o", "guest.elf");
        Symbols symbols = guest.symbols();
        int body = guest.line("calls.c", "sum: first statement");

        ResolvedLine resolved = symbols.resolve(guest.source("calls.c"), body).orElseThrow();

        assertThat(resolved.addresses()).containsExactly(symbols.afterPrologue(only(symbols.functionsNamed("sum"))));
    }

    @Test
    void namesAddressesAndRangesToldByIndexAreFound() {
        Toolchain tools = new Toolchain(folder);
        tools.source(SampleGuest.class, "indexed.s");
        tools.run("as", "indexed.s", "-o", "indexed.o");
        tools.run("ld", "-Ttext=0x100000", "-Tdata=0x200000", "indexed.o", "-o", "guest.elf");
        SymbolFile file = SymbolFile.open(tools.file("guest.elf"), 0, SourceMap.none());
        Symbols symbols = Symbols.of(List.of(file));

        assertThat(symbols.functionAt(0x10000f))
                .contains(new Function(
                        "indexed_function", 0x100000, 0x100010, List.of(new AddressRange(0x100000, 0x100010))));
        assertThat(symbols.functionsNamed("spread_function"))
                .singleElement()
                .extracting(Function::ranges)
                .isEqualTo(List.of(
                        new AddressRange(0x100010, 0x100018),
                        new AddressRange(0x100020, 0x100024),
                        new AddressRange(0x100028, 0x10002c),
                        new AddressRange(0x10002e, 0x10002f)));
        assertThat(symbols.variable("indexed_value")).hasValueSatisfying(variable -> {
            assertThat(variable.type()).isEqualTo(IntegerType.of(IntegerType.Rank.LONG_LONG, 8, true));
            assertThat(((Location.Memory) variable.location()).address().evaluate(NoFrame.INSTANCE))
                    .isEqualTo(0x200000);
        });
        assertThat(file.warnings()).isEmpty();
    }

    @Test
    void fileCutShortWhileMappedIsToldOf() throws IOException {
        SampleGuest guest = SampleGuest.build(folder, 64, "-g");
        try (FileChannel channel = FileChannel.open(guest.image(), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), 8 << 20);
            SymbolFile file = SymbolFile.open(guest.image(), 0, SourceMap.none());
            channel.truncate(0);

            assertThat(Symbols.of(List.of(file)).functionsNamed("sum")).isEmpty();
            assertThat(file.warnings()).anyMatch(warning -> warning.contains("was cut short while in use"));
        }
    }

    @Test
    void objectFileIsRefused() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O0", "-g");

        assertThatThrownBy(() -> SymbolFile.open(guest.source("calls.o"), 0, SourceMap.none()))
                .isInstanceOf(ElfException.class)
                .hasMessageContaining("calls.o is an object file (ET_REL)");
    }

    @Test
    void nothingIsKnownWithoutFiles() {
        assertThat(Symbols.none().lineAt(0)).isEmpty();
        assertThat(Symbols.none().lineRanges(0)).isEmpty();
        assertThat(Symbols.none().functionsNamed("main")).isEmpty();
        assertThat(Symbols.none().describe(-1)).isEqualTo("0xffffffffffffffff");
    }

    private static long symbolAddress(SampleGuest guest, String name) {
        Matcher row = Pattern.compile("(?m)^(\\w+) \\w " + name + "$")
                .matcher(guest.tools().run("nm", "guest.elf"));
        assertThat(row.find()).isTrue();
        return Long.parseLong(row.group(1), 16);
    }

    private static <T> T only(List<T> list) {
        assertThat(list).hasSize(1);
        return list.get(0);
    }
}
