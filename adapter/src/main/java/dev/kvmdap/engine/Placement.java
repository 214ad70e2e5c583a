package dev.kvmdap.engine;

/** How a breakpoint stands in the guest. */
public sealed interface Placement {

    /** For people: the mechanism, or why there is none. */
    String text();

    /** Whether execution stops there. */
    default boolean verified() {
        return !(this instanceof Failed);
    }

    /**
     * A debug register holds its linear address (SDM vol. 3, 18.2).
     *
     * @param slot 0 to 3
     */
    record Slot(int slot) implements Placement {
        @Override
        public String text() {
            return "hardware breakpoint in DR" + slot;
        }
    }

    /**
     * A byte that traps stands over the instruction's first one.
     *
     * @param trap the byte
     */
    record Planted(byte trap) implements Placement {
        @Override
        public String text() {
            return "software breakpoint, byte 0x%02x".formatted(trap);
        }
    }

    /**
     * It does not stand.
     *
     * @param text why, and what to do
     */
    record Failed(String text) implements Placement {}
}
