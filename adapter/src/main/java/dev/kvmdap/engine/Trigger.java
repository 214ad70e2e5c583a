package dev.kvmdap.engine;

import dev.kvmdap.device.PortRange;

/** What a {@link Catchpoint} waits for. */
public sealed interface Trigger {

    /** An instruction or an event changes the CPU's mode (SDM vol. 3, 2.2): real, protected, compatibility, long. */
    record ModeSwitch() implements Trigger {}

    /**
     * An access to I/O ports.
     *
     * @param ports an access counts that touches one of them
     * @param access which direction counts
     */
    record Ports(PortRange ports, PortDirection access) implements Trigger {

        boolean covers(int port, int size, boolean write) {
            return ports.overlaps(port, size) && access.covers(write);
        }
    }

    /** {@code xchg bx, bx}, by which Bochs lets a guest ask for its debugger: it changes nothing. */
    record MagicBreak() implements Trigger {}

    /** An access to a physical address at which there is neither RAM nor a device. */
    record NothingThere() implements Trigger {}
}
