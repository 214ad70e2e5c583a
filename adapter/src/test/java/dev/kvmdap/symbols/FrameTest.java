package dev.kvmdap.symbols;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.symbols.dwarf.Location;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameTest {

    @TempDir
    Path folder = Path.of("");

    @ParameterizedTest
    @CsvSource({
        "32, -O0, -fasynchronous-unwind-tables", "32, -O1, -fno-asynchronous-unwind-tables",
        "64, -O0, -fno-asynchronous-unwind-tables", "64, -O2, -fasynchronous-unwind-tables"
    })
    void framesAreThoseOfGdb(int bits, String optimisation, String tables) {
        SampleGuest guest = SampleGuest.build(
                folder, bits, "-g", optimisation, tables, "-fno-optimize-sibling-calls", "-fno-inline");
        GdbSession gdb = new GdbSession(guest, bits, "break is_odd if n == 0", "backtrace");
        List<String> expected = new ArrayList<>();
        Matcher frame = Pattern.compile("(?m)^#\\d+ +(?:0x\\w+ in )?(\\w+) \\(.*\\) at (?:\\S+/)?(\\w+\\.\\w):(\\d+)$")
                .matcher(gdb.output());
        while (frame.find()) {
            expected.add(frame.group(1) + " " + frame.group(2) + ":" + frame.group(3));
        }

        assertThat(expected).hasSizeGreaterThan(3);
        assertThat(frames(guest.symbols(), gdb, expected.size())).isEqualTo(expected);
    }

    private static List<String> frames(Symbols symbols, GdbSession gdb, int count) {
        List<String> frames = new ArrayList<>();
        FrameRegisters registers = gdb.registers();
        for (int i = 0; i < count; i++) {
            long address = registers.lookupAddress();
            SourceLine line = symbols.lineAt(address).orElseThrow();
            frames.add(symbols.functionAt(address).orElseThrow().name() + " "
                    + line.file().name() + ":" + line.line());
            Optional<CallerFrame> caller = symbols.unwind(registers, gdb);
            registers = caller.map(CallerFrame::registers).orElse(registers);
        }
        return frames;
    }

    @ParameterizedTest
    @CsvSource({"32, -gdwarf-3", "32, -gdwarf-5", "64, -gdwarf-4", "64, -gdwarf-5"})
    void localsLieWhereGdbFindsThem(int bits, String version) {
        SampleGuest guest = SampleGuest.build(folder, bits, "-O0", version);
        int line = guest.line("calls.c", "sum: inlined");
        GdbSession gdb = new GdbSession(
                guest,
                bits,
                "break calls.c:" + line,
                "print/x (long)&limit",
                "print/x (long)&total",
                "print/x (long)&i");

        assertThat(guest.symbols().locals(gdb.registers().lookupAddress()))
                .extracting(local -> local.name() + " " + local.type() + " 0x" + Long.toHexString(address(local, gdb)))
                .startsWith("limit int " + printed(gdb, 1), "total int " + printed(gdb, 2), "i int " + printed(gdb, 3));
    }

    private static long address(Variable variable, GdbSession gdb) {
        return ((Location.Memory) variable.location()).address().evaluate(gdb);
    }

    private static String printed(GdbSession gdb, int number) {
        Matcher value =
                Pattern.compile("(?m)^\\$%d = (0x\\w+)$".formatted(number)).matcher(gdb.output());
        assertThat(value.find()).as(gdb.output()).isTrue();
        return value.group(1);
    }

    @Test
    void blockThatThePcIsNotInHidesItsVariables() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O0", "-g");
        Symbols symbols = guest.symbols();
        int result = guest.line("calls.c", "sum: result");
        long address = symbols.resolve(guest.source("calls.c"), result)
                .orElseThrow()
                .addresses()
                .get(0);

        assertThat(symbols.locals(address)).extracting(Variable::name).containsExactly("limit", "total");
    }

    @Test
    void entryOfTheGuestHasNoCaller() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-g");
        guest.tools().source(SampleGuest.class, "frames.s");
        guest.tools().run("as", "frames.s", "-o", "frames.o");
        guest.tools().run("ld", "frames.o", "-Ttext=0x100000", "-o", "guest.elf");
        Symbols symbols = guest.symbols();
        FrameRegisters atEntry = FrameRegisters.x86_64().set(16, 0x100000).set(7, 0x8000);

        CallerFrame caller =
                symbols.unwind(atEntry, StackMemory.at(0x8000, 8, 0x1234)).orElseThrow();

        assertThat(caller.outermost()).isTrue();
        assertThat(caller.cfa()).isEqualTo(0x8008);
    }

    @Test
    void interruptedCodeIsLookedUpAtItsOwnAddressAndCalledCodeBeforeIt() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-g");
        guest.tools().source(SampleGuest.class, "frames.s");
        guest.tools().run("as", "frames.s", "-o", "frames.o");
        guest.tools().run("ld", "frames.o", "-Ttext=0x100000", "-o", "guest.elf");
        Symbols symbols = guest.symbols();
        long handler = symbols.functionsNamed("handler").get(0).low();
        FrameRegisters inHandler = FrameRegisters.x86_64().set(16, handler).set(7, 0x8000);
        StackMemory stack = StackMemory.at(0x8000, 8, 0x100003).put(0x8018, 8, 0x9000);

        CallerFrame interrupted = symbols.unwind(inHandler, stack).orElseThrow();

        assertThat(interrupted.signalFrame()).isTrue();
        assertThat(interrupted.pc()).isEqualTo(0x100003);
        assertThat(interrupted.registers().stackPointer()).isEqualTo(0x9000);
        assertThat(interrupted.registers().lookupAddress()).isEqualTo(0x100003);
    }

    @Test
    void codeOfAnotherWordSizeIsNotUnwound() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O0", "-g");
        Symbols symbols = guest.symbols();
        long sum = symbols.functionsNamed("sum").get(0).low();
        FrameRegisters frame = FrameRegisters.i386().set(8, sum).set(4, 0x8000);

        assertThat(symbols.unwind(frame, StackMemory.at(0x8000, 8, 0x1234))).isEmpty();
    }

    @Test
    void registersThatACalleeMayChangeAreUnknownInItsCaller() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O0", "-g");
        Symbols symbols = guest.symbols();
        long sum = symbols.functionsNamed("sum").get(0).low();
        FrameRegisters frame = FrameRegisters.x86_64()
                .set(16, sum)
                .set(7, 0x8000)
                .set(0, 5)
                .set(3, 6)
                .set(6, 7);

        FrameRegisters caller = symbols.unwind(frame, StackMemory.at(0x8000, 8, 0x1234))
                .orElseThrow()
                .registers();

        assertThat(caller.has(0)).isFalse();
        assertThat(caller.get(3)).isEqualTo(6);
        assertThat(caller.get(6)).isEqualTo(7);
        assertThat(caller.stackPointer()).isEqualTo(0x8008);
        assertThat(caller.lookupAddress()).isEqualTo(0x1233);
        assertThat(symbols.unwind(frame, new StackMemory()).orElseThrow().outermost())
                .isTrue();
    }
}
