package dev.kvmdap.engine;

/**
 * The debug registers for one entry into the guest, and whose each of them is: the debugger's slots, the guest's own breakpoints
 * where KVM displaces them, and the places at which a step has to end. On the vCPU's thread; allocates nothing.
 */
final class EntrySlots {

    private static final int DR7 = 7;
    private static final long GENERAL_DETECT = 1 << 13;

    /** Owners beside the numbers 0 to 3, which are those of the guest's own breakpoints. */
    private static final int NOBODY = -1;

    private static final int DEBUGGER = 4;
    private static final int STEP = 5;

    private final DebugSlots slots;
    private final long[] registers = new long[8];
    private final int[] owners = new int[DebugSlots.COUNT];

    EntrySlots(DebugSlots slots) {
        this.slots = slots;
    }

    /** DR0 to DR7, as KVM_SET_GUEST_DEBUG takes them. */
    long[] registers() {
        return registers;
    }

    /** Whether any is armed, or has the guest exit. */
    boolean areArmed() {
        return (registers[DR7] & (DebugSlots.ENABLED | GENERAL_DETECT)) != 0;
    }

    /**
     * Begins with the debugger's slots, and nothing else.
     *
     * @param except a slot to leave disarmed, or -1
     */
    void fill(int except) {
        slots.fill(registers, except);
        for (int slot = 0; slot < owners.length; slot++) {
            owners[slot] = isEnabled(slot) ? DEBUGGER : NOBODY;
        }
    }

    private boolean isEnabled(int slot) {
        return (registers[DR7] >>> (2 * slot) & 3) != 0;
    }

    /**
     * Arms the guest's own breakpoints.
     *
     * @param own what the guest has set
     * @param pc those for execution count at this linear address only; {@link DebugSlots#EVERYWHERE} for all, {@link
     *     DebugSlots#NOWHERE} for none
     * @param overBreakpoints whether slots of the debugger's execute breakpoints may be taken
     * @return bit n for the guest's breakpoint n for which there was no room
     */
    int addOwn(OwnDebugRegisters own, long pc, boolean overBreakpoints) {
        int unserved = 0;
        for (int number = 0; number < DebugSlots.COUNT; number++) {
            boolean wanted = own.isEnabled(number)
                    && (pc == DebugSlots.EVERYWHERE || !own.isForExecution(number) || own.address(number) == pc);
            if (wanted && !add(own, number, overBreakpoints)) {
                unserved |= 1 << number;
            }
        }
        return unserved;
    }

    private boolean add(OwnDebugRegisters own, int number, boolean overBreakpoints) {
        for (int slot = 0; slot < owners.length; slot++) {
            if (mayTake(slot, overBreakpoints)) {
                set(slot, own.address(number), own.condition(number), number);
                return true;
            }
        }
        return false;
    }

    private boolean mayTake(int slot, boolean overBreakpoints) {
        return switch (owners[slot]) {
            case NOBODY -> !slots.isTaken(slot) || overBreakpoints;
            case DEBUGGER -> overBreakpoints && slots.location(slot) != null;
            default -> false;
        };
    }

    /** Has the guest exit before it reads or writes a debug register, where the host can do that. */
    void detectAccess() {
        registers[DR7] |= GENERAL_DETECT;
    }

    /** Does without that. */
    void letAccess() {
        registers[DR7] &= ~GENERAL_DETECT;
    }

    /** Whether an exit for such an access has been asked for. */
    boolean detectsAccess() {
        return (registers[DR7] & GENERAL_DETECT) != 0;
    }

    /**
     * Arms the end of a step in the next slot that may be taken for it.
     *
     * @param from the first slot to consider
     * @param overBreakpoints whether those of execute breakpoints may be taken; those of watched data never are
     * @return the slot behind it, or a number above {@link DebugSlots#COUNT} where there was no room
     */
    int aim(long linear, int from, boolean overBreakpoints) {
        for (int slot = from; slot < owners.length; slot++) {
            if (mayTake(slot, overBreakpoints)) {
                aimBy(slot, linear);
                return slot + 1;
            }
        }
        return DebugSlots.COUNT + 1;
    }

    /** Arms the end of a step in this slot, whoever has it. */
    void aimBy(int slot, long linear) {
        set(slot, linear, 0, STEP);
    }

    private void set(int slot, long linear, int condition, int owner) {
        owners[slot] = owner;
        DebugSlots.set(registers, slot, linear, condition);
    }

    /** What of DR6's B0 to B3 is the debugger's own, in the order of its slots. */
    long debuggers(long dr6) {
        long bits = 0;
        for (int slot = 0; slot < owners.length; slot++) {
            bits |= owners[slot] == DEBUGGER || owners[slot] == STEP ? dr6 & 1L << slot : 0;
        }
        return bits;
    }

    /** Whether DR6 tells of any breakpoint that was armed for the guest. */
    boolean anyGuests(long dr6) {
        boolean any = false;
        for (int slot = 0; slot < owners.length; slot++) {
            any |= isGuests(slot) && (dr6 & 1L << slot) != 0;
        }
        return any;
    }

    private boolean isGuests(int slot) {
        return owners[slot] >= 0 && owners[slot] < DebugSlots.COUNT;
    }

    /**
     * What of DR6's B0 to B3 is for breakpoints of the guest's own, in the order of the guest's registers.
     *
     * @param own what the guest has set by now
     * @param pc linear address of the next instruction: one for execution counts there only
     * @param withExecution whether those for execution count
     */
    long guests(long dr6, OwnDebugRegisters own, long pc, boolean withExecution) {
        long bits = 0;
        for (int slot = 0; slot < owners.length; slot++) {
            int number = owners[slot];
            boolean hit = isGuests(slot) && (dr6 & 1L << slot) != 0;
            boolean stillSet = hit && own.isEnabled(number) && own.address(number) == registers[slot];
            boolean due = stillSet && (!own.isForExecution(number) || (withExecution && registers[slot] == pc));
            bits |= due ? 1L << number : 0;
        }
        return bits;
    }
}
