package dev.kvmdap.kvm;

/** A one-byte instruction that can be planted in guest code to stop there. In the order in which a debugger prefers them. */
public enum PlantedByte {
    /** The breakpoint instruction (SDM vol. 3, 18.3.2). */
    INT3(0xcc),
    /** INT1, the in-circuit emulator's breakpoint (SDM vol. 2, INT n). */
    ICEBP(0xf1),
    /** Halt. */
    HLT(0xf4);

    private final int opcode;

    PlantedByte(int opcode) {
        this.opcode = opcode;
    }

    /** The instruction's byte, 0 to 255. */
    public int opcode() {
        return opcode;
    }

    /** What a guest that meets the planted byte does on this host. */
    public enum Outcome {
        /** KVM_EXIT_DEBUG: the way that is meant. */
        DEBUG_EXIT,
        /** KVM_EXIT_INTERNAL_ERROR, since KVM cannot emulate the instruction; RIP stays at it. */
        EMULATION_ERROR,
        /** KVM_EXIT_HLT; only without an in-kernel interrupt controller. */
        HALT_EXIT,
        /** The guest's own handler gets it. */
        GUEST,
        /** The guest runs on, or does not come back. */
        NOTHING
    }

    /**
     * What the probe saw of a planted byte.
     *
     * @param ripOffset RIP at the stop less the byte's offset: 0 at the byte, 1 behind it
     * @param resumes whether the guest goes on rightly once the byte is restored and RIP is at it
     */
    public record Finding(Outcome outcome, int ripOffset, boolean resumes) {
        static final Finding NOTHING = new Finding(Outcome.NOTHING, 0, false);

        /** Whether a debugger can make a breakpoint of it. */
        public boolean stops() {
            return resumes && outcome != Outcome.GUEST && outcome != Outcome.NOTHING;
        }
    }
}
