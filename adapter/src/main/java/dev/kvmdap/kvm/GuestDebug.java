package dev.kvmdap.kvm;

/**
 * What KVM_SET_GUEST_DEBUG asks for (api.txt 4.87; SDM vol. 3, 18.2). Immutable; each method answers a value with one thing
 * more.
 *
 * @param control union of the {@code GUESTDBG_} bits of {@link Abi}
 * @param dr0 linear address of slot 0, with {@link Abi#GUESTDBG_USE_HW_BP} only
 * @param dr1 linear address of slot 1
 * @param dr2 linear address of slot 2
 * @param dr3 linear address of slot 3
 * @param dr7 which slots are armed, for which access and length
 */
public record GuestDebug(int control, long dr0, long dr1, long dr2, long dr3, long dr7) {
    /** The number of words that KVM takes as debug registers: DR0 to DR7. */
    public static final int DEBUG_REGISTERS = 8;

    /** The bits of the control word that are known since the first kernels with guest debugging. */
    static final int CLASSIC_CONTROLS = Abi.GUESTDBG_ENABLE
            | Abi.GUESTDBG_SINGLESTEP
            | Abi.GUESTDBG_USE_SW_BP
            | Abi.GUESTDBG_USE_HW_BP
            | Abi.GUESTDBG_INJECT_DB
            | Abi.GUESTDBG_INJECT_BP;

    private static final int INJECT = Abi.GUESTDBG_INJECT_DB | Abi.GUESTDBG_INJECT_BP;

    private static final GuestDebug OFF = new GuestDebug(0, 0, 0, 0, 0, 0);
    private static final GuestDebug ENABLED = new GuestDebug(Abi.GUESTDBG_ENABLE, 0, 0, 0, 0, 0);

    /** No debugging: INT3, TF and the debug registers are the guest's own. */
    public static GuestDebug off() {
        return OFF;
    }

    /** Debugging without any event yet. */
    public static GuestDebug enabled() {
        return ENABLED;
    }

    /** The next run ends after one instruction. */
    public GuestDebug singleStep() {
        return with(Abi.GUESTDBG_SINGLESTEP);
    }

    /** INT3 exits to user space. */
    public GuestDebug softwareBreakpoints() {
        return with(Abi.GUESTDBG_USE_SW_BP);
    }

    /** These debug registers are in force in place of the guest's own. */
    public GuestDebug slots(long dr0, long dr1, long dr2, long dr3, long dr7) {
        return new GuestDebug(control | Abi.GUESTDBG_USE_HW_BP, dr0, dr1, dr2, dr3, dr7);
    }

    /** Injects #DB, vector 1. Its DR6 is not set; give a guest's own #DB by {@link VcpuEvents} with a payload. */
    public GuestDebug injectDebugException() {
        return with(Abi.GUESTDBG_INJECT_DB);
    }

    /** Injects #BP, vector 3. */
    public GuestDebug injectBreakpointException() {
        return with(Abi.GUESTDBG_INJECT_BP);
    }

    /** Holds back IRQ, NMI and SMI while this is in force. */
    public GuestDebug blockInterrupts() {
        return with(Abi.GUESTDBG_BLOCKIRQ);
    }

    private GuestDebug with(int bit) {
        return new GuestDebug(control | bit, dr0, dr1, dr2, dr3, dr7);
    }

    /** The same as the words that KVM takes: DR0 to DR7, of which DR4 to DR6 have no meaning. */
    long[] debugRegisters() {
        return new long[] {dr0, dr1, dr2, dr3, 0, 0, 0, dr7};
    }

    /**
     * Refuses a control word that this KVM does not offer or that contradicts itself; kernels accept some of those in
     * silence.
     */
    static void requireControl(int control, int offered) {
        int missing = control & ~offered;
        if (missing != 0) {
            throw new IllegalArgumentException("KVM_SET_GUEST_DEBUG with " + names(missing)
                    + ((missing & Abi.GUESTDBG_EXIT_PENDING) != 0
                            ? ": KVM_GUESTDBG_EXIT_PENDING exists on s390 only; end a run by RunInterrupter"
                            : ": this KVM does not offer it")
                    + "; allowed are " + names(offered));
        }
        if ((control & INJECT) == INJECT) {
            throw new IllegalArgumentException(
                    "KVM_SET_GUEST_DEBUG can inject one exception at a time: KVM_GUESTDBG_INJECT_DB or"
                            + " KVM_GUESTDBG_INJECT_BP, not both");
        }
        if ((control & Abi.GUESTDBG_ENABLE) == 0 && (control & ~INJECT) != 0) {
            throw new IllegalArgumentException("KVM_SET_GUEST_DEBUG with " + names(control)
                    + " has no effect without KVM_GUESTDBG_ENABLE: add it");
        }
    }

