package dev.kvmdap.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RegisterBitsTest {

    static Stream<BitLayout> layouts() {
        return Stream.of(
                RegisterBits.RFLAGS,
                RegisterBits.CR0,
                RegisterBits.CR3,
                RegisterBits.CR3_WITH_PCID,
                RegisterBits.CR4,
                RegisterBits.CR8,
                RegisterBits.EFER,
                RegisterBits.DR6,
                RegisterBits.DR7,
                X86Exception.PAGE_FAULT_ERROR_CODE,
                X86Exception.SELECTOR_ERROR_CODE);
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void fieldsAscendWithoutOverlap(BitLayout layout) {
        int next = 0;
        for (BitField field : layout.fields()) {
            assertThat(field.low()).as(field.name()).isGreaterThanOrEqualTo(next);
            next = field.high() + 1;
        }
        assertThat(layout.fields()).extracting(BitField::name).doesNotHaveDuplicates();
        assertThat(layout.fields()).extracting(BitField::meaning).noneMatch(String::isBlank);
    }

    @ParameterizedTest
    @CsvSource({"0x246, IF ZF PF", "0x2, ''", "0x3202, IOPL=3 IF", "0x30202, VM RF IF"})
    void flagsDecode(String value, String text) {
        assertThat(RegisterBits.RFLAGS.decode(Long.decode(value))).isEqualTo(text);
    }

    @Test
    void controlRegistersDecode() {
        assertThat(RegisterBits.CR0.decode(0x8005_0033L)).isEqualTo("PG AM WP NE ET MP PE");
        assertThat(RegisterBits.CR3.decode(0x10018)).isEqualTo("TABLE=0x10 PCD PWT");
        assertThat(RegisterBits.CR3_WITH_PCID.decode(0x10018)).isEqualTo("TABLE=0x10 PCID=0x18");
        assertThat(RegisterBits.CR4.decode(0x20)).isEqualTo("PAE");
        assertThat(RegisterBits.EFER.decode(0xd01)).isEqualTo("NXE LMA LME SCE");
        assertThat(RegisterBits.DR6.decode(0xffff_4ff1L)).isEqualTo("BS B0");
        assertThat(RegisterBits.DR7.decode(0x000d_0402)).isEqualTo("LEN0=3 RW0=1 G0");
    }

    @Test
    void fieldsAreReadAndReplaced() {
        BitField iopl = RegisterBits.RFLAGS.field("iopl").orElseThrow();
        assertThat(iopl.of(0x3246)).isEqualTo(3);
        assertThat(iopl.with(0x3246, 1)).isEqualTo(0x1246);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> iopl.with(0, 4))
                .withMessage("IOPL holds 0 to 0x3, not 0x4");
        BitField whole = new BitField("ALL", 0, 63, "everything");
        assertThat(whole.of(-1)).isEqualTo(-1);
        assertThat(whole.with(5, -1)).isEqualTo(-1);
    }

    @Test
    void fieldsOutsideARegisterAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new BitField("X", 60, 64, "too high"));
        assertThatIllegalArgumentException().isThrownBy(() -> new BitField("X", 5, 4, "upside down"));
    }
}
