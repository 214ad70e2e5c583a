package dev.kvmdap.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.CpuidEntry;
import dev.kvmdap.kvm.Kvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class CpuidViewTest {

    private static final int MOVBE = 1 << 22;
    private static final int POPCNT = 1 << 23;
    private static final int AVX2 = 1 << 5;

    private static final List<CpuidEntry> SUPPORTED = List.of(
            leaf(0x80000002, 0x20444d41, 0x43595045, 0, 0),
            subleaf(7, 0, 0, AVX2, 0, 0),
            leaf(0, 0x10, 0x756e_6547, 0x6c65_746e, 0x4965_6e69),
            leaf(1, 0x000a_0f11, 0, POPCNT, 0),
            subleaf(4, 1, 0x121, 0, 0, 0));
    private static final List<CpuidEntry> EMULATED = List.of(leaf(1, 0, 0, MOVBE | POPCNT, 0));
    private static final List<CpuidEntry> GIVEN =
            List.of(leaf(1, 0x000a_0f11, 0, MOVBE, 1 << 10), subleaf(7, 0, 0, 0, 0, 0));

    private final CpuidView view = new CpuidView(() -> SUPPORTED, () -> EMULATED, () -> GIVEN);

    private static CpuidEntry leaf(int function, int eax, int ebx, int ecx, int edx) {
        return new CpuidEntry(function, 0, 0, eax, ebx, ecx, edx);
    }

    private static CpuidEntry subleaf(int function, int index, int eax, int ebx, int ecx, int edx) {
        return new CpuidEntry(function, index, Abi.CPUID_FLAG_SIGNIFCANT_INDEX, eax, ebx, ecx, edx);
    }

    @Test
    void leavesAreNamedAndSorted() {
        assertThat(Rows.at(view, "Supported by host KVM").children())
                .extracting(Node::name)
                .containsExactly(
                        "0x0 Vendor and highest basic leaf",
                        "0x1 Version and features",
                        "0x4.1 Deterministic cache parameters",
                        "0x7.0 Structured extended features",
                        "0x80000002 Brand string, first part");
    }

    @Test
    void leavesThatSpellTextShowIt() {
        Node supported = Rows.at(view, "Supported by host KVM");
        assertThat(Rows.at(supported, "0x0 Vendor and highest basic leaf").value())
                .isEqualTo("\"GenuineIntel\"");
        assertThat(Rows.at(supported, "0x80000002 Brand string, first part").value())
                .isEqualTo("\"AMD EPYC\"");
    }

    @Test
    void registersOpenToTheirNamedBits() {
        Node version = Rows.at(view, "Supported by host KVM", "0x1 Version and features");

        assertThat(version.value()).isEqualTo("eax=0xa0f11 ebx=0x0 ecx=0x800000 edx=0x0");
        assertThat(Rows.at(version, "ecx").value()).isEqualTo("0x00800000 [ popcnt ]");
        assertThat(Rows.at(version, "ecx", "popcnt").value()).isEqualTo("1");
        assertThat(Rows.at(version, "ecx", "popcnt").type()).isEqualTo("POPCNT");
        assertThat(Rows.at(version, "ecx", "movbe").value()).isEqualTo("0");
        assertThat(Rows.at(version, "eax", "family").value()).isEqualTo("15");
    }

    @Test
    void whatIsEmulatedOnlyIsMarked() {
        Node version = Rows.at(view, "Emulated by KVM", "0x1 Version and features");

        assertThat(version.value()).isEqualTo("emulated only: movbe");
        assertThat(Rows.at(version, "ecx", "movbe").value()).isEqualTo("1, emulated only");
        assertThat(Rows.at(version, "ecx", "popcnt").value()).isEqualTo("1");
        assertThat(Rows.at(version, "ecx", "avx").value()).isEqualTo("0");
    }

    @Test
    void emptyLeavesSaySo() {
        assertThat(Rows.at(view, "Given to this guest", "0x7.0 Structured extended features")
                        .value())
                .isEqualTo("all zero");
    }

    @Test
    void whatTheGuestWasGivenIsComparedWithTheHost() {
        Node given = Rows.at(view, "Given to this guest");

        assertThat(Rows.at(given, "0x7.0 Structured extended features", "ebx", "avx2")
                        .value())
                .isEqualTo("0, withheld");
        assertThat(Rows.at(given, "0x1 Version and features", "ecx", "movbe").value())
                .isEqualTo("1, beyond the host");
    }

    @Test
    void setBitsWithoutANameAreNotHidden() {
        assertThat(Rows.at(view, "Given to this guest", "0x1 Version and features", "edx", "unnamed")
                        .value())
                .isEqualTo("0x00000400");
    }

    @Test
    void leafThatNobodyKnowsShowsItsRegisters() {
        CpuidView unknown = new CpuidView(() -> List.of(leaf(0x7777, 5, 0, 0, 0)), List::of, List::of);
        Node leaf = Rows.at(unknown, "Supported by host KVM", "0x7777");

        assertThat(Rows.at(leaf, "eax", "unnamed").value()).isEqualTo("0x00000005");
        assertThat(Rows.at(leaf, "ebx").expandable()).isFalse();
    }

    @Test
    void nothingIsAskedBeforeItIsOpened() {
        AtomicInteger asked = new AtomicInteger();
        Supplier<List<CpuidEntry>> counted = () -> {
            asked.incrementAndGet();
            return List.of();
        };
        CpuidView closed = new CpuidView(counted, counted, counted);

        List<Node> sides = closed.children();
        sides.forEach(Node::value);
        assertThat(asked).hasValue(0);
        sides.get(0).children();
        assertThat(asked).hasValue(1);
    }

    @Test
    void thisHostsAnswersAreNamed() {
        assumeTrue(Files.isWritable(Path.of("/dev/kvm")), "needs /dev/kvm");
        try (Kvm kvm = Kvm.open()) {
            CpuidView host = new CpuidView(kvm::supportedCpuid, kvm::emulatedCpuid, List::of);
            List<Node> supported = Rows.at(host, "Supported by host KVM").children();
            assertThat(supported).extracting(Node::name).contains("0x1 Version and features");
            assertThat(supported.stream()
                            .filter(leaf -> leaf.name().startsWith("0x0 "))
                            .map(Node::value))
                    .singleElement()
                    .asString()
                    .matches("\"[A-Za-z ]{12}\"");
            for (Node side : host.children()) {
                side.children()
                        .forEach(leaf -> assertThat(leaf.children())
                                .extracting(Node::name)
                                .containsExactly("eax", "ebx", "ecx", "edx"));
            }
        }
    }
}