    /** Whether an enabled slot has an address that only 57-bit linear addresses can reach. */
    static boolean needsFiveLevelPaging(long[] debugRegisters) {
        for (int slot = 0; slot < 4; slot++) {
            if (armed(debugRegisters[7], slot) && !isCanonical(debugRegisters[slot], 48)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Refuses debug registers that the processor would ignore or read in another way (SDM vol. 3, 18.2.4 and 18.2.5).
     *
     * @param linearBits 48, or 57 under five-level paging
     */
    static void requireSlots(long[] debugRegisters, int linearBits) {
        long dr7 = debugRegisters[7];
        if ((dr7 & ~DR7_KNOWN) != 0) {
            throw new IllegalArgumentException("DR7 = 0x" + Long.toHexString(dr7) + " sets reserved bits 0x"
                    + Long.toHexString(dr7 & ~DR7_KNOWN) + "; clear them");
        }
        for (int slot = 0; slot < 4; slot++) {
            if (armed(dr7, slot)) {
                requireSlot(slot, debugRegisters[slot], (int) (dr7 >>> (16 + 4 * slot)) & 0xf, linearBits);
            }
        }
    }

    private static void requireSlot(int slot, long address, int encoding, int linearBits) {
        int access = encoding & 3;
        int length = LENGTHS[encoding >>> 2];
        if (access == ACCESS_IO) {
            throw new IllegalArgumentException("slot " + slot + " of DR7 asks for an I/O breakpoint (R/W = 10b), which"
                    + " KVM does not deliver; allowed are execute (00b), write (01b), read or write (11b)");
        }
        if (access == ACCESS_EXECUTE && length != 1) {
            throw new IllegalArgumentException("slot " + slot + " of DR7 is an execute breakpoint with LEN = "
                    + (encoding >>> 2) + ": its LEN must be 0 (one byte)");
        }
        if (!isCanonical(address, linearBits)) {
            throw new IllegalArgumentException("slot " + slot + " has address 0x" + Long.toHexString(address)
                    + ", which is not canonical (" + linearBits + " bits) and can never be reached");
        }
        if ((address & (length - 1)) != 0) {
            throw new IllegalArgumentException("slot " + slot + " watches " + length + " bytes at 0x"
                    + Long.toHexString(address) + ": the address must be a multiple of the length; take several slots");
        }
    }

    private static final long DR7_KNOWN = 0xffff27ffL;
    private static final int ACCESS_EXECUTE = 0;
    private static final int ACCESS_IO = 2;
    private static final int[] LENGTHS = {1, 2, 8, 4};

    private static boolean armed(long dr7, int slot) {
        return (dr7 >>> (2 * slot) & 3) != 0;
    }

    private static boolean isCanonical(long address, int linearBits) {
        int unused = Long.SIZE - linearBits;
        return address << unused >> unused == address;
    }

    private static String names(int control) {
        StringBuilder names = new StringBuilder();
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            if ((control & 1 << bit) != 0) {
                names.append(names.isEmpty() ? "" : " | ").append(name(1 << bit));
            }
        }
        return names.toString();
    }

    private static String name(int bit) {
        return switch (bit) {
            case Abi.GUESTDBG_ENABLE -> "KVM_GUESTDBG_ENABLE";
            case Abi.GUESTDBG_SINGLESTEP -> "KVM_GUESTDBG_SINGLESTEP";
            case Abi.GUESTDBG_USE_SW_BP -> "KVM_GUESTDBG_USE_SW_BP";
            case Abi.GUESTDBG_USE_HW_BP -> "KVM_GUESTDBG_USE_HW_BP";
            case Abi.GUESTDBG_INJECT_DB -> "KVM_GUESTDBG_INJECT_DB";
            case Abi.GUESTDBG_INJECT_BP -> "KVM_GUESTDBG_INJECT_BP";
            case Abi.GUESTDBG_BLOCKIRQ -> "KVM_GUESTDBG_BLOCKIRQ";
            case Abi.GUESTDBG_EXIT_PENDING -> "KVM_GUESTDBG_EXIT_PENDING";
            default -> "0x" + Integer.toHexString(bit);
        };
    }
}
