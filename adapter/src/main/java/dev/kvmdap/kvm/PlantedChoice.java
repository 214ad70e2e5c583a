package dev.kvmdap.kvm;

import java.util.Optional;

/**
 * The byte to plant for a software breakpoint on this host, in one CPU mode.
 *
 * @param instruction empty where none stops the guest
 * @param finding what it leads to
 * @param reason a sentence for people: why this one
 */
public record PlantedChoice(Optional<PlantedByte> instruction, PlantedByte.Finding finding, String reason) {

    /**
     * The first byte, in the order of preference, that a guest in this mode stops at.
     *
     * @param interruptController the guest has the in-kernel interrupt controllers, and so KVM keeps a halt to itself
     */
    static PlantedChoice of(ModeFindings mode, boolean interruptController) {
        for (PlantedByte candidate : PlantedByte.values()) {
            PlantedByte.Finding finding = mode.planted(candidate);
            boolean keptByKvm = interruptController && finding.outcome() == PlantedByte.Outcome.HALT_EXIT;
            if (finding.stops() && !keptByKvm) {
                return new PlantedChoice(Optional.of(candidate), finding, whyNotInt3(mode) + why(candidate, finding));
            }
        }
        return new PlantedChoice(
                Optional.empty(),
                PlantedByte.Finding.NOTHING,
                whyNotInt3(mode) + "No planted instruction stops the guest in this mode"
                        + (mode.executeSlots() > 0
                                ? "; only its " + mode.executeSlots() + " execute slots do."
                                : ", and no execute slot does."));
    }

    private static String whyNotInt3(ModeFindings mode) {
        PlantedByte.Finding int3 = mode.planted(PlantedByte.INT3);
        if (int3.stops()) {
            return "";
        }
        return int3.outcome() == PlantedByte.Outcome.GUEST
                ? "INT3 goes to the guest's own handler here. "
                : "INT3 does not stop the guest here. ";
    }

    private static String why(PlantedByte candidate, PlantedByte.Finding finding) {
        return candidate
                + switch (finding.outcome()) {
                    case DEBUG_EXIT -> " works as a debug exit, the way that is meant.";
                    case EMULATION_ERROR ->
                        " works by the emulation error that this KVM ends with at it; the vCPU stays intact.";
                    case HALT_EXIT ->
                        " works by the exit for a halt, since the guest has no in-kernel interrupt controller.";
                    case GUEST, NOTHING -> " does not stop the guest.";
                };
    }
}
