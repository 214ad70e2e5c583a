package dev.kvmdap.symbols;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.symbols.Variable.Encoding;
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
    void globalsHaveAddressSizeTypeAndEncoding(int bits, String version) {
        SampleGuest guest = SampleGuest.build(folder, bits, "-O0", version);

        assertVariable(guest, "counter", 4, "int", Encoding.SIGNED);
        assertVariable(guest, "hidden", 8, "word", Encoding.UNSIGNED);
        assertVariable(guest, "corner", 8, "struct point", Encoding.OTHER);
        assertVariable(guest, "message", 8, "const char *", Encoding.POINTER);
        assertVariable(guest, "grid", 12, "short int[2][3]", Encoding.OTHER);
        assertVariable(guest, "paint", 4, "enum color", Encoding.UNSIGNED);
        assertVariable(guest, "ready", 1, "_Bool", Encoding.BOOLEAN);
        assertVariable(guest, "ratio", 8, "double", Encoding.FLOAT);
        assertVariable(guest, "letter", 1, "volatile char", Encoding.CHARACTER);
        assertVariable(guest, "handler", 8, "int (*)()", Encoding.POINTER);
        assertVariable(guest, "announced", 4, "int", Encoding.SIGNED);
        assertThat(guest.symbols().variable("total")).isEmpty();
        assertThat(guest.symbols().variable("sum")).isEmpty();
    }

    private static void assertVariable(SampleGuest guest, String name, int size, String type, Encoding encoding) {
        Matcher symbol = Pattern.compile("(?m)^(\\w+) \\w " + name + "$")
                .matcher(guest.tools().run("nm", "guest.elf"));
        assertThat(symbol.find()).isTrue();
        assertThat(guest.symbols().variable(name))
                .contains(new Variable(name, Long.parseLong(symbol.group(1), 16), size, type, encoding));
    }

    @Test
    void pointersAreAsWideAsTheCodeIs() {
        SampleGuest guest = SampleGuest.build(folder, 32, "-O0", "-g");

        assertThat(guest.symbols().variable("message")).map(Variable::byteSize).contains(4L);
        assertThat(guest.symbols().variable("corner")).map(Variable::byteSize).contains(8L);
    }

    @Test
    void dataOfAssemblyIsFoundBySymbol() {
        SampleGuest guest = SampleGuest.build(folder, 64, "-O0", "-g");

        Variable table = guest.symbols().variable("table").orElseThrow();

        assertThat(table.byteSize()).isZero();
        assertThat(table.typeName()).isEmpty();
        assertThat(table.encoding()).isEqualTo(Encoding.OTHER);
        assertThat(table.address()).isPositive();
    }
}
