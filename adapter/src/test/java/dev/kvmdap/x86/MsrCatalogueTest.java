package dev.kvmdap.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MsrCatalogueTest {

    private final MsrCatalogue catalogue = MsrCatalogue.load();

    @Test
    void registersHaveTheNumbersOfTheManuals() {
        Map.of(
                        0x10, "IA32_TIME_STAMP_COUNTER",
                        0x1b, "IA32_APIC_BASE",
                        0x277, "IA32_PAT",
                        0xc0000080, "IA32_EFER",
                        0xc0000082, "IA32_LSTAR",
                        0xc0000102, "IA32_KERNEL_GS_BASE",
                        0x4b564d01, "KVM_SYSTEM_TIME_NEW",
                        0x6e0, "IA32_TSC_DEADLINE")
                .forEach((index, name) -> {
                    assertThat(catalogue.at(index).name()).isEqualTo(name);
                    assertThat(catalogue.named(name.toLowerCase(Locale.ROOT)))
                            .map(ModelSpecificRegister::index)
                            .contains(index);
                });
    }

    @Test
    void aSeriesIsNumberedFromZero() {
        assertThat(catalogue.at(0x200).name()).isEqualTo("IA32_MTRR_PHYSBASE0");
        assertThat(catalogue.at(0x20f).name()).isEqualTo("IA32_MTRR_PHYSMASK7");
        assertThat(catalogue.at(0x20f).layout().orElseThrow().decode(0xf_f000_0800L))
                .isEqualTo("MASK=0xff0000 V");
        assertThat(catalogue.at(0xc8).name()).isEqualTo("IA32_PMC7");
    }

    @Test
    void fieldsAreThoseOfTheManuals() {
        assertThat(catalogue
                        .named("IA32_EFER")
                        .orElseThrow()
                        .layout()
                        .orElseThrow()
                        .decode(0xd01))
                .isEqualTo("NXE LMA LME SCE");
        assertThat(catalogue
                        .named("IA32_STAR")
                        .orElseThrow()
                        .layout()
                        .orElseThrow()
                        .decode(0x0023_0010_0000_0000L))
                .isEqualTo("SYSRET_CS=0x23 SYSCALL_CS=0x10");
        assertThat(catalogue
                        .named("IA32_PAT")
                        .orElseThrow()
                        .layout()
                        .orElseThrow()
                        .decode(0x0007_0406_0007_0406L))
                .isEqualTo("PA6=7 PA5=4 PA4=6 PA2=7 PA1=4 PA0=6");
        assertThat(catalogue
                        .named("IA32_MISC_ENABLE")
                        .orElseThrow()
                        .layout()
                        .orElseThrow()
                        .decode(1))
                .isEqualTo("FAST_STRINGS");
        assertThat(catalogue.named("IA32_LSTAR").orElseThrow().layout()).isEmpty();
    }

    @Test
    void fieldsLieInOrderAndDoNotOverlap() {
        for (ModelSpecificRegister register : catalogue.all()) {
            int free = 0;
            for (BitField field : register.bits().fields()) {
                assertThat(field.low()).as(register.name() + "." + field.name()).isGreaterThanOrEqualTo(free);
                free = field.high() + 1;
            }
        }
    }

    @Test
    void whatIsNotKnownIsNamedByItsNumber() {
        assertThat(catalogue.at(0xdead).name()).isEqualTo("MSR_0xdead");
        assertThat(catalogue.named("IA32_NOTHING")).isEmpty();
        assertThat(catalogue.closest("IA32_LSTARR")).contains("IA32_LSTAR");
    }
}
