package dev.kvmdap.machine;

import dev.kvmdap.device.PortRange;
import java.util.List;

/**
 * A device that KVM emulates itself: the guest does not leave KVM when it accesses its ports.
 *
 * @param name what it is called in messages
 * @param ports those that it answers at
 */
public record KernelDevice(String name, PortRange ports) {

    /** What KVM_CREATE_IRQCHIP and KVM_CREATE_PIT2 without the speaker make. */
    static final List<KernelDevice> INTERRUPT_CONTROLLERS_AND_TIMER = List.of(
            new KernelDevice("interrupt controller 1", new PortRange(0x20, 2)),
            new KernelDevice("timer", new PortRange(0x40, 4)),
            new KernelDevice("interrupt controller 2", new PortRange(0xa0, 2)),
            new KernelDevice("interrupt controllers' edge/level control", new PortRange(0x4d0, 2)));
}
