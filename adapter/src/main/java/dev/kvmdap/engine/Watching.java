package dev.kvmdap.engine;

import java.util.List;
import java.util.stream.Collectors;

/** By what means a watchpoint notices an access. */
public sealed interface Watching {

    /** For people: the means, or why there is none. */
    String text();

    /** Whether accesses are noticed. */
    default boolean works() {
        return !(this instanceof Failed) && !(this instanceof Pending);
    }

    /**
     * Debug registers hold its addresses (SDM vol. 3, 18.2): no cost.
     *
     * @param slots those that it takes, 0 to 3
     */
    record Slots(List<Integer> slots) implements Watching {
        @Override
        public String text() {
            String held = slots.stream().map(slot -> "DR" + slot).collect(Collectors.joining(", "));
            return Mechanism.DEBUG_REGISTER.term() + (slots.size() == 1 ? " " : "s ") + held;
        }
    }

    /** Its pages are forbidden to the guest, so that accesses to them leave KVM: some microseconds each. */
    record ProtectedPages() implements Watching {
        @Override
        public String text() {
            return Mechanism.PAGE_PROTECTION.term();
        }
    }

    /** Its pages are in read-only memory slots, so that writes to them leave KVM: some microseconds each. */
    record ReadOnlyPages() implements Watching {
        @Override
        public String text() {
            return Mechanism.READ_ONLY_SLOT.term();
        }
    }

    /** The guest is stepped, and its memory compared after each instruction: slow, and blind to a write of the same value. */
    record Stepping() implements Watching {
        @Override
        public String text() {
            return Mechanism.STEPPING.term() + " (slow; sees changes of the value only)";
        }
    }

    /**
     * It notices nothing yet: it will when the guest has mapped its memory.
     *
     * @param text what it waits for
     */
    record Pending(String text) implements Watching {}

    /**
     * It notices nothing.
     *
     * @param text why, and what to do
     */
    record Failed(String text) implements Watching {}
}
