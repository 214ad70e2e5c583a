package dev.kvmdap.engine;

/** What makes the guest stop. The words are the same wherever people are told of it. */
public enum Mechanism {
    /** A byte that traps stands over an instruction's first one. */
    PLANTED_BYTE("planted byte"),
    /** DR0 to DR3 (SDM vol. 3, 18.2). */
    DEBUG_REGISTER("debug register"),
    /** The guest's pages are forbidden in KVM's own mapping of its memory. */
    PAGE_PROTECTION("page protection"),
    /** The guest's pages lie in read-only memory slots (KVM api.txt, KVM_MEM_READONLY). */
    READ_ONLY_SLOT("read-only memory slot"),
    /** The guest is stepped, and its memory compared after each instruction. */
    STEPPING("single-stepping and comparing"),
    /** KVM_GUESTDBG_SINGLESTEP. */
    SINGLE_STEP("single step by KVM"),
    /** A trap in the guest's handler of debug events, from which the vCPU is put back. */
    GUEST_HANDLER("trap in the guest's handler"),
    /** KVM_GUESTDBG_BLOCKIRQ. */
    INTERRUPTS_HELD("interrupts held off by KVM"),
    /** A signal ends KVM_RUN. */
    SIGNAL("signal to the vCPU's thread"),
    /** KVM_RUN ends by itself, and says why. */
    EXIT("exit from KVM"),
    /** A sleeping vCPU is interrupted and asked. */
    HALT_WATCH("halt watch"),
    /** Nothing does. */
    NONE("nothing");

    private final String term;

    Mechanism(String term) {
        this.term = term;
    }

    /** What people call it. */
    public String term() {
        return term;
    }
}
