package dev.kvmdap.kvm;

import java.util.List;

/**
 * A model-specific register and its value (SDM vol. 4).
 *
 * @param index as RDMSR takes it in ECX
 * @param value all 64 bits
 */
public record Msr(int index, long value) {

    /**
     * What became of reading or writing many: KVM stops at the first register that it refuses, so the rest is tried again
     * behind each.
     *
     * @param done the registers that were read or written, with their values
     * @param refused the indices that this KVM does not have, or not with that value
     */
    public record Transfer(List<Msr> done, List<Integer> refused) {
        public Transfer {
            done = List.copyOf(done);
            refused = List.copyOf(refused);
        }
    }
}
