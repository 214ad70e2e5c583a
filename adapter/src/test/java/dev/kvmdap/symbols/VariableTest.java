package dev.kvmdap.symbols;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.symbols.dwarf.Location;
import dev.kvmdap.types.OpaqueType;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VariableTest {

    @TempDir
    Path folder = Path.of("");

    @ParameterizedTest
    @CsvSource({"64, -gdwarf-2", "64, -gdwarf-4", "64, -gdwarf-5"})
    void globalsHaveAddressSizeAndType(int bits, String version) {
        SampleGuest guest = SampleGuest.build(folder, bits, "-O0", version);

        assertVariable(guest, "counter", 4, "int");
        assertVariable(guest, "hidden", 8, "word");
        assertVariable(guest, "corner", 8, "struct point");
        assertVariable(guest, "message", 8, "const char *");
        assertVariable(guest, "grid", 12, "short [2][3]");
        assertVariable(guest, "paint", 4, "enum color");
        assertVariable(guest, "ready", 1, "_Bool");
        assertVariable(guest, "ratio", 8, "double");
        assertVariable(guest, "letter", 1, "volatile char");
        assertVariable(guest, "handler", 8, "int (*)(int)");
        assertVariable(guest, "announced", 4, "int");
        assertThat(guest.symbols().variable("total")).isEmpty();
        assertThat(guest.symbols().variable("sum")).isEmpty();
    }

    private static void assertVariable(SampleGuest guest, String name, int size, String type) {
        Matcher symbol = Pattern.compile("(?m)^(\\w+) \\w " + name + "$")
                .matcher(guest.tools().run("nm", "guest.elf"));
        assertThat(symbol.find()).isTrue();
        Variable variable = guest.symbols().variable(name).orElseThrow();
        assertThat(variable.type()).hasToString(type);
        assertThat(variable.type().bytes()).isEqualTo(size);
        assertThat(address(variable)).isEqualTo(Long.parseLong(symbol.group(1), 16));
    }

    /** Of a variable outside of functions, which needs no frame. */
    private static long address(Variable variable) {
        return ((Location.Memory) variable.location()).address().evaluate(NoFrame.INSTANCE);
    }

    @Test
    void pointersAreAsWideAsTheCodeIs() {
        SampleGuest guest = SampleGuest.build(folder, 32, "-O0", "-g");

        assertThat(guest.symbols().variable("message"))
                .map(variable -> variable.type().bytes())
                .contains(4L);
        assertThat(guest.symbols().variable("corner"))
                .map(variable -> variable.type().bytes())
                .contains(8L);
    }

    @Test
    void dataOfAssemblyIsFoundBySymbol() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O0", "-g");

        Variable table = guest.symbols().variable("table").orElseThrow();

        assertThat(table.type()).isEqualTo(OpaqueType.UNKNOWN);
        assertThat(address(table)).isPositive();
    }
}
