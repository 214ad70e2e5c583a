package dev.kvmdap.engine;

import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.ModeFindings;
import dev.kvmdap.x86.CpuMode;
import java.util.List;
import java.util.function.Predicate;

/**
 * The means by which this host can watch memory. Each must work in every CPU mode, since a guest that changes its mode keeps
 * its watchpoints.
 *
 * @param writeSlots debug registers that stop at writes
 * @param accessSlots debug registers that stop at reads and writes
 * @param pageProtection pages forbidden in KVM's own mapping of the guest's memory
 * @param readOnlySlots read-only memory slots
 */
record WatchMeans(boolean writeSlots, boolean accessSlots, boolean pageProtection, boolean readOnlySlots) {

    private static final List<CpuMode> MODES = List.of(CpuMode.REAL, CpuMode.PROTECTED, CpuMode.LONG);

    /** What works on a host. */
    static WatchMeans on(HostFindings host) {
        return new WatchMeans(
                everywhere(host, mode -> mode.writeSlots() == DebugSlots.COUNT),
                everywhere(host, ModeFindings::accessSlots),
                everywhere(host, mode -> mode.pageTrap() == ModeFindings.PageTrap.MMIO_EXIT),
                everywhere(host, ModeFindings::readOnlySlots));
    }

    private static boolean everywhere(HostFindings host, Predicate<ModeFindings> works) {
        return MODES.stream().map(host::findings).allMatch(works);
    }
}
