package dev.kvmdap.machine;

import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.CpuidEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * What CPUID tells a vCPU of its place among the others: they are the cores of one package, a thread each, and vCPU n has the
 * local APIC id n. What KVM hands out describes the host's processor that happened to be asked. (SDM vol. 2, CPUID, leaves 1,
 * 4, 0BH, 1FH; AMD's APM vol. 3, appendix E, functions 8000_0001h, 8000_0008h, 8000_001Dh, 8000_001Eh.)
 */
final class CpuTopology {

    private static final int EXTENDED_TOPOLOGY = 0xb;
    private static final int EXTENDED_TOPOLOGY_2 = 0x1f;
    private static final int SMT_LEVEL = 1;
    private static final int CORE_LEVEL = 2;
    private static final int HTT = 1 << 28;
    private static final int CMP_LEGACY = 1 << 1;
    private static final int AUTH = 0x6874_7541;
    private static final int HYGO = 0x6f67_7948;

    private final int apicId;
    private final int cores;
    private final int coreBits;

    private CpuTopology(int apicId, int cores) {
        this.apicId = apicId;
        this.cores = cores;
        this.coreBits = Integer.SIZE - Integer.numberOfLeadingZeros(cores - 1);
    }

    /**
     * The answers of one vCPU.
     *
     * @param cpuid what is the same on all of them
     * @param vcpu its number, from 0
     * @param vcpus how many there are
     */
    static List<CpuidEntry> describe(List<CpuidEntry> cpuid, int vcpu, int vcpus) {
        return new CpuTopology(vcpu, vcpus).describe(cpuid);
    }

    private List<CpuidEntry> describe(List<CpuidEntry> cpuid) {
        boolean amd =
                cpuid.stream().anyMatch(entry -> entry.function() == 0 && (entry.ebx() == AUTH || entry.ebx() == HYGO));
        List<CpuidEntry> described = new ArrayList<>();
        for (CpuidEntry entry : cpuid) {
            switch (entry.function()) {
                case 0x1 -> described.add(identity(entry));
                case 0x4 -> described.add(entry.eax() == 0 ? entry : cache(entry, (1 << coreBits) - 1));
                case EXTENDED_TOPOLOGY, EXTENDED_TOPOLOGY_2 -> {}
                case 0x8000_0001 -> described.add(amd ? legacy(entry) : entry);
                case 0x8000_0008 -> described.add(amd ? with(entry, (coreBits << 12) | (cores - 1)) : entry);
                case 0x8000_001d -> described.add(entry.eax() == 0 ? entry : cache(entry, 0));
                case 0x8000_001e -> described.add(new CpuidEntry(0x8000_001e, 0, entry.flags(), apicId, apicId, 0, 0));
                default -> described.add(entry);
            }
        }
        addLevels(cpuid, described, EXTENDED_TOPOLOGY);
        addLevels(cpuid, described, EXTENDED_TOPOLOGY_2);
        return List.copyOf(described);
    }

    /** EBX: the initial APIC id and how many of them the package has room for; EDX.HTT: whether that is more than one. */
    private CpuidEntry identity(CpuidEntry entry) {
        int ebx = (entry.ebx() & 0xffff) | (1 << (16 + coreBits)) | (apicId << 24);
        int edx = cores > 1 ? entry.edx() | HTT : entry.edx() & ~HTT;
        return new CpuidEntry(entry.function(), entry.index(), entry.flags(), entry.eax(), ebx, entry.ecx(), edx);
    }

    private CpuidEntry legacy(CpuidEntry entry) {
        return with(entry, cores > 1 ? entry.ecx() | CMP_LEGACY : entry.ecx() & ~CMP_LEGACY);
    }

    /** First and second level belong to a core, further ones to the package. */
    private CpuidEntry cache(CpuidEntry entry, int otherCores) {
        int level = (entry.eax() >>> 5) & 0x7;
        int sharing = level < 3 ? 0 : (1 << coreBits) - 1;
        int eax = (entry.eax() & 0x3fff) | (sharing << 14) | (otherCores << 26);
        return new CpuidEntry(
                entry.function(), entry.index(), entry.flags(), eax, entry.ebx(), entry.ecx(), entry.edx());
    }

    /** Leaves 0BH and 1FH: a level of one thread, a level of all cores, the end; EDX is the x2APIC id. */
    private void addLevels(List<CpuidEntry> cpuid, List<CpuidEntry> described, int leaf) {
        if (cpuid.stream().noneMatch(entry -> entry.function() == leaf)) {
            return;
        }
        described.add(level(leaf, 0, 0, 1, SMT_LEVEL));
        described.add(level(leaf, 1, coreBits, cores, CORE_LEVEL));
        described.add(level(leaf, 2, 0, 0, 0));
    }

    private CpuidEntry level(int leaf, int number, int shift, int processors, int type) {
        int flags = Abi.CPUID_FLAG_SIGNIFCANT_INDEX;
        return new CpuidEntry(leaf, number, flags, shift, processors, number | (type << 8), apicId);
    }

    private static CpuidEntry with(CpuidEntry entry, int ecx) {
        return new CpuidEntry(
                entry.function(), entry.index(), entry.flags(), entry.eax(), entry.ebx(), ecx, entry.edx());
    }
}
