package dev.kvmdap.engine;

import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The four debug-register slots (SDM vol. 3, 18.2) in the form that KVM_SET_GUEST_DEBUG takes. The same on every vCPU.
 * Changed only behind the {@link Turnstile}.
 */
final class DebugSlots {

    static final int COUNT = 4;

    private static final int DR7 = 7;
    private static final long DR7_FIXED = 0x400;

    private final @Nullable Location[] holders = new Location[COUNT];

    /** The slot got, or -1 where all four are taken. */
    int take(Location location) {
        for (int slot = 0; slot < COUNT; slot++) {
            if (holders[slot] == null) {
                holders[slot] = location;
                return slot;
            }
        }
        return -1;
    }

    void free(int slot) {
        holders[slot] = null;
    }

    boolean hasFree() {
        for (Location holder : holders) {
            if (holder == null) {
                return true;
            }
        }
        return false;
    }

    /** For people: who holds the four. */
    String describeHolders() {
        StringJoiner held =
                new StringJoiner(", ", "all four debug-register slots are taken (", "); remove one of them");
        for (int slot = 0; slot < COUNT; slot++) {
            Location holder = holders[slot];
            held.add("DR" + slot + ": " + (holder == null ? "free" : holder.address()));
        }
        return held.toString();
    }

    @Nullable Location holder(int slot) {
        return holders[slot];
    }

    /** The slot whose breakpoint lies at a linear address, or -1. */
    int at(long linear) {
        for (int slot = 0; slot < COUNT; slot++) {
            Location holder = holders[slot];
            if (holder != null && holder.address().address() == linear) {
                return slot;
            }
        }
        return -1;
    }

    /**
     * Fills DR0 to DR7.
     *
     * @param registers eight of them
     * @param except a slot to leave disarmed, or -1
     * @return whether any slot is armed
     */
    boolean fill(long[] registers, int except) {
        long enabled = 0;
        for (int slot = 0; slot < COUNT; slot++) {
            Location holder = holders[slot];
            boolean armed = holder != null && slot != except;
            registers[slot] = armed && holder != null ? holder.address().address() : 0;
            enabled |= armed ? 2L << (2 * slot) : 0;
        }
        registers[DR7] = DR7_FIXED | enabled;
        return enabled != 0;
    }

    /** The slot that a debug exit's DR6 names among the armed ones, or -1. */
    int fired(long dr6) {
        for (int slot = 0; slot < COUNT; slot++) {
            if ((dr6 & 1L << slot) != 0 && holders[slot] != null) {
                return slot;
            }
        }
        return -1;
    }
}
