package dev.kvmdap.kvm;

/**
 * The ioctls of KVM by their kernel names. A request number holds direction, argument size, type and number as
 * asm-generic/ioctl.h composes them: {@code direction << 30 | size << 16 | type << 8 | number}.
 */
enum Ioctl {
    // On /dev/kvm.
    KVM_GET_API_VERSION(none(0x00)),
    KVM_CREATE_VM(none(0x01)),
    KVM_GET_MSR_INDEX_LIST(readWrite(0x02, Layouts.MSR_LIST)),
    KVM_CHECK_EXTENSION(none(0x03)),
    KVM_GET_VCPU_MMAP_SIZE(none(0x04)),
    KVM_GET_SUPPORTED_CPUID(readWrite(0x05, Layouts.CPUID2)),
    KVM_GET_EMULATED_CPUID(readWrite(0x09, Layouts.CPUID2)),

    // On a VM.
    KVM_CREATE_VCPU(none(0x41)),
    KVM_SET_USER_MEMORY_REGION(write(0x46, Layouts.USERSPACE_MEMORY_REGION)),
    KVM_SET_TSS_ADDR(none(0x47)),
    KVM_SET_IDENTITY_MAP_ADDR(write(0x48, Long.BYTES)),
    KVM_CREATE_IRQCHIP(none(0x60)),
    KVM_IRQ_LINE(write(0x61, Layouts.IRQ_LEVEL)),
    KVM_GET_IRQCHIP(readWrite(0x62, Layouts.IRQCHIP)),
    KVM_SET_IRQCHIP(read(0x63, Layouts.IRQCHIP)),
    KVM_CREATE_PIT2(write(0x77, Layouts.PIT_CONFIG)),
    KVM_GET_PIT2(read(0x9f, Layouts.PIT_STATE2)),
    KVM_SET_PIT2(write(0xa0, Layouts.PIT_STATE2)),
    KVM_ENABLE_CAP(write(0xa3, Layouts.ENABLE_CAP)),
    KVM_SIGNAL_MSI(write(0xa5, Layouts.MSI)),

    // On a vCPU.
    KVM_RUN(none(0x80)),
    KVM_GET_REGS(read(0x81, Layouts.REGS)),
    KVM_SET_REGS(write(0x82, Layouts.REGS)),
    KVM_GET_SREGS(read(0x83, Layouts.SREGS)),
    KVM_SET_SREGS(write(0x84, Layouts.SREGS)),
    KVM_TRANSLATE(readWrite(0x85, Layouts.TRANSLATION)),
    KVM_INTERRUPT(write(0x86, Layouts.INTERRUPT)),
    KVM_GET_MSRS(readWrite(0x88, Layouts.MSRS)),
    KVM_SET_MSRS(write(0x89, Layouts.MSRS)),
    KVM_SET_SIGNAL_MASK(write(0x8b, Layouts.SIGNAL_MASK)),
    KVM_GET_FPU(read(0x8c, Layouts.FPU)),
    KVM_SET_FPU(write(0x8d, Layouts.FPU)),
    KVM_GET_LAPIC(read(0x8e, Layouts.LAPIC_STATE)),
    KVM_SET_LAPIC(write(0x8f, Layouts.LAPIC_STATE)),
    KVM_SET_CPUID2(write(0x90, Layouts.CPUID2)),
    KVM_GET_CPUID2(readWrite(0x91, Layouts.CPUID2)),
    KVM_GET_MP_STATE(read(0x98, Layouts.MP_STATE)),
    KVM_SET_MP_STATE(write(0x99, Layouts.MP_STATE)),
    KVM_NMI(none(0x9a)),
    KVM_SET_GUEST_DEBUG(write(0x9b, Layouts.GUEST_DEBUG)),
    KVM_GET_VCPU_EVENTS(read(0x9f, Layouts.VCPU_EVENTS)),
    KVM_SET_VCPU_EVENTS(write(0xa0, Layouts.VCPU_EVENTS)),
    KVM_GET_DEBUGREGS(read(0xa1, Layouts.DEBUGREGS)),
    KVM_SET_DEBUGREGS(write(0xa2, Layouts.DEBUGREGS)),
    KVM_GET_XSAVE(read(0xa4, Layouts.XSAVE)),
    KVM_SET_XSAVE(write(0xa5, Layouts.XSAVE)),
    KVM_GET_XCRS(read(0xa6, Layouts.XCRS)),
    KVM_SET_XCRS(write(0xa7, Layouts.XCRS)),
    KVM_GET_XSAVE2(read(0xcf, Layouts.XSAVE));

    private static final int KVMIO = 0xAE;

    private final long request;

    Ioctl(long request) {
        this.request = request;
    }

    /** The request number that ioctl(2) takes. */
    long request() {
        return request;
    }

    private static long none(int number) {
        return compose(0, 0, number);
    }

    private static long write(int number, Layout argument) {
        return write(number, argument.size());
    }

    private static long write(int number, int argumentSize) {
        return compose(1, argumentSize, number);
    }

    private static long read(int number, Layout argument) {
        return compose(2, argument.size(), number);
    }

    private static long readWrite(int number, Layout argument) {
        return compose(3, argument.size(), number);
    }

    private static long compose(long direction, int argumentSize, int number) {
        return direction << 30 | (long) argumentSize << 16 | KVMIO << 8 | number;
    }
}
