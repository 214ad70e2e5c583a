package dev.kvmdap.x86;

import java.util.Optional;

/**
 * A model-specific register (SDM vol. 4; APM vol. 2, appendix A), or one that KVM adds to them.
 *
 * @param index as RDMSR takes it in ECX
 * @param name as the manuals have it, in upper case
 * @param unlisted whether KVM has it without naming it in KVM_GET_MSR_INDEX_LIST
 * @param meaning what it holds
 * @param bits its fields; without any it is one number
 */
public record ModelSpecificRegister(int index, String name, boolean unlisted, String meaning, BitLayout bits) {

    /** The fields; empty where it is one number. */
    public Optional<BitLayout> layout() {
        return bits.fields().isEmpty() ? Optional.empty() : Optional.of(bits);
    }

    /** One whose name is not known. */
    public static ModelSpecificRegister unnamed(int index) {
        String name = "MSR_0x" + Integer.toHexString(index);
        return new ModelSpecificRegister(index, name, false, "its meaning is not known", BitLayout.of());
    }
}
