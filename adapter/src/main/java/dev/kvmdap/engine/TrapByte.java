package dev.kvmdap.engine;

import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.PlantedByte;
import dev.kvmdap.x86.CpuMode;
import java.util.List;

/**
 * The byte that is planted for a software breakpoint on this host. One for all CPU modes, since nobody knows in which mode
 * a guest will come to it.
 *
 * @param exists whether there is one
 * @param value the byte
 * @param control what KVM_SET_GUEST_DEBUG needs so that the byte traps
 * @param text why this one, or why none
 */
record TrapByte(boolean exists, byte value, int control, String text) {

    private static final List<CpuMode> MODES = List.of(CpuMode.REAL, CpuMode.PROTECTED, CpuMode.LONG);

    /** HLT is no candidate: with KVM's own interrupt controllers it does not leave the guest. */
    private static final List<PlantedByte> CANDIDATES = List.of(PlantedByte.INT3, PlantedByte.ICEBP);

    /** The first byte at which a guest stops in every mode. */
    static TrapByte on(HostFindings host) {
        for (PlantedByte candidate : CANDIDATES) {
            if (MODES.stream()
                    .allMatch(mode -> host.findings(mode).planted(candidate).stops())) {
                int control = candidate == PlantedByte.INT3 ? Abi.GUESTDBG_USE_SW_BP : 0;
                return new TrapByte(
                        true, (byte) candidate.opcode(), control, candidate + " stops the guest in every mode");
            }
        }
        return new TrapByte(
                false,
                (byte) 0,
                0,
                "this host's KVM stops at no planted byte in all CPU modes ('kvmdap doctor' shows which)");
    }
}
