package dev.kvmdap.engine;

import dev.kvmdap.x86.GuestVirtual;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The four debug-register slots (SDM vol. 3, 18.2) in the form that KVM_SET_GUEST_DEBUG takes. The same on every vCPU.
 * Changed only behind the {@link Turnstile}.
 */
final class DebugSlots {

    static final int COUNT = 4;

    /** The bits of DR7 that enable a slot each, L0 to G3. */
    static final long ENABLED = 0xff;

    /** No linear address: it is not canonical. */
    static final long EVERYWHERE = Long.MIN_VALUE;

    /** Another one. */
    static final long NOWHERE = Long.MIN_VALUE + 1;

    private static final int DR7 = 7;
    private static final long DR7_FIXED = 0x400;
    private static final int FIRST_CONDITION_BIT = 16;
    private static final int CONDITION_BITS = 4;
    private static final long CONDITION = 0xf;

    private final @Nullable SlotUse[] uses = new SlotUse[COUNT];

    /** The slot got, or -1 where all four are taken. */
    int take(SlotUse use) {
        for (int slot = 0; slot < COUNT; slot++) {
            if (uses[slot] == null) {
                uses[slot] = use;
                return slot;
            }
        }
        return -1;
    }

    /** A slot for each use, or none at all where there are too few. */
    List<Integer> takeAll(List<? extends SlotUse> wanted) {
        List<Integer> taken = new ArrayList<>();
        if (wanted.size() <= free()) {
            wanted.forEach(use -> taken.add(take(use)));
        }
        return taken;
    }

    void free(int slot) {
        uses[slot] = null;
    }

    /** How many are free. */
    int free() {
        int free = 0;
        for (SlotUse use : uses) {
            free += use == null ? 1 : 0;
        }
        return free;
    }

    /** For people: who holds the four. */
    String describeHolders() {
        StringJoiner held =
                new StringJoiner(", ", "all four debug-register slots are taken (", "); remove one of them");
        for (int slot = 0; slot < COUNT; slot++) {
            SlotUse use = uses[slot];
            held.add("DR" + slot + ": " + (use == null ? "free" : use.holder()));
        }
        return held.toString();
    }

    /** The execute breakpoint in a slot; null where there is none. */
    @Nullable Location location(int slot) {
        return uses[slot] instanceof Location location ? location : null;
    }

    /** The slot whose execute breakpoint lies at a linear address, or -1. */
    int at(long linear) {
        for (int slot = 0; slot < COUNT; slot++) {
            if (uses[slot] instanceof Location location && location.address().address() == linear) {
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
        long control = DR7_FIXED;
        for (int slot = 0; slot < COUNT; slot++) {
            SlotUse use = slot == except ? null : uses[slot];
            registers[slot] = use == null ? 0 : use.address().address();
            if (use != null) {
                control |= 2L << (2 * slot) | (long) use.condition() << conditionBit(slot);
            }
        }
        registers[DR7] = control;
        return control != DR7_FIXED;
    }

    /** Puts a breakpoint over what one slot of what {@link #fill} has filled in holds. */
    static void set(long[] registers, int slot, long linear, int condition) {
        registers[slot] = linear;
        registers[DR7] = (registers[DR7] & ~(CONDITION << conditionBit(slot)))
                | 2L << (2 * slot)
                | (long) condition << conditionBit(slot);
    }

    /**
     * The execute breakpoint that a debug exit is for; null if it is for none. The processor clears no bit of DR6 by itself
     * (SDM vol. 3, 18.2.3), so a slot counts where its address is reached too.
     *
     * @param pc linear address of the next instruction
     */
    @Nullable Location fired(long dr6, long pc) {
        int slot = at(pc);
        return slot >= 0 && (dr6 & 1L << slot) != 0 ? location(slot) : null;
    }

    /** Whether someone holds a slot, though it may be disarmed for the moment. */
    boolean isTaken(int slot) {
        return uses[slot] != null;
    }

    /** The lowest of the four bits of DR7 that say what a slot is for: R/W, then LEN. */
    static int conditionBit(int slot) {
        return FIRST_CONDITION_BIT + CONDITION_BITS * slot;
    }

    /** Whether the slot covers memory of a watchpoint, and DR6 says that it was accessed. */
    boolean accessed(long dr6, int slot) {
        return (dr6 & 1L << slot) != 0 && uses[slot] instanceof WatchedPiece;
    }

    /** The address that a slot holds; for messages and tests. */
    @Nullable GuestVirtual address(int slot) {
        SlotUse use = uses[slot];
        return use == null ? null : use.address();
    }
}
