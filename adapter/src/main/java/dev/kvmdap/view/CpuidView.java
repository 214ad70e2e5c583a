package dev.kvmdap.view;

import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.kvm.CpuidEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What CPUID answers, seen from three sides: what this host's KVM supports, what KVM can emulate in software though the
 * host may lack it (KVM_GET_EMULATED_CPUID, api.txt 4.88), and what this guest was given. A leaf opens to its
 * registers, a register to its named bits. The latter two sides mark where they differ from what the host supports.
 */
public final class CpuidView implements Node {

    private static final Comparator<CpuidEntry> BY_LEAF = Comparator.<CpuidEntry>comparingLong(
                    entry -> Integer.toUnsignedLong(entry.function()))
            .thenComparingInt(CpuidEntry::index);

    private final Supplier<List<CpuidEntry>> supported;
    private final Supplier<List<CpuidEntry>> emulated;
    private final Supplier<List<CpuidEntry>> given;

    /**
     * Asks for the answers when somebody opens them.
     *
     * @param supported KVM_GET_SUPPORTED_CPUID
     * @param emulated KVM_GET_EMULATED_CPUID
     * @param given KVM_GET_CPUID2 of the vCPU
     */
    public CpuidView(
            Supplier<List<CpuidEntry>> supported,
            Supplier<List<CpuidEntry>> emulated,
            Supplier<List<CpuidEntry>> given) {
        this.supported = supported;
        this.emulated = emulated;
        this.given = given;
    }

    @Override
    public String name() {
        return "CPUID";
    }

    @Override
    public String value(NumberFormat format) {
        return "";
    }

    @Override
    public boolean expandable() {
        return true;
    }

    @Override
    public List<Node> children() {
        return List.of(
                side("Supported by host KVM", "KVM_GET_SUPPORTED_CPUID", supported, CpuidDifference.NONE),
                side("Emulated by KVM", "KVM_GET_EMULATED_CPUID", emulated, CpuidDifference.OF_EMULATED),
                side("Given to this guest", "KVM_GET_CPUID2", given, CpuidDifference.OF_GIVEN));
    }

    private Node side(String name, String source, Supplier<List<CpuidEntry>> entries, CpuidDifference difference) {
        return new Group(name, "", source, () -> leaves(entries.get(), difference));
    }

    private List<Node> leaves(List<CpuidEntry> entries, CpuidDifference difference) {
        Map<Long, CpuidEntry> host = new HashMap<>();
        if (difference != CpuidDifference.NONE) {
            supported.get().forEach(entry -> host.put(key(entry), entry));
        }
        List<Node> leaves = new ArrayList<>();
        entries.stream()
                .sorted(BY_LEAF)
                .map(entry -> new CpuidLeafNode(entry, host.getOrDefault(key(entry), nothingOf(entry)), difference))
                .forEach(leaves::add);
        return leaves;
    }

    private static long key(CpuidEntry entry) {
        return (long) entry.function() << 32 | Integer.toUnsignedLong(entry.index());
    }

    private static CpuidEntry nothingOf(CpuidEntry entry) {
        return new CpuidEntry(entry.function(), entry.index(), entry.flags(), 0, 0, 0, 0);
    }
}
