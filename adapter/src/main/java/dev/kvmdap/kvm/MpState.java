package dev.kvmdap.kvm;

/** What a vCPU is ready for (api.txt 4.38), with an in-kernel local APIC. */
public enum MpState {
    /** Executes instructions. */
    RUNNABLE(0),
    /** An application processor before its INIT. */
    UNINITIALIZED(1),
    /** Had its INIT, waits for its start-up interrupt. */
    INIT_RECEIVED(2),
    /** Executed HLT, waits for an interrupt. */
    HALTED(3),
    /** Had its start-up interrupt. */
    SIPI_RECEIVED(4),
    /** Waits for its reset, in an encrypted guest. */
    AP_RESET_HOLD(9);

    private final int number;

    MpState(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /** Whether it executes nothing until another processor sends it a start-up interrupt. */
    public boolean waitsForStart() {
        return this == UNINITIALIZED || this == INIT_RECEIVED;
    }

    static MpState of(int number) {
        for (MpState state : values()) {
            if (state.number == number) {
                return state;
            }
        }
        throw new KvmException(
                "KVM_GET_MP_STATE (answer " + number + ", no state of x86)", 0, "report it with your kernel's version");
    }
}
