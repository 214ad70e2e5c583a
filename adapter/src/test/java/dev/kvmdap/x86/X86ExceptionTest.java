package dev.kvmdap.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class X86ExceptionTest {

    @Test
    void vectorsAndMnemonicsAreUnique() {
        assertThat(X86Exception.values()).extracting(X86Exception::vector).doesNotHaveDuplicates();
        assertThat(X86Exception.values()).extracting(X86Exception::mnemonic).doesNotHaveDuplicates();
        for (X86Exception exception : X86Exception.values()) {
            assertThat(X86Exception.of(exception.vector())).contains(exception);
            assertThat(X86Exception.named(exception.mnemonic())).contains(exception);
        }
        assertThat(X86Exception.of(15)).isEmpty();
        assertThat(X86Exception.of(0x80)).isEmpty();
        assertThat(X86Exception.named("gp")).contains(X86Exception.GENERAL_PROTECTION);
        assertThat(X86Exception.named("#ZZ")).isEmpty();
    }

    @Test
    void exceptionsThatPushAnErrorCode() {
        assertThat(Arrays.stream(X86Exception.values())
                        .filter(X86Exception::hasErrorCode)
                        .mapToInt(X86Exception::vector))
                .containsExactlyElementsOf(IntStream.of(8, 10, 11, 12, 13, 14, 17, 21, 29, 30)
                        .boxed()
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "#PF | 0x0    | read by the supervisor, page not present",
                "#PF | 0x7    | write from CPL 3, page present but protected",
                "#PF | 0x11   | instruction fetch by the supervisor, page present but protected",
                "#PF | 0x9    | read by the supervisor, reserved bits set in a page-table entry",
                "#PF | 0x25   | read from CPL 3, page present but protected, forbidden by a protection key",
                "#GP | 0x0    | ''",
                "#GP | 0x402  | IDT entry 128",
                "#NP | 0x18   | GDT entry 3 (selector 0x18)",
                "#SS | 0xd    | LDT entry 1 (selector 0xc), while an external event was delivered",
                "#CP | 0x3    | no ENDBR at the target of an indirect branch",
                "#VC | 0x72   | SVM exit code 0x72",
                "#DF | 0x0    | ''",
                "#DE | 0x5    | ''"
            })
    void errorCodesInWords(String mnemonic, String code, String text) {
        assertThat(X86Exception.named(mnemonic).orElseThrow().explain(Long.decode(code)))
                .isEqualTo(text);
    }

    @Test
    void namesForMessages() {
        assertThat(X86Exception.PAGE_FAULT).hasToString("#PF page fault");
        assertThat(X86Exception.DOUBLE_FAULT.type().term()).isEqualTo("abort");
    }
}
