package dev.kvmdap.symbols.dwarf;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.elf.Toolchain;
import dev.kvmdap.symbols.SampleGuest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallFrameTableTest {

    private static final List<String> NAMES_32 = List.of("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "ra");
    private static final List<String> NAMES_64 = List.of(
            "rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
            "r15", "ra");

    @TempDir
    Path folder = Path.of("");

    @ParameterizedTest
    @CsvSource({
        "32, -O0, -fasynchronous-unwind-tables",
        "32, -O2, -fno-asynchronous-unwind-tables",
        "64, -O0, -fno-asynchronous-unwind-tables",
        "64, -O1, -fasynchronous-unwind-tables",
        "64, -O2, -fno-omit-frame-pointer"
    })
    void everyRowOfCompiledCodeIsAsReadelfInterpretsIt(int bits, String optimisation, String unwindTables) {
        SampleGuest guest = SampleGuest.build(folder, bits, "-g", optimisation, unwindTables);

        assertThat(compareRows(guest.tools(), bits == 32 ? NAMES_32 : NAMES_64)).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {".eh_frame", ".debug_frame"})
    void everyInstructionIsAsReadelfInterpretsIt(String section) throws IOException {
        Toolchain tools = new Toolchain(folder);
        Path source = tools.source(SampleGuest.class, "frames.s");
        Files.writeString(source, ".cfi_sections " + section + "\n" + Files.readString(source));
        tools.run("as", "frames.s", "-o", "frames.o");
        tools.run("ld", "frames.o", "-Ttext=0x100000", "-o", "guest.elf");

        assertThat(compareRows(tools, NAMES_64)).isEqualTo(11);
    }

    /** The number of rows compared. */
    private static int compareRows(Toolchain tools, List<String> names) {
        String output = tools.run("readelf", "-W", "--debug-dump=frames-interp", "guest.elf");
        DwarfFile dwarf = new DwarfFile(ElfFile.open(tools.file("guest.elf")));
        int compared = 0;
        for (String entry : output.split("\n\n", -1)) {
            List<String> lines = entry.lines().map(String::trim).toList();
            Matcher description = Pattern.compile("FDE .*pc=(\\w+)\\.\\.(\\w+)").matcher(entry);
            if (!description.find()) {
                continue;
            }
            assertThat(dwarf.callFrames().rowAt(hex(description.group(1)))).isNotNull();
            assertThat(dwarf.callFrames().rowAt(hex(description.group(2)) - 1)).isNotNull();
            if (lines.size() < 2) {
                continue;
            }
            List<String> columns = List.of(lines.get(1).split(" +"));
            for (String line : lines.subList(2, lines.size())) {
                List<String> cells = List.of(line.replaceAll(" \\(\\w+\\)", "").split(" +"));
                UnwindRow row = requireNonNull(dwarf.callFrames().rowAt(hex(cells.get(0))), line);
                assertThat(row.wordSize()).isEqualTo(names == NAMES_32 ? 4 : 8);
                assertThat(cfaText(row.cfa(), names)).as(line).isEqualTo(cells.get(1));
                for (int i = 2; i < cells.size(); i++) {
                    assertThat(text(row.toldRule(names.indexOf(columns.get(i)))))
                            .as("%s of %s", columns.get(i), line)
                            .isEqualTo(cells.get(i));
                }
                compared++;
            }
        }
        assertThat(dwarf.warnings().texts()).isEmpty();
        return compared;
    }

    private static long hex(String digits) {
        return Long.parseUnsignedLong(digits, 16);
    }

    private static String cfaText(UnwindRow.Rule cfa, List<String> names) {
        return cfa.kind() == UnwindRow.Kind.EXPRESSION
                ? "exp"
                : "%s%+d".formatted(names.get((int) cfa.operand()), cfa.addend());
    }

    private static String text(UnwindRow.@Nullable Rule rule) {
        if (rule == null) {
            return "u";
        }
        return switch (rule.kind()) {
            case UNDEFINED, UNSPECIFIED -> "u";
            case SAME_VALUE -> "s";
            case OFFSET -> "c%+d".formatted(rule.operand());
            case VALUE_OFFSET -> "v%+d".formatted(rule.operand());
            case REGISTER -> "r" + rule.operand();
            case EXPRESSION -> "exp";
            case VALUE_EXPRESSION -> "vexp";
        };
    }
}
