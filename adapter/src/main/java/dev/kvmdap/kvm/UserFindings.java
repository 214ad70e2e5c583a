package dev.kvmdap.kvm;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What of guest debugging works while the guest is at privilege level 3 in one CPU mode. There are hosts that execute such
 * code on the processor itself and let what the debugger causes there go to the guest's own handlers.
 *
 * @param singleStep where the end of a step goes
 * @param executeSlot where the guest goes that comes to the address of a debug register
 * @param planted where each planted byte leads
 * @param pageTrap what an access to a page does that the host's mapping does not allow
 */
public record UserFindings(
        Delivery singleStep, Delivery executeSlot, Map<PlantedByte, Delivery> planted, ModeFindings.PageTrap pageTrap) {

    /** Who hears of a debug event. */
    public enum Receiver {
        /** The debugger, as at privilege level 0. */
        DEBUGGER,
        /** A handler of the guest's. The debugger can stop there, find the place in the frame, and put the vCPU back. */
        GUEST,
        /** Nobody, or the guest in a way that cannot be undone. */
        NOBODY
    }

    /**
     * Where a debug event goes.
     *
     * @param vector of the handler; 0 where it does not go to the guest
     * @param offset the RIP in the handler's frame less the address that the event is for: the planted byte's, or that of the
     *     instruction behind the stepped one; 0 where it does not go to the guest
     */
    public record Delivery(Receiver receiver, int vector, int offset) {
        /** The event exits to the debugger. */
        public static final Delivery TO_DEBUGGER = new Delivery(Receiver.DEBUGGER, 0, 0);

        /** The event is lost. */
        public static final Delivery LOST = new Delivery(Receiver.NOBODY, 0, 0);

        /** The event goes to a handler of the guest's. */
        public static Delivery toGuest(int vector, int offset) {
            return new Delivery(Receiver.GUEST, vector, offset);
        }

        /** Whether the guest gets what the debugger has caused. */
        public boolean leaks() {
            return receiver == Receiver.GUEST;
        }
    }

    public UserFindings {
        planted = Collections.unmodifiableMap(new LinkedHashMap<>(planted));
    }

    /** A mode without privilege levels, in which nothing works, or that could not be probed. */
    public static UserFindings nothing() {
        return new UserFindings(Delivery.LOST, Delivery.LOST, Map.of(), ModeFindings.PageTrap.NONE);
    }

    /** A host that debugs user code as any other. */
    public static UserFindings everything() {
        Map<PlantedByte, Delivery> planted = new EnumMap<>(PlantedByte.class);
        for (PlantedByte candidate : PlantedByte.values()) {
            planted.put(candidate, Delivery.TO_DEBUGGER);
        }
        return new UserFindings(Delivery.TO_DEBUGGER, Delivery.TO_DEBUGGER, planted, ModeFindings.PageTrap.NONE);
    }

    /** Where a planted byte leads. */
    public Delivery planted(PlantedByte candidate) {
        return planted.getOrDefault(candidate, Delivery.LOST);
    }
}
