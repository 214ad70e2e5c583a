package dev.kvmdap.kvm;

/** The capabilities of KVM that bear on an x86 guest and its debugging (KVM_CHECK_EXTENSION, api.txt 4.4). */
public enum Capability {
    IRQCHIP(0),
    USER_MEMORY(3),
    SET_TSS_ADDR(4),
    EXT_CPUID(7),
    NR_VCPUS(9),
    NR_MEMSLOTS(10),
    MP_STATE(14),
    DESTROY_MEMORY_REGION_WORKS(21),
    USER_NMI(22),
    SET_GUEST_DEBUG(23),
    REINJECT_CONTROL(24),
    IRQ_ROUTING(25),
    PIT2(33),
    PIT_STATE2(35),
    SET_IDENTITY_MAP_ADDR(37),
    INTERNAL_ERROR_DATA(40),
    VCPU_EVENTS(41),
    INTR_SHADOW(49),
    DEBUGREGS(50),
    X86_ROBUST_SINGLESTEP(51),
    ENABLE_CAP(54),
    XSAVE(55),
    XCRS(56),
    MAX_VCPUS(66),
    SYNC_REGS(74),
    SIGNAL_MSI(77),
    READONLY_MEM(81),
    EXT_EMUL_CPUID(95),
    ENABLE_CAP_VM(98),
    CHECK_EXTENSION_VM(105),
    DISABLE_QUIRKS(116),
    X86_SMM(117),
    MULTI_ADDRESS_SPACE(118),
    SPLIT_IRQCHIP(121),
    MAX_VCPU_ID(128),
    IMMEDIATE_EXIT(136),
    GET_MSR_FEATURES(153),
    NESTED_STATE(157),
    EXCEPTION_PAYLOAD(164),
    MANUAL_DIRTY_LOG_PROTECT2(168),
    X86_USER_SPACE_MSR(188),
    X86_MSR_FILTER(189),
    DIRTY_LOG_RING(192),
    X86_BUS_LOCK_EXIT(193),
    SET_GUEST_DEBUG2(195),
    SREGS2(200),
    EXIT_HYPERCALL(201),
    BINARY_STATS_FD(203),
    EXIT_ON_EMULATION_FAILURE(204),
    VM_GPA_BITS(207),
    XSAVE2(208),
    DISABLE_QUIRKS2(213),
    SYSTEM_EVENT_DATA(215),
    X86_TRIPLE_FAULT_EVENT(218),
    X86_NOTIFY_VMEXIT(219),
    MEMORY_FAULT_INFO(232);

    private final int number;

    Capability(int number) {
        this.number = number;
    }

    /** The number that KVM_CHECK_EXTENSION and KVM_ENABLE_CAP take. */
    public int number() {
        return number;
    }

    /** The kernel's name: {@code KVM_CAP_SYNC_REGS}. */
    public String kernelName() {
        return "KVM_CAP_" + name();
    }
}
