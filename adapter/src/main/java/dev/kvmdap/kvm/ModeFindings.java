package dev.kvmdap.kvm;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What of guest debugging works on this host while the guest is in one CPU mode, at privilege level 0 where nothing else is
 * said.
 *
 * @param singleStep a step ends behind one instruction
 * @param executeSlots how many of the four debug registers stop a guest that comes to their address
 * @param executeSlotRefires an execute slot at RIP fires again when the guest is resumed, even with RFLAGS.RF set: it has to
 *     be disarmed to get away from it
 * @param writeSlots how many of the four debug registers stop a guest that writes to their address
 * @param accessSlots whether a debug register for reads and writes stops a guest that reads
 * @param planted what each planted byte leads to
 * @param blocksInterrupts {@link Abi#GUESTDBG_BLOCKIRQ} holds a pending interrupt back while stepping
 * @param pageTrap what an access to a page does that the host's mapping does not allow
 * @param readOnlySlots a write to a read-only memory slot exits with its address and data
 * @param ownSlots what becomes of the guest's own breakpoints in its debug registers while the debugger has some there
 * @param user what works at privilege level 3
 */
public record ModeFindings(
        boolean singleStep,
        int executeSlots,
        boolean executeSlotRefires,
        int writeSlots,
        boolean accessSlots,
        Map<PlantedByte, PlantedByte.Finding> planted,
        boolean blocksInterrupts,
        PageTrap pageTrap,
        boolean readOnlySlots,
        OwnSlots ownSlots,
        UserFindings user) {

    /** What a page of guest memory does to an access that {@link MappedMemory#protect} forbids to KVM. */
    public enum PageTrap {
        /** Reads and writes exit as MMIO, with address, length and data. */
        MMIO_EXIT,
        /** KVM_RUN comes back and the access is tried again when the guest is resumed. */
        FAULT,
        /** Nothing that could be used. */
        NONE
    }

    /** What becomes of the guest's own breakpoints in DR0 to DR3 while {@link Abi#GUESTDBG_USE_HW_BP} is set. */
    public enum OwnSlots {
        /** They are in force beside the debugger's. */
        IN_FORCE,
        /**
         * The debugger's are in force in their place. With DR7.GD set by the debugger, the guest exits before it reads or
         * writes its debug registers (SDM vol. 3, 18.2.4).
         */
        DISPLACED,
        /** The same, but nothing tells of what the guest does with its debug registers. */
        DISPLACED_UNSEEN
    }

    public ModeFindings {
        planted = Collections.unmodifiableMap(new LinkedHashMap<>(planted));
    }

    /** A mode in which nothing works, or that could not be probed. */
    static ModeFindings nothing() {
        Map<PlantedByte, PlantedByte.Finding> planted = new EnumMap<>(PlantedByte.class);
        for (PlantedByte candidate : PlantedByte.values()) {
            planted.put(candidate, PlantedByte.Finding.NOTHING);
        }
        return new ModeFindings(
                false,
                0,
                false,
                0,
                false,
                planted,
                false,
                PageTrap.NONE,
                false,
                OwnSlots.DISPLACED_UNSEEN,
                UserFindings.nothing());
    }

    /** What a planted byte leads to. */
    public PlantedByte.Finding planted(PlantedByte candidate) {
        return planted.getOrDefault(candidate, PlantedByte.Finding.NOTHING);
    }
}
