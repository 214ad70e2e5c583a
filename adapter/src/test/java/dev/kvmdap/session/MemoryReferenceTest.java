package dev.kvmdap.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryReferenceTest {

    @Test
    void linearAndPhysicalReferencesAreToldApart() {
        assertThat(MemoryReference.parse("0x7c00")).isEqualTo(new MemoryReference(false, 0x7c00));
        assertThat(MemoryReference.parse("p:0x7C00")).isEqualTo(new MemoryReference(true, 0x7c00));
        assertThat(MemoryReference.parse("31744")).isEqualTo(new MemoryReference(false, 31744));
        assertThat(MemoryReference.parse("0xffffffff80000000").address()).isEqualTo(0xffffffff80000000L);
    }

    @Test
    void referenceIsWrittenAsItIsRead() {
        for (String text : new String[] {"0x7c00", "p:0x0", "0xffffffffffffffff"}) {
            assertThat(MemoryReference.parse(text)).hasToString(text);
        }
    }

    @Test
    void offsetsWrap() {
        assertThat(MemoryReference.parse("0x0").plus(-1)).hasToString("0xffffffffffffffff");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "here", "0x", "p:", "-1", "0x10000000000000000", "99999999999999999999", "q:0x0"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> MemoryReference.parse(text))
                .isInstanceOf(RequestFailure.class)
                .hasMessageContaining("'" + text + "'");
    }
}
