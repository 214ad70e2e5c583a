package dev.kvmdap.engine;

/** How a breakpoint stands in the guest. */
public sealed interface Placement {

    /** For people: the mechanism, or why there is none. */
    String text();

    /** Whether execution stops there. */
    default boolean verified() {
        return this instanceof Slot || this instanceof Planted;
    }

    /**
     * A debug register holds its linear address (SDM vol. 3, 18.2), so it stops at that address and not where the same code
     * is executed by another one.
     *
     * @param slot 0 to 3
     */
    record Slot(int slot) implements Placement {
        @Override
        public String text() {
            return "hardware breakpoint in DR" + slot + ", at this linear address only";
        }
    }

    /**
     * A byte that traps stands over the instruction's first one, whatever linear address leads to it.
     *
     * @param trap the byte
     * @param rewritten whether the guest has written other code there since it was planted first
     */
    record Planted(byte trap, boolean rewritten) implements Placement {
        @Override
        public String text() {
            String text = "software breakpoint, byte 0x%02x".formatted(trap);
            return rewritten
                    ? text + "; the guest has written other code there, over which it was planted again"
                    : text;
        }
    }

    /**
     * It does not stand yet: it will when the guest has made its place ready.
     *
     * @param text what it waits for
     */
    record Pending(String text) implements Placement {}

    /**
     * It does not stand, and nothing that the guest could do would change that.
     *
     * @param text why, and what to do
     */
    record Failed(String text) implements Placement {}
}
