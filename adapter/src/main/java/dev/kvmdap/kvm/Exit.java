package dev.kvmdap.kvm;

import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import java.util.List;

/** Why KVM_RUN came back to user space: one record for every exit reason that x86 has (api.txt 5). Numbers are unsigned. */
public sealed interface Exit {

    /**
     * An exit reason that this binding does not know.
     *
     * @param reason the kernel's number
     * @param hardwareReason for reason 0, the processor's own exit code
     */
    record Unknown(int reason, long hardwareReason) implements Exit {}

    /** An exception of the guest that KVM hands to user space. */
    record GuestException(int vector, int errorCode) implements Exit {}

    /**
     * A port access.
     *
     * @param out the guest writes
     * @param port 0 to 0xffff
     * @param size bytes in each access: 1, 2 or 4
     * @param data one value for each access; undefined where the guest reads
     */
    record Io(boolean out, int port, int size, List<Integer> data) implements Exit {}

    /**
     * A hypercall that user space has to serve.
     *
     * @param longMode the guest made it in 64-bit mode
     */
    record Hypercall(long number, List<Long> arguments, boolean longMode) implements Exit {}

    /**
     * A debug event of KVM_SET_GUEST_DEBUG.
     *
     * @param vector 1 for #DB, 3 for #BP
     * @param pc linear address of the next instruction, or of the INT3 that was hit
     * @param dr6 what happened (SDM vol. 3, 18.2.3)
     * @param dr7 as the kernel gives it; on some hosts not the value in force
     */
    record Debug(int vector, GuestVirtual pc, long dr6, long dr7) implements Exit {}

    /** HLT without an in-kernel interrupt controller. */
    record Halt() implements Exit {}

    /**
     * An access to a guest-physical address that no memory slot allows.
     *
     * @param data the bytes written, zero-extended; undefined where the guest reads
     * @param length 1 to 8 bytes
     */
    record Mmio(GuestPhysical address, long data, int length, boolean write) implements Exit {}

    /** The guest can take an interrupt now. */
    record InterruptWindow() implements Exit {}

    /** Triple fault. */
    record Shutdown() implements Exit {}

    /** The processor refused to enter the guest. */
    record FailEntry(long hardwareReason, int cpu) implements Exit {}

    /** An interrupt of {@link RunInterrupter}, or another signal. */
    record Interrupted() implements Exit {}

    /** The vCPU was waiting for its start-up and can be run now. */
    record Again() implements Exit {}

    /** The host's mapping does not allow an access of the guest's, and KVM does not say which (EFAULT). */
    record Fault() implements Exit {}

    /** The guest wrote its task priority. */
    record SetTaskPriority(long cr8) implements Exit {}

    /** The guest touched its task priority register. */
    record TaskPriorityAccess(GuestVirtual rip, boolean write) implements Exit {}

    /** A non-maskable interrupt of the host arrived in the guest. */
    record Nmi() implements Exit {}

    /**
     * KVM could not go on.
     *
     * @param suberror {@link Abi#INTERNAL_ERROR_EMULATION} for an instruction that KVM cannot emulate
     * @param data what KVM tells about it, without a fixed meaning
     * @param instruction the bytes at RIP, 0 to 255 each; empty where KVM does not tell them
     */
    @SuppressWarnings("JavaLangClash") // the kernel's own term
    record InternalError(int suberror, List<Long> data, List<Integer> instruction) implements Exit {}

    /**
     * The platform wants something of the whole machine.
     *
     * @param type 1 shutdown, 2 reset, 3 crash, 4 wake-up, 5 suspend, 6 SEV termination, 7 TDX fatal error
     */
    record SystemEvent(int type, List<Long> data) implements Exit {}

    /** The guest ended the service of a level-triggered interrupt, with a split interrupt controller. */
    record IoapicEoi(int vector) implements Exit {}

    /** A Hyper-V synthetic interrupt controller, hypercall or debugger request. */
    record HyperV(int type, List<Long> data) implements Exit {}

    /**
     * RDMSR that user space has to serve.
     *
     * @param reason why it came here: a union of 1 invalid, 2 unknown, 4 filtered
     */
    record ReadMsr(int msr, int reason) implements Exit {}

    /** WRMSR that user space has to serve; {@code reason} as in {@link ReadMsr}. */
    record WriteMsr(int msr, int reason, long value) implements Exit {}

    /** The ring of dirty pages is full. */
    record DirtyRingFull() implements Exit {}

    /** An application processor of an encrypted guest waits for its reset. */
    record ApResetHold() implements Exit {}

    /** A locked access over a cache-line border, or to uncached memory. */
    record BusLock() implements Exit {}

    /** A Xen hypercall. */
    record Xen(int type, boolean longMode, int privilegeLevel, long input, List<Long> parameters) implements Exit {}

    /**
     * The guest kept the processor without a window for events.
     *
     * @param contextInvalid the guest's state is lost
     */
    record Notify(boolean contextInvalid) implements Exit {}

    /** A guest access to a page that the host's mapping does not allow, or that is private to the guest. */
    record MemoryFault(long flags, GuestPhysical address, long size) implements Exit {}

    /** A request of a TDX guest. */
    record Tdx(long flags, long number, List<Long> data) implements Exit {}
}
