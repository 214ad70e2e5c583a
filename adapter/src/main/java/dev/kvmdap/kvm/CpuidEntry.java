package dev.kvmdap.kvm;

/**
 * The answer of the CPUID instruction to one leaf, as KVM keeps it (struct kvm_cpuid_entry2, api.txt 4.88).
 *
 * @param function the leaf: EAX on entry
 * @param index the subleaf: ECX on entry; has a meaning with {@link Abi#CPUID_FLAG_SIGNIFCANT_INDEX} only
 * @param flags a union of {@link Abi#CPUID_FLAG_SIGNIFCANT_INDEX}, {@link Abi#CPUID_FLAG_STATEFUL_FUNC} and
 *     {@link Abi#CPUID_FLAG_STATE_READ_NEXT}
 * @param eax EAX on return
 * @param ebx EBX on return
 * @param ecx ECX on return
 * @param edx EDX on return
 */
public record CpuidEntry(int function, int index, int flags, int eax, int ebx, int ecx, int edx) {

    /** Whether {@link #index} is valid. */
    public boolean indexIsSignificant() {
        return (flags & Abi.CPUID_FLAG_SIGNIFCANT_INDEX) != 0;
    }

    /** Whether successive CPUID instructions of this leaf answer differently, each with an entry of its own. */
    public boolean isStateful() {
        return (flags & Abi.CPUID_FLAG_STATEFUL_FUNC) != 0;
    }

    /** Whether this is the first entry of a stateful leaf that a processor reads. */
    public boolean isReadNext() {
        return (flags & Abi.CPUID_FLAG_STATE_READ_NEXT) != 0;
    }
}
