package dev.kvmdap.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.kvm.CpuidEntry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuTopologyTest {

    private static final int GENU = 0x756e_6547;
    private static final int AUTH = 0x6874_7541;
    private static final int HTT = 1 << 28;

    private static CpuidEntry entry(int function, int index, int eax, int ebx, int ecx, int edx) {
        return new CpuidEntry(function, index, 1, eax, ebx, ecx, edx);
    }

    private static CpuidEntry answer(List<CpuidEntry> cpuid, int function, int index) {
        return cpuid.stream()
                .filter(entry -> entry.function() == function && entry.index() == index)
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 1, 0", "0, 2, 2, 1", "1, 2, 2, 1", "2, 3, 4, 1", "15, 16, 16, 1"})
    void leaf1TellsTheApicIdAndHowManyThePackageHasRoomFor(int vcpu, int vcpus, int room, int htt) {
        List<CpuidEntry> host = List.of(entry(1, 0, 7, 0x3b20_0800, 5, HTT | 6));

        CpuidEntry leaf = answer(CpuTopology.describe(host, vcpu, vcpus), 1, 0);

        assertThat(leaf.ebx()).isEqualTo((vcpu << 24) | (room << 16) | 0x0800);
        assertThat(leaf.edx()).isEqualTo(6 | (htt * HTT));
        assertThat(leaf.eax()).isEqualTo(7);
        assertThat(leaf.ecx()).isEqualTo(5);
    }

    @Test
    void extendedTopologyHasOneThreadACoreAndTheX2ApicIdInEveryLevel() {
        List<CpuidEntry> host = List.of(entry(0xb, 0, 1, 2, 0x100, 0x3b), entry(0xb, 1, 6, 48, 0x201, 0x3b));

        List<CpuidEntry> cpuid = CpuTopology.describe(host, 2, 3);

        assertThat(cpuid)
                .containsExactly(
                        entry(0xb, 0, 0, 1, 0x100, 2), entry(0xb, 1, 2, 3, 0x201, 2), entry(0xb, 2, 0, 0, 2, 2));
    }

    @Test
    void leafThatTheHostDoesNotHaveIsNotInvented() {
        assertThat(CpuTopology.describe(List.of(entry(7, 0, 1, 2, 3, 4)), 0, 2))
                .containsExactly(entry(7, 0, 1, 2, 3, 4));
    }

    @Test
    void cachesOfTheFirstLevelsBelongToACoreAndTheLastToThePackage() {
        int host = (47 << 26) | (1 << 14);
        List<CpuidEntry> cpuid = CpuTopology.describe(
                List.of(
                        entry(4, 0, host | 0x121, 1, 2, 3),
                        entry(4, 3, host | 0x163, 1, 2, 3),
                        entry(4, 4, 0, 0, 0, 0),
                        entry(0x8000_001d, 3, host | 0x163, 1, 2, 3)),
                0,
                4);

        assertThat(answer(cpuid, 4, 0).eax()).isEqualTo((3 << 26) | 0x121);
        assertThat(answer(cpuid, 4, 3).eax()).isEqualTo((3 << 26) | (3 << 14) | 0x163);
        assertThat(answer(cpuid, 4, 4)).isEqualTo(entry(4, 4, 0, 0, 0, 0));
        assertThat(answer(cpuid, 0x8000_001d, 3).eax()).isEqualTo((3 << 14) | 0x163);
    }

    @Test
    void amdsLeavesCountCoresAndNameTheCore() {
        List<CpuidEntry> host = List.of(
                entry(0, 0, 0xd, AUTH, 0, 0),
                entry(0x8000_0001, 0, 0, 0, 0x10, 0),
                entry(0x8000_0008, 0, 0x3030, 0, 0x703f, 0),
                entry(0x8000_001e, 0, 0x3b, 0x11d, 3, 0));

        List<CpuidEntry> cpuid = CpuTopology.describe(host, 3, 4);

        assertThat(answer(cpuid, 0x8000_0001, 0).ecx()).as("CmpLegacy").isEqualTo(0x12);
        assertThat(answer(cpuid, 0x8000_0008, 0).ecx()).as("NC and ApicIdSize").isEqualTo(0x2003);
        assertThat(answer(cpuid, 0x8000_001e, 0).eax()).isEqualTo(3);
        assertThat(answer(cpuid, 0x8000_001e, 0).ebx()).as("core 3, one thread").isEqualTo(3);
    }

    @Test
    void intelsReservedFieldsStayAsTheyAre() {
        List<CpuidEntry> host = List.of(
                entry(0, 0, 0xd, GENU, 0, 0),
                entry(0x8000_0001, 0, 0, 0, 0x1, 0),
                entry(0x8000_0008, 0, 0x3030, 0, 0, 0));

        assertThat(CpuTopology.describe(host, 1, 4)).isEqualTo(host);
    }
}
