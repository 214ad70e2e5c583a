package dev.kvmdap.symbols;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.ExpressionException;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.expression.ValueText;
import dev.kvmdap.symbols.dwarf.FrameState;
import dev.kvmdap.symbols.dwarf.NoValueException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames, lines and values are those that gdb shows of the same program in the same state. */
class GdbComparisonTest {

    /** gdb does not find out which of a function's copies a call leads to; we look at the call. */
    private static final Set<String> KNOWN_TO_US_ALONE = Set.of("mark");

    @TempDir
    Path folder = Path.of("");

    private Symbols symbols = Symbols.none();
    private final Set<String> differences = new LinkedHashSet<>();
    private int values;
    private int frames;

    @ParameterizedTest
    @CsvSource({
        "64, -O0 -gdwarf-2",
        "64, -O0 -gdwarf-5",
        "64, -O2 -gdwarf-4",
        "64, -O2 -gdwarf-5",
        "32, -O0 -gdwarf-3",
        "32, -O0 -gdwarf-5",
        "32, -O2 -gdwarf-4",
        "32, -O2 -gdwarf-5"
    })
    void valuesFramesAndLinesAreThoseOfGdb(int bits, String options) {
        Toolchain tools = build(bits, options);

        GdbTranscript.of(tools, bits, "values").stops().forEach(this::compare);

        assertNoDifference();
        assertThat(values).isGreaterThan(400);
        assertThat(frames).isGreaterThan(100);
    }

    @ParameterizedTest
    @CsvSource({"64, -O1 -gdwarf-4", "64, -O3 -gdwarf-5", "32, -Os -gdwarf-5"})
    void valuesAtEachInstructionAreThoseOfGdb(int bits, String options) {
        Toolchain tools = build(bits, options);

        for (GdbTranscript.Stop stop :
                GdbTranscript.ofSteps(tools, bits, "values", 400).stops()) {
            if (!isAtInlinedCall(stop.state().registers().pc())) {
                compare(stop);
            }
        }

        assertNoDifference();
        assertThat(values).isGreaterThan(1000);
    }

    /** There gdb shows the caller until it is told to step into the call. */
    private boolean isAtInlinedCall(long pc) {
        return symbols.inlinedAt(pc).stream()
                .anyMatch(call -> call.site().map(site -> site.low() == pc).orElse(false));
    }

    private Toolchain build(int bits, String options) {
        Toolchain tools = new Toolchain(folder);
        tools.source(GdbComparisonTest.class, "values.c");
        List<String> command = new ArrayList<>(List.of(
                "gcc",
                "-m" + bits,
                "-ffreestanding",
                "-fno-pic",
                "-no-pie",
                "-static",
                "-nostdlib",
                "-fno-stack-protector"));
        command.addAll(List.of(options.split(" ")));
        command.addAll(List.of("values.c", "-o", "values"));
        tools.run(command.toArray(String[]::new));
        symbols = Symbols.of(List.of(SymbolFile.open(tools.file("values"), 0, SourceMap.none())));
        return tools;
    }

    private void assertNoDifference() {
        assertThat(differences).isEmpty();
        assertThat(symbols.files().get(0).warnings()).isEmpty();
    }

    private void compare(GdbTranscript.Stop stop) {
        FrameRegisters registers = stop.state().registers();
        int next = 0;
        while (next < stop.frames().size()) {
            long address = registers.lookupAddress();
            List<InlinedCall> inlined = symbols.inlinedAt(address);
            FrameState state = stateOf(stop.state(), registers);
            for (int level = 0; level <= inlined.size() && next < stop.frames().size(); level++) {
                compare(stop.frames().get(next++), address, level, inlined, state);
            }
            Optional<CallerFrame> caller = symbols.unwind(registers, stop.state());
            if (caller.isEmpty() || caller.get().outermost()) {
                break;
            }
            registers = caller.get().registers();
        }
        check("frames", stop.frames().size(), next);
        for (GdbTranscript.Printed global : stop.globals()) {
            List<Variable> found = symbols.variable(global.name()).stream().toList();
            compare(global, found, stop.state(), "global");
        }
    }

    private void compare(
            GdbTranscript.Frame expected, long address, int level, List<InlinedCall> inlined, FrameState state) {
        String function = level < inlined.size()
                ? inlined.get(level).function()
                : symbols.functionAt(address).map(Function::name).orElse("?");
        Optional<SourceLine> line =
                level == 0 ? symbols.lineAt(address) : inlined.get(level - 1).site();
        String place =
                line.map(found -> found.file().name() + ":" + found.line()).orElse("?:0");
        check("frame " + expected.level(), expected.toString(), function + " " + place);
        frames++;
        List<Variable> locals = symbols.locals(address, level);
        check(
                "variables of " + expected,
                expected.variables().stream()
                        .map(GdbTranscript.Printed::name)
                        .sorted()
                        .toList(),
                locals.stream().map(Variable::name).sorted().toList());
        expected.variables().forEach(variable -> compare(variable, locals, state, expected.toString()));
    }

    private void compare(GdbTranscript.Printed expected, List<Variable> variables, FrameState state, String where) {
        values++;
        String value;
        try {
            value = new ValueText(symbols::symbolAt)
                    .of(Expression.parse(expected.name())
                            .bind(new VariableNames(variables, state))
                            .value(state));
        } catch (ExpressionException e) {
            value = "<" + e.reason() + ">";
        } catch (UnreadableException e) {
            value = "<" + e.getMessage() + ">";
        }
        String ofGdb = PrintedValue.normal(expected.value());
        String ours = PrintedValue.normal(value);
        boolean isKnownToUsAlone = KNOWN_TO_US_ALONE.contains(expected.name()) && ofGdb.equals("<none>");
        boolean isArrayNowhere =
                expected.type().contains("[variable length]") && ofGdb.equals("0x0") && ours.equals("<none>");
        if (!isKnownToUsAlone && !isArrayNowhere) {
            check(expected.name() + " in " + where, ofGdb, ours);
        }
    }

    private void check(String what, Object expected, Object actual) {
        if (!expected.equals(actual)) {
            differences.add("%s%n gdb:  %s%n ours: %s".formatted(what, expected, actual));
        }
    }

    private static FrameState stateOf(GdbTranscript.State memory, FrameRegisters registers) {
        if (registers == memory.registers()) {
            return memory;
        }
        return new FrameState() {
            @Override
            public int wordSize() {
                return registers.wordSize();
            }

            @Override
            public long register(int number) {
                if (!registers.mayHold(number)) {
                    throw new NoValueException(
                            "is lost: the functions that this frame has called may have overwritten it");
                }
                return registers.held(number);
            }

            @Override
            public long register(int number, int offset) {
                return offset == 0 && registers.isTracked(number) ? register(number) : memory.register(number, offset);
            }

            @Override
            public long memory(long linear, int bytes) {
                return memory.memory(linear, bytes);
            }
        };
    }
}
