package dev.kvmdap.kvm;

/** Constants of linux/kvm.h and asm/kvm.h (x86) under their kernel names, less the prefix {@code KVM_}. */
public final class Abi {
    /** The only version of the interface there has been since Linux 2.6.22 (api.txt 4.1). */
    public static final int API_VERSION = 12;

    // Exit reasons (api.txt 5).

    /** {@link Vcpu#run} found the vCPU waiting for its start-up (EAGAIN): run it again. Not the kernel's number. */
    public static final int EXIT_AGAIN = -1;

    /**
     * {@link Vcpu#run} was refused an access to the guest's memory (EFAULT) and does not say to which; the instruction has not
     * been executed. Not the kernel's number.
     */
    public static final int EXIT_FAULT = -2;

    public static final int EXIT_UNKNOWN = 0;
    public static final int EXIT_EXCEPTION = 1;
    public static final int EXIT_IO = 2;
    public static final int EXIT_HYPERCALL = 3;
    public static final int EXIT_DEBUG = 4;
    public static final int EXIT_HLT = 5;
    public static final int EXIT_MMIO = 6;
    public static final int EXIT_IRQ_WINDOW_OPEN = 7;
    public static final int EXIT_SHUTDOWN = 8;
    public static final int EXIT_FAIL_ENTRY = 9;
    public static final int EXIT_INTR = 10;
    public static final int EXIT_SET_TPR = 11;
    public static final int EXIT_TPR_ACCESS = 12;
    public static final int EXIT_NMI = 16;
    public static final int EXIT_INTERNAL_ERROR = 17;
    public static final int EXIT_SYSTEM_EVENT = 24;
    public static final int EXIT_IOAPIC_EOI = 26;
    public static final int EXIT_HYPERV = 27;
    public static final int EXIT_X86_RDMSR = 29;
    public static final int EXIT_X86_WRMSR = 30;
    public static final int EXIT_DIRTY_RING_FULL = 31;
    public static final int EXIT_AP_RESET_HOLD = 32;
    public static final int EXIT_X86_BUS_LOCK = 33;
    public static final int EXIT_XEN = 34;
    public static final int EXIT_NOTIFY = 37;
    public static final int EXIT_MEMORY_FAULT = 39;
    public static final int EXIT_TDX = 40;

    /** Suberror of EXIT_INTERNAL_ERROR: KVM cannot emulate the instruction at RIP. */
    public static final int INTERNAL_ERROR_EMULATION = 1;

    // Control bits of KVM_SET_GUEST_DEBUG (api.txt 4.87).

    /** Guest debugging is enabled. */
    public static final int GUESTDBG_ENABLE = 1;
    /** The next run ends after one instruction. */
    public static final int GUESTDBG_SINGLESTEP = 1 << 1;
    /** INT3 exits to user space in place of going to the guest's vector 3. */
    public static final int GUESTDBG_USE_SW_BP = 1 << 16;
    /** The debug registers of the call are in force in place of the guest's own. */
    public static final int GUESTDBG_USE_HW_BP = 1 << 17;
    /** Injects #DB into the guest. */
    public static final int GUESTDBG_INJECT_DB = 1 << 18;
    /** Injects #BP into the guest. */
    public static final int GUESTDBG_INJECT_BP = 1 << 19;
    /** Holds back IRQ, NMI and SMI while set. */
    public static final int GUESTDBG_BLOCKIRQ = 1 << 20;
    /** s390's own "exit at once"; no x86 kernel knows it. */
    public static final int GUESTDBG_EXIT_PENDING = 1 << 28;

    // Flags of a memory slot (api.txt 4.35).

    /** Writes of the guest are recorded in the slot's dirty bitmap. */
    public static final int MEM_LOG_DIRTY_PAGES = 1;
    /** Writes of the guest exit as MMIO. */
    public static final int MEM_READONLY = 2;

    // Flags of a CPUID entry (api.txt 4.88).

    /** The entry answers for its index only. */
    public static final int CPUID_FLAG_SIGNIFCANT_INDEX = 1;
    /** Successive CPUID instructions of this function answer differently: several entries, all with this flag. */
    public static final int CPUID_FLAG_STATEFUL_FUNC = 2;
    /** Of the entries of a stateful function, the one that is read first. */
    public static final int CPUID_FLAG_STATE_READ_NEXT = 4;

    // Register classes in kvm_run (api.txt 5, kvm_valid_regs).

    static final int SYNC_REGS = 1;
    static final int SYNC_SREGS = 2;

    // Protection and mapping flags of mmap(2) and mprotect(2), access flags of open(2), for x86-64 Linux.

    /** No access. */
    public static final int PROT_NONE = 0;
    /** Reads are allowed. */
    public static final int PROT_READ = 1;
    /** Writes are allowed. */
    public static final int PROT_WRITE = 2;

    static final int MAP_SHARED = 1;
    static final int MAP_ANONYMOUS = 0x20;
    static final int MAP_NORESERVE = 0x4000;
    static final int O_RDWR = 2;
    static final int O_CLOEXEC = 0x80000;

    private Abi() {}
}
