package dev.kvmdap.device;

/** A device's wire to the interrupt controller. */
@FunctionalInterface
public interface InterruptLine {

    /** A wire that leads nowhere, for machines without an interrupt controller. */
    InterruptLine UNCONNECTED = asserted -> {};

    /** Called when the level changes, on any thread, by one thread at a time. */
    void set(boolean asserted);
}
