package dev.kvmdap.symbols.dwarf;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.elf.ElfFile;
import dev.kvmdap.symbols.SampleGuest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineTableTest {

    @TempDir
    Path folder = Path.of("");

    @ParameterizedTest
    @CsvSource({
        "32, 2, -O0",
        "32, 3, -O2",
        "32, 4, -O0",
        "32, 5, -O2",
        "64, 2, -O2",
        "64, 3, -O0",
        "64, 4, -O2",
        "64, 5, -O0",
        "64, 5, -gz=zlib",
        "64, 5, -gdwarf64",
        "32, 4, -gz=zlib-gnu"
    })
    void everyRowIsAsReadelfDecodesIt(int bits, int version, String option) {
        SampleGuest guest = SampleGuest.build(folder, bits, "-gdwarf-" + version, option);
        String decoded = guest.tools().run("readelf", "-W", "--debug-dump=decodedline", "guest.elf");

        assertThat(rows(guest)).hasSizeGreaterThan(50).isEqualTo(decodedRows(decoded));
    }

    @Test
    void codeThatTheLinkerThrewAwayHasNoRows() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-g", "-O0", "-ffunction-sections");
        guest.tools().run("ld", "--gc-sections", "-Ttext=0x100000", "calls.o", "-o", "guest.elf");
        DwarfFile dwarf = new DwarfFile(ElfFile.open(guest.image()));

        assertThat(guest.tools().run("nm", "guest.elf")).doesNotContain("one_line");
        assertThat(rows(guest)).isNotEmpty().noneMatch(row -> row.endsWith(" 0x0 x"));
        assertThat(dwarf.unitAt(0)).isNull();
        assertThat(dwarf.unitAt(4)).isNull();
    }

    private static List<String> rows(SampleGuest guest) {
        DwarfFile dwarf = new DwarfFile(ElfFile.open(guest.image()));
        List<String> rows = new ArrayList<>();
        for (Unit unit : dwarf.units()) {
            LineTable table = requireNonNull(dwarf.lineTable(unit));
            for (int sequence = 0; sequence < table.sequenceCount(); sequence++) {
                int end = table.sequenceEnd(sequence);
                for (int row = table.sequenceStart(sequence); row < end; row++) {
                    String path = table.files().path(table.fileNumber(row));
                    rows.add("%s %d 0x%x%s"
                            .formatted(
                                    path.substring(path.lastIndexOf('/') + 1),
                                    table.line(row),
                                    table.address(row),
                                    table.isStatement(row) ? " x" : ""));
                }
                rows.add("end 0x%x".formatted(table.address(end)));
            }
        }
        assertThat(dwarf.warnings().texts()).isEmpty();
        return rows;
    }

    private static List<String> decodedRows(String output) {
        Matcher row = Pattern.compile("(?m)^(\\S+) +(\\d+|-) +(0x[0-9a-f]+|0)(?:[ \\t]+\\d+)?([ \\t]+x)?[ \\t]*$")
                .matcher(output);
        List<String> rows = new ArrayList<>();
        while (row.find()) {
            String address = row.group(3).equals("0") ? "0x0" : row.group(3);
            rows.add(
                    row.group(2).equals("-")
                            ? "end " + address
                            : row.group(1) + " " + row.group(2) + " " + address + (row.group(4) == null ? "" : " x"));
        }
        return rows;
    }
}
