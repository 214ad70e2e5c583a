package dev.kvmdap.device;

/**
 * The gate that keeps address bit 20 at 0 while it is closed, for the sake of programs written for the 8086. KVM cannot
 * mask an address bit: memory behaves as if the gate were open, so it starts open, and closing it is only remembered for
 * the guest to read back.
 */
public final class A20Gate {

    private boolean open = true;

    public boolean isOpen() {
        return open;
    }

    public void set(boolean open) {
        this.open = open;
    }

    /** The gate as the devices show it that move it. */
    DeviceItem item() {
        return new DeviceItem.Register(
                "A20", 1, null, "address bit 20 is not masked", () -> open ? 1 : 0, value -> set(value != 0));
    }
}
