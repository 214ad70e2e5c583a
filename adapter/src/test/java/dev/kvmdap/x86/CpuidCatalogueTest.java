package dev.kvmdap.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CpuidCatalogueTest {

    private final CpuidCatalogue catalogue = CpuidCatalogue.load();

    @Test
    void everyFieldOfEveryLeafIsThere() {
        assertThat(catalogue.fields()).hasSizeGreaterThan(830);
        assertThat(catalogue.fields())
                .extracting(CpuidField::leaf)
                .contains(
                        0,
                        1,
                        2,
                        4,
                        5,
                        6,
                        7,
                        9,
                        0xa,
                        0xb,
                        0xd,
                        0xf,
                        0x10,
                        0x12,
                        0x14,
                        0x15,
                        0x16,
                        0x17,
                        0x18,
                        0x19,
                        0x1a,
                        0x1b,
                        0x1c,
                        0x1d,
                        0x1e,
                        0x1f,
                        0x40000000,
                        0x40000001,
                        0x80000000,
                        0x80000001,
                        0x80000008,
                        0x8000000a,
                        0x8000001f,
                        0x80000021,
                        0x80000022,
                        0x80000026);
    }

    @Test
    void everyLeafHasAName() {
        for (CpuidField field : catalogue.fields()) {
            assertThat(catalogue.leafName(field.leaf()))
                    .as("0x%x", field.leaf())
                    .isNotBlank();
        }
        assertThat(catalogue.leafName(7)).isEqualTo("Structured extended features");
        assertThat(catalogue.leafName(0x7777)).isEmpty();
    }

    @Test
    void fieldsOfARegisterAscendWithoutOverlap() {
        Map<String, CpuidField> last = new HashMap<>();
        for (CpuidField field : catalogue.fields()) {
            String place = "%x.%d %s".formatted(field.leaf(), field.firstSubleaf(), field.register());
            CpuidField before = last.put(place, field);
            if (before != null) {
                assertThat(field.bits().low())
                        .as(field.toString())
                        .isGreaterThan(before.bits().high());
            }
            assertThat(field.bits().high()).as(field.toString()).isLessThan(32);
            assertThat(field.bits().meaning()).as(field.toString()).isNotBlank();
            assertThat(field.name()).matches("[a-z0-9_]+");
        }
    }

    @Test
    void subleafRangesOfOneLeafAreEqualOrApart() {
        for (CpuidField one : catalogue.fields()) {
            for (CpuidField other : catalogue.fields()) {
                if (one.leaf() == other.leaf() && one.appliesTo(other.firstSubleaf())) {
                    assertThat(one.firstSubleaf()).as("%s and %s", one, other).isEqualTo(other.firstSubleaf());
                    assertThat(one.lastSubleaf()).as("%s and %s", one, other).isEqualTo(other.lastSubleaf());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(CpuidRegister.class)
    void namesAreUniqueWithinARegister(CpuidRegister register) {
        for (CpuidField field : catalogue.fields()) {
            assertThat(catalogue.fields(field.leaf(), field.firstSubleaf(), register))
                    .extracting(CpuidField::name)
                    .doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "avx2, avx2 (0x7.0 ebx bit 5)",
        "AVX2, avx2 (0x7.0 ebx bit 5)",
        "sse4.1, sse4_1 (0x1.0 ecx bit 19)",
        "sse4_2, sse4_2 (0x1.0 ecx bit 20)",
        "pni, sse3 (0x1.0 ecx bit 0)",
        "sse3, sse3 (0x1.0 ecx bit 0)",
        "avx512-vnni, avx512_vnni (0x7.0 ecx bit 11)",
        "nx, nx (0x80000001.0 edx bit 20)",
        "lm, lm (0x80000001.0 edx bit 29)",
        "svm, svm (0x80000001.0 ecx bit 2)",
        "la57, la57 (0x7.0 ecx bit 16)",
        "kvm-pv-unhalt, kvm_pv_unhalt (0x40000001.0 eax bit 7)",
        "kvm_hints_realtime, kvm_hint_dedicated (0x40000001.0 edx bit 0)",
        "xsaves, xsaves (0xd.1 eax bit 3)",
        "hypervisor, hypervisor (0x1.0 ecx bit 31)",
        "rdpid, rdpid (0x7.0 ecx bit 22)"
    })
    void featuresAreFoundAsLinuxAndTheManualsSpellThem(String name, String feature) {
        assertThat(catalogue.feature(name)).hasToString("Optional[%s]".formatted(feature));
    }

    @Test
    void everyFeatureIsFoundByItsNameAndAliases() {
        for (CpuidField field : catalogue.fields()) {
            if (field.bits().isFlag()) {
                assertThat(catalogue.feature(field.name())).contains(field);
                assertThat(field.aliases())
                        .allSatisfy(
                                alias -> assertThat(catalogue.feature(alias)).contains(field));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"avx9, avx2", "sse5, sse3", "rdrnd, rdrand", "kvm_pv_unhlt, kvm_pv_unhalt", "AVX-512F, avx512f"})
    void misspeltFeaturesHaveASuggestion(String name, String suggestion) {
        assertThat(catalogue.feature(name)).isEmpty();
        assertThat(catalogue.closest(name)).contains(suggestion);
    }

    @Test
    void nothingIsSuggestedForNonsense() {
        assertThat(catalogue.closest("frobnicate")).isEmpty();
    }

    @Test
    void fieldsWiderThanABitAreNoFeatures() {
        assertThat(catalogue.feature("stepping")).isEmpty();
        assertThat(catalogue.feature("phys_addr_bits")).isEmpty();
    }

    @Test
    void subleavesThatRepeatShareTheirFields() {
        assertThat(catalogue.fields(4, 3, CpuidRegister.EAX))
                .isNotEmpty()
                .isEqualTo(catalogue.fields(4, 0, CpuidRegister.EAX));
        assertThat(catalogue.fields(0xd, 0, CpuidRegister.EAX))
                .extracting(CpuidField::name)
                .contains("xcr0_avx");
        assertThat(catalogue.fields(0xd, 9, CpuidRegister.EAX))
                .extracting(CpuidField::name)
                .isEqualTo(List.of("state_size"));
        assertThat(catalogue.fields(1, 1, CpuidRegister.EAX)).isEmpty();
    }

    @Test
    void fieldsReadTheirBits() {
        CpuidField bits = catalogue.fields(0x80000008, 0, CpuidRegister.EAX).get(1);
        assertThat(bits.name()).isEqualTo("linear_addr_bits");
        assertThat(bits.bits().of(0x3039_3028L & 0xffff_ffffL)).isEqualTo(0x30);
    }

    @Test
    void amdRepeatsFeaturesOfLeaf1() {
        CpuidField pae = catalogue.feature("pae").orElseThrow();
        assertThat(catalogue.mirrorOf(pae)).hasToString("Optional[e_pae (0x80000001.0 edx bit 6)]");
        assertThat(catalogue.mirrorOf(catalogue.feature("sse").orElseThrow())).isEmpty();
        assertThat(catalogue.mirrorOf(catalogue.feature("avx2").orElseThrow())).isEmpty();
        for (CpuidField field : catalogue.fields(1, 0, CpuidRegister.EDX)) {
            catalogue
                    .mirrorOf(field)
                    .ifPresent(mirror -> assertThat(mirror.bits().low())
                            .isEqualTo(field.bits().low()));
        }
    }
}
