package dev.kvmdap.kvm;

import dev.kvmdap.x86.CpuMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The byte to plant for software breakpoints on this host: one for all CPU modes, since nobody knows in which mode a guest
 * will come to it.
 *
 * @param instruction empty where none stops the guest in every mode
 * @param reason for people: why this one, and why none that is preferred
 */
public record PlantedChoice(Optional<PlantedByte> instruction, String reason) {

    /** HLT is no candidate: a guest with in-kernel interrupt controllers does not leave KVM at it. */
    private static final List<PlantedByte> CANDIDATES = List.of(PlantedByte.INT3, PlantedByte.ICEBP);

    /** The first byte, in the order of preference, at which a guest stops in each of these modes. */
    static PlantedChoice of(Map<CpuMode, ModeFindings> modes) {
        List<String> reasons = new ArrayList<>();
        for (PlantedByte candidate : CANDIDATES) {
            String failing = modes.entrySet().stream()
                    .filter(mode -> !mode.getValue().planted(candidate).stops())
                    .map(mode -> mode.getKey().term())
                    .sorted()
                    .collect(Collectors.joining(", "));
            if (failing.isEmpty() && !modes.isEmpty()) {
                reasons.add(candidate + " stops it in every mode, by " + way(candidate, modes.values()) + ".");
                return new PlantedChoice(Optional.of(candidate), String.join(" ", reasons));
            }
            reasons.add(candidate + " does not stop the guest in " + failing + " mode.");
        }
        reasons.add("Only debug-register slots do, of which there are four.");
        return new PlantedChoice(Optional.empty(), String.join(" ", reasons));
    }

    private static String way(PlantedByte candidate, Collection<ModeFindings> modes) {
        boolean asMeant =
                modes.stream().allMatch(mode -> mode.planted(candidate).outcome() == PlantedByte.Outcome.DEBUG_EXIT);
        return asMeant ? "a debug exit" : "the emulation error that this KVM ends with at it, the vCPU intact";
    }
}
