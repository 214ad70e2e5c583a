package dev.kvmdap.engine;

import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.ModeFindings;

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

    /** What works on a host. */
    static WatchMeans on(HostFindings host) {
        return new WatchMeans(
                host.everywhere(mode -> mode.writeSlots() == DebugSlots.COUNT),
                host.everywhere(ModeFindings::accessSlots),
                host.everywhere(mode -> mode.pageTrap() == ModeFindings.PageTrap.MMIO_EXIT),
                host.everywhere(ModeFindings::readOnlySlots));
    }
}
