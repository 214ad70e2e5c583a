package dev.kvmdap.device;

import java.util.List;

/** A device that can be looked at while the guest stands still. */
public interface Inspected {

    /** What the device is called in messages and views. */
    String name();

    /** Whether there is anything in {@link #state}; takes no system call. */
    default boolean hasState() {
        return true;
    }

    /**
     * What it keeps, as it is now; nothing of it changes by looking. Called while no vCPU runs, by the thread that looks.
     */
    default List<DeviceItem> state() {
        return List.of();
    }
}
