package dev.kvmdap.engine;

import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.PlantedByte;
import dev.kvmdap.kvm.PlantedChoice;

/**
 * The byte that is planted for a software breakpoint on this host.
 *
 * @param exists whether there is one
 * @param value the byte
 * @param control what KVM_SET_GUEST_DEBUG needs so that the byte traps
 * @param text why this one, or why none
 */
record TrapByte(boolean exists, byte value, int control, String text) {

    /** The byte that the host's probe recommends. */
    static TrapByte on(HostFindings host) {
        PlantedChoice choice = host.plantedByte();
        return choice.instruction()
                .map(planted -> new TrapByte(
                        true,
                        (byte) planted.opcode(),
                        planted == PlantedByte.INT3 ? Abi.GUESTDBG_USE_SW_BP : 0,
                        choice.reason()))
                .orElseGet(() -> new TrapByte(false, (byte) 0, 0, choice.reason()));
    }
}
