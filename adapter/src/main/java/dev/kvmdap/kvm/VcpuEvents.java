package dev.kvmdap.kvm;

/**
 * What is on its way into the guest: exceptions, interrupts, NMI, SMI, start-up (struct kvm_vcpu_events, api.txt 4.31).
 *
 * @param startupVector vector of the last start-up interrupt
 * @param flags which parts are valid when set: a union of the {@code VALID_} constants
 * @param tripleFaultPending valid with {@link #VALID_TRIPLE_FAULT}
 */
public record VcpuEvents(
        ExceptionEvent exception,
        InterruptEvent interrupt,
        NmiEvent nmi,
        SmiEvent smi,
        int startupVector,
        int flags,
        boolean tripleFaultPending) {
    /** {@link NmiEvent#pending} is valid. */
    public static final int VALID_NMI_PENDING = 1;
    /** {@link #startupVector} is valid. */
    public static final int VALID_SIPI_VECTOR = 2;
    /** {@link InterruptEvent#shadow} is valid. */
    public static final int VALID_SHADOW = 4;
    /** {@link #smi} is valid. */
    public static final int VALID_SMM = 8;
    /** {@link ExceptionEvent#payload} and {@link ExceptionEvent#pending} are valid: KVM_CAP_EXCEPTION_PAYLOAD is on. */
    public static final int VALID_PAYLOAD = 16;
    /** {@link #tripleFaultPending} is valid: KVM_CAP_X86_TRIPLE_FAULT_EVENT is on. */
    public static final int VALID_TRIPLE_FAULT = 32;

    /**
     * An exception of the guest.
     *
     * @param injected it will be delivered, whatever else happens
     * @param pending it waits, and its payload is not yet in DR6 or CR2
     * @param payload what delivery puts into DR6 (#DB) or CR2 (#PF)
     */
    public record ExceptionEvent(
            boolean injected,
            boolean pending,
            int vector,
            boolean hasErrorCode,
            int errorCode,
            boolean hasPayload,
            long payload) {}

    /**
     * An external or software interrupt.
     *
     * @param soft it comes from an INT instruction
     * @param shadow the instruction before holds interrupts back: 1 MOV SS, 2 STI
     */
    public record InterruptEvent(boolean injected, int vector, boolean soft, int shadow) {}

    /** A non-maskable interrupt. */
    public record NmiEvent(boolean injected, boolean pending, boolean masked) {}

    /**
     * A system management interrupt.
     *
     * @param inSmm the vCPU is in system management mode
     * @param insideNmi it entered that mode from an NMI handler
     * @param initLatched an INIT waits for the end of that mode
     */
    public record SmiEvent(boolean inSmm, boolean pending, boolean insideNmi, boolean initLatched) {}

    /** These events with another exception. */
    public VcpuEvents withException(ExceptionEvent other) {
        int payload = other.hasPayload() ? VALID_PAYLOAD : 0;
        return new VcpuEvents(other, interrupt, nmi, smi, startupVector, flags | payload, tripleFaultPending);
    }

    /** These events with another interrupt, and nothing that holds interrupts back. */
    public VcpuEvents withInterrupt(InterruptEvent other) {
        return new VcpuEvents(exception, other, nmi, smi, startupVector, flags | VALID_SHADOW, tripleFaultPending);
    }

    /** These events after IRET, which lets interrupts and NMIs in again (SDM vol. 3, 6.7.1). */
    public VcpuEvents afterReturn() {
        VcpuEvents bare = withoutShadow();
        NmiEvent unmasked = new NmiEvent(nmi.injected(), nmi.pending(), false);
        return new VcpuEvents(exception, bare.interrupt, unmasked, smi, startupVector, bare.flags, tripleFaultPending);
    }

    /** These events with nothing that holds interrupts back. */
    public VcpuEvents withoutShadow() {
        InterruptEvent bare = new InterruptEvent(interrupt.injected(), interrupt.vector(), interrupt.soft(), 0);
        return new VcpuEvents(exception, bare, nmi, smi, startupVector, flags | VALID_SHADOW, tripleFaultPending);
    }
}
