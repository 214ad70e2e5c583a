package dev.kvmdap.session.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.kvm.CpuidEntry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CpuidSelectionTest {

    private static final int SIGNIFICANT_INDEX = 1;
    private static final int SSE2 = 1 << 26;
    private static final int FPU = 1;
    private static final int MOVBE = 1 << 22;
    private static final int AVX2 = 1 << 5;

    private static final CpuidEntry LEAF_1 = new CpuidEntry(1, 0, 0, 0xa10f11, 0, 0, SSE2 | FPU);
    private static final CpuidEntry LEAF_7 = new CpuidEntry(7, 0, SIGNIFICANT_INDEX, 1, AVX2, 0, 0);
    private static final CpuidEntry LEAF_7_1 = new CpuidEntry(7, 1, SIGNIFICANT_INDEX, 0, AVX2, 0, 0);
    private static final CpuidEntry AMD_1 = new CpuidEntry(0x80000001, 0, 0, 0, 0, 0, FPU);
    private static final CpuidEntry EMULATED_1 = new CpuidEntry(1, 0, 0, 0, 0, MOVBE, 0);

    private static final List<CpuidEntry> SUPPORTED = List.of(LEAF_1, LEAF_7, LEAF_7_1, AMD_1);
    private static final List<CpuidEntry> EMULATED = List.of(EMULATED_1);

    @Test
    void withoutSelectionTheGuestGetsWhatIsSupported() {
        assertThat(apply(Map.of())).isEqualTo(SUPPORTED);
    }

    @Test
    void withheldFeatureLosesItsBitOnly() {
        assertThat(apply(Map.of("sse2", false)))
                .containsExactly(new CpuidEntry(1, 0, 0, 0xa10f11, 0, 0, FPU), LEAF_7, LEAF_7_1, AMD_1);
    }

    @Test
    void onlyTheSubleafThatHasTheFeatureChanges() {
        assertThat(apply(Map.of("avx2", false)))
                .containsExactly(LEAF_1, new CpuidEntry(7, 0, SIGNIFICANT_INDEX, 1, 0, 0, 0), LEAF_7_1, AMD_1);
    }

    @Test
    void featureThatAmdKeepsTwiceIsWithheldTwice() {
        assertThat(apply(Map.of("fpu", false)))
                .containsExactly(
                        new CpuidEntry(1, 0, 0, 0xa10f11, 0, 0, SSE2),
                        LEAF_7,
                        LEAF_7_1,
                        new CpuidEntry(0x80000001, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void supportedFeatureCanBeGiven() {
        assertThat(apply(Map.of("sse2", true))).isEqualTo(SUPPORTED);
    }

    @Test
    void emulatedFeatureCanBeGivenAlsoWhereItsLeafIsMissing() {
        CpuidEntry given = new CpuidEntry(1, 0, 0, 0xa10f11, 0, MOVBE, SSE2 | FPU);
        assertThat(apply(Map.of("movbe", true))).containsExactly(given, LEAF_7, LEAF_7_1, AMD_1);
        assertThat(CpuidSelection.apply(Map.of("movbe", true), List.of(LEAF_7), EMULATED))
                .containsExactly(LEAF_7, EMULATED_1);
    }

    @Test
    void featureThatIsNeitherSupportedNorEmulatedCannotBeGiven() {
        assertThatThrownBy(() -> apply(Map.of("aes", true)))
                .isInstanceOf(LaunchConfigurationException.class)
                .hasMessageStartingWith("cpuid.aes: this host's KVM neither supports nor emulates aes");
    }

    @Test
    void unknownNameIsToldWithItsNearestNeighbour() {
        assertThatThrownBy(() -> apply(Map.of("ssse2", false)))
                .hasMessageStartingWith("cpuid.ssse2: there is no CPUID feature of that name; did you mean 'ss");
    }

    @Test
    void hostThatIgnoresTheSelectionIsFoundOut() {
        Map<String, Boolean> features = Map.of("sse2", false, "fpu", true, "avx2", true, "movbe", true);
        assertThat(CpuidSelection.ignored(features, List.of(LEAF_1))).containsExactly("avx2", "movbe", "sse2");
        assertThat(CpuidSelection.ignored(features, apply(features))).isEmpty();
    }

    private static List<CpuidEntry> apply(Map<String, Boolean> features) {
        return CpuidSelection.apply(features, SUPPORTED, EMULATED);
    }
}
