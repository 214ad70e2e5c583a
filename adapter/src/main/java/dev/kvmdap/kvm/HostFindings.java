package dev.kvmdap.kvm;

import dev.kvmdap.x86.CpuMode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What {@link HostProbe} found out about this host.
 *
 * @param host the host's kernel, processor and modules
 * @param access whether KVM can be used, and what to do where not; where not, all else is empty
 * @param apiVersion the version of KVM's interface; 0 where KVM cannot be used
 * @param capabilities KVM's value for each capability, 0 for what is not offered; announced and not tried
 * @param guestDebugControls the control bits of KVM_SET_GUEST_DEBUG that KVM announces: a union of the {@code GUESTDBG_} bits
 *     of {@link Abi}
 * @param synchronisesRegisters KVM_RUN leaves the registers in the shared area, and rightly so
 * @param stepStaysArmed a single step is armed still after an instruction that KVM emulated; where not, KVM_SET_GUEST_DEBUG
 *     has to be called before every step
 * @param paging32 a guest in protected mode can switch 32-bit paging on
 * @param shutdownKeepsState after {@link Abi#EXIT_SHUTDOWN} the registers are those of the triple fault; where not, KVM has reset
 *     the vCPU
 * @param modes what works in each CPU mode
 */
public record HostFindings(
        HostDescription host,
        Access access,
        int apiVersion,
        Map<Capability, Integer> capabilities,
        int guestDebugControls,
        boolean synchronisesRegisters,
        boolean stepStaysArmed,
        boolean paging32,
        boolean shutdownKeepsState,
        Map<CpuMode, ModeFindings> modes) {

    /**
     * Whether KVM can be used.
     *
     * @param problem what is in the way, a message for people; empty where nothing is
     * @param remedy what to do about it; empty where there is nothing to do
     */
    public record Access(boolean granted, String problem, String remedy) {
        static final Access GRANTED = new Access(true, "", "");

        static Access refused(KvmException problem) {
            return new Access(
                    false, problem.call() + (problem.errno() == 0 ? "" : ": " + problem.errnoName()), problem.remedy());
        }
    }

    public HostFindings {
        capabilities = Collections.unmodifiableMap(new LinkedHashMap<>(capabilities));
        modes = Collections.unmodifiableMap(new LinkedHashMap<>(modes));
    }

    static HostFindings withoutKvm(HostDescription host, KvmException problem) {
        return new HostFindings(host, Access.refused(problem), 0, Map.of(), 0, false, false, false, false, Map.of());
    }

    /** Whether guests can be run here. */
    public boolean isUsable() {
        return access.granted();
    }

    /** What works while the guest is in this mode. */
    public ModeFindings findings(CpuMode mode) {
        ModeFindings findings = modes.get(mode);
        return findings == null ? ModeFindings.nothing() : findings;
    }

    /** Whether something works in each of the modes that guests boot through: real, protected and long mode. */
    public boolean everywhere(Predicate<ModeFindings> works) {
        return Stream.of(CpuMode.REAL, CpuMode.PROTECTED, CpuMode.LONG)
                .map(this::findings)
                .allMatch(works);
    }

    /** KVM's value for a capability; 0 where it is not offered. */
    public int capability(Capability capability) {
        return capabilities.getOrDefault(capability, 0);
    }

    /** The byte to plant for software breakpoints, and why. */
    public PlantedChoice plantedByte() {
        return PlantedChoice.of(modes);
    }
}
