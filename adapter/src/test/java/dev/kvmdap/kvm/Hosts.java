package dev.kvmdap.kvm;

import dev.kvmdap.kvm.PlantedByte.Finding;
import dev.kvmdap.kvm.PlantedByte.Outcome;
import dev.kvmdap.x86.CpuMode;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What the probe finds on hosts that a test has not got. */
public final class Hosts {

    private Hosts() {}

    /** A host with VMX: everything works as api.txt says, and a step has to be armed each time. */
    public static HostFindings vmx() {
        return host("kvm_intel", false, Outcome.DEBUG_EXIT, Outcome.GUEST);
    }

    /** A host whose KVM emulates the guest's kernel code and fails at INT1. */
    public static HostFindings emulating() {
        return host("kvm_pvm", true, Outcome.GUEST, Outcome.EMULATION_ERROR);
    }

    /** A host at whose planted bytes no guest stops. */
    public static HostFindings withoutPlantedBytes() {
        return host("kvm_amd", false, Outcome.GUEST, Outcome.GUEST);
    }

    /** A host that does all that another one does, but for watching memory by debug registers or page protection. */
    public static HostFindings withoutDataSlots(HostFindings host, boolean readOnlySlots) {
        return with(
                host,
                found -> new ModeFindings(
                        found.singleStep(),
                        found.executeSlots(),
                        found.executeSlotRefires(),
                        0,
                        false,
                        found.planted(),
                        found.blocksInterrupts(),
                        ModeFindings.PageTrap.NONE,
                        readOnlySlots,
                        found.ownSlots(),
                        found.user()));
    }

    /** A host that does all that another one does, but for what becomes of the guest's own breakpoints. */
    public static HostFindings withOwnSlots(HostFindings host, ModeFindings.OwnSlots ownSlots) {
        return with(
                host,
                found -> new ModeFindings(
                        found.singleStep(),
                        found.executeSlots(),
                        found.executeSlotRefires(),
                        found.writeSlots(),
                        found.accessSlots(),
                        found.planted(),
                        found.blocksInterrupts(),
                        found.pageTrap(),
                        found.readOnlySlots(),
                        ownSlots,
                        found.user()));
    }

    private static HostFindings with(HostFindings host, UnaryOperator<ModeFindings> change) {
        Map<CpuMode, ModeFindings> modes = new EnumMap<>(CpuMode.class);
        host.modes().forEach((mode, found) -> modes.put(mode, change.apply(found)));
        return new HostFindings(
                host.host(),
                host.access(),
                host.apiVersion(),
                host.capabilities(),
                host.guestDebugControls(),
                host.synchronisesRegisters(),
                host.stepStaysArmed(),
                host.paging32(),
                host.shutdownKeepsState(),
                modes);
    }

    /** A host that does all that another one does, but for keeping a vCPU's state when it shuts down. */
    public static HostFindings losingStateOnShutdown(HostFindings host) {
        return new HostFindings(
                host.host(),
                host.access(),
                host.apiVersion(),
                host.capabilities(),
                host.guestDebugControls(),
                host.synchronisesRegisters(),
                host.stepStaysArmed(),
                host.paging32(),
                false,
                host.modes());
    }

    private static HostFindings host(String module, boolean stepStaysArmed, Outcome int3, Outcome icebp) {
        Map<PlantedByte, Finding> planted = new EnumMap<>(PlantedByte.class);
        planted.put(PlantedByte.INT3, new Finding(int3, 0, true));
        planted.put(PlantedByte.ICEBP, new Finding(icebp, 0, true));
        Map<CpuMode, ModeFindings> modes = new EnumMap<>(CpuMode.class);
        for (CpuMode mode : CpuMode.values()) {
            modes.put(
                    mode,
                    new ModeFindings(
                            true,
                            4,
                            false,
                            4,
                            true,
                            planted,
                            true,
                            ModeFindings.PageTrap.NONE,
                            true,
                            ModeFindings.OwnSlots.DISPLACED,
                            UserFindings.everything()));
        }
        return new HostFindings(
                new HostDescription("6.1.0", "", "", List.of(module)),
                HostFindings.Access.GRANTED,
                Abi.API_VERSION,
                Map.of(),
                GuestDebug.CLASSIC_CONTROLS,
                true,
                stepStaysArmed,
                true,
                true,
                modes);
    }
}
