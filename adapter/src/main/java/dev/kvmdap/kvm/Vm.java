package dev.kvmdap.kvm;

import java.nio.ByteBuffer;

/**
 * A virtual machine: its physical address space, its vCPUs and its in-kernel devices (api.txt 2, "VM ioctls"). Any thread
 * may call it. Close it after its vCPUs.
 */
public final class Vm implements AutoCloseable {
    private final Descriptor descriptor;
    private final VcpuFeatures vcpuFeatures;

    private Vm(Descriptor descriptor, int vcpuMmapSize) {
        this.descriptor = descriptor;
        this.vcpuFeatures = VcpuFeatures.of(this, vcpuMmapSize);
    }

    static Vm create(Descriptor descriptor, int vcpuMmapSize) {
        try {
            return new Vm(descriptor, vcpuMmapSize);
        } catch (RuntimeException e) {
            descriptor.close();
            throw e;
        }
    }

    /** This VM's value for a capability, which may differ from the system's. */
    public int check(Capability capability) {
        return descriptor.call(Ioctl.KVM_CHECK_EXTENSION, capability.number());
    }

    /**
     * Creates a vCPU. One thread must own it from its first {@link Vcpu#run} on; this call may be made on another one.
     *
     * @param index from 0, below KVM_CAP_MAX_VCPU_ID, each at most once; also its APIC id
     */
    public Vcpu createVcpu(int index) {
        int fd = descriptor.call(Ioctl.KVM_CREATE_VCPU, index);
        return Vcpu.create(new Descriptor(descriptor.calls(), fd, "vCPU " + index), index, vcpuFeatures);
    }

    /**
     * Maps host memory into the guest's physical address space, or takes it out again (api.txt 4.35).
     *
     * @param slot number of the slot, below KVM_CAP_NR_MEMSLOTS
     * @param flags {@link Abi#MEM_READONLY}, {@link Abi#MEM_LOG_DIRTY_PAGES} or 0
     * @param guestPhysical first guest-physical address, a multiple of 4096
     * @param size in bytes, a multiple of 4096; 0 deletes the slot
     * @param hostAddress first address of the memory in this process, a multiple of 4096; it must stay mapped
     */
    public void setMemorySlot(int slot, int flags, long guestPhysical, long size, long hostAddress) {
        Layout layout = Layouts.USERSPACE_MEMORY_REGION;
        NativeStruct region = new NativeStruct(layout);
        ByteBuffer bytes = region.bytes();
        bytes.putInt(layout.offset("slot"), slot);
        bytes.putInt(layout.offset("flags"), flags);
        bytes.putLong(layout.offset("guest_phys_addr"), guestPhysical);
        bytes.putLong(layout.offset("memory_size"), size);
        bytes.putLong(layout.offset("userspace_addr"), hostAddress);
        descriptor.call(Ioctl.KVM_SET_USER_MEMORY_REGION, region);
    }

    /** Creates the in-kernel PICs, IOAPIC and local APICs; before the first vCPU (api.txt 4.24). */
    public void createIrqchip() {
        descriptor.call(Ioctl.KVM_CREATE_IRQCHIP, 0);
    }

    /** Creates the in-kernel i8254 timer; after {@link #createIrqchip} (api.txt 4.71). */
    public void createPit2() {
        descriptor.call(Ioctl.KVM_CREATE_PIT2, new NativeStruct(Layouts.PIT_CONFIG));
    }

    /** The state of an in-kernel interrupt controller: the 512 bytes of the union in struct kvm_irqchip. */
    public byte[] irqchip(Irqchip chip) {
        NativeStruct state = irqchipArgument(chip);
        descriptor.call(Ioctl.KVM_GET_IRQCHIP, state);
        byte[] content = new byte[512];
        state.bytes().get(Layouts.IRQCHIP.offset("chip"), content);
        return content;
    }

    /** Sets what {@link #irqchip(Irqchip)} read. */
    public void setIrqchip(Irqchip chip, byte[] content) {
        requireSize("the state of an interrupt controller", content, 512);
        NativeStruct state = irqchipArgument(chip);
        state.bytes().put(Layouts.IRQCHIP.offset("chip"), content);
        descriptor.call(Ioctl.KVM_SET_IRQCHIP, state);
    }

    private static NativeStruct irqchipArgument(Irqchip chip) {
        NativeStruct state = new NativeStruct(Layouts.IRQCHIP);
        state.bytes().putInt(Layouts.IRQCHIP.offset("chip_id"), chip.number());
        return state;
    }

    /** The state of the in-kernel timer: struct kvm_pit_state2, 112 bytes. */
    public byte[] pit2() {
        NativeStruct state = new NativeStruct(Layouts.PIT_STATE2);
        descriptor.call(Ioctl.KVM_GET_PIT2, state);
        byte[] content = new byte[Layouts.PIT_STATE2.size()];
        state.bytes().get(0, content);
        return content;
    }

    /** Sets what {@link #pit2} read. */
    public void setPit2(byte[] content) {
        requireSize("the state of the timer", content, Layouts.PIT_STATE2.size());
        NativeStruct state = new NativeStruct(Layouts.PIT_STATE2);
        state.bytes().put(0, content);
        descriptor.call(Ioctl.KVM_SET_PIT2, state);
    }

    /**
     * Sets the level of an interrupt line of the in-kernel controllers.
     *
     * @param gsi the global system interrupt; 0 to 15 reach PIC and IOAPIC, 16 to 23 the IOAPIC
     */
    public void irqLine(int gsi, boolean level) {
        NativeStruct line = new NativeStruct(Layouts.IRQ_LEVEL);
        line.bytes().putInt(Layouts.IRQ_LEVEL.offset("irq"), gsi);
        line.bytes().putInt(Layouts.IRQ_LEVEL.offset("level"), level ? 1 : 0);
        descriptor.call(Ioctl.KVM_IRQ_LINE, line);
    }

    /**
     * Delivers a message-signalled interrupt to the in-kernel local APICs (SDM vol. 3, 11.11).
     *
     * @param address the message's address, 0xfee00000 upwards
     * @param data the message's data: vector and delivery mode
     * @return whether an APIC took it; false where the guest masks it
     */
    public boolean signalMsi(long address, int data) {
        Layout layout = Layouts.MSI;
        NativeStruct message = new NativeStruct(layout);
        message.bytes().putInt(layout.offset("address_lo"), (int) address);
        message.bytes().putInt(layout.offset("address_hi"), (int) (address >>> 32));
        message.bytes().putInt(layout.offset("data"), data);
        return descriptor.call(Ioctl.KVM_SIGNAL_MSI, message) > 0;
    }

    /** Switches a capability of this VM on (api.txt 4.37). */
    public void enableCapability(Capability capability, long... arguments) {
        Layout layout = Layouts.ENABLE_CAP;
        NativeStruct argument = new NativeStruct(layout);
        argument.bytes().putInt(layout.offset("cap"), capability.number());
        for (int i = 0; i < arguments.length; i++) {
            argument.bytes().putLong(layout.offset("args") + Long.BYTES * i, arguments[i]);
        }
        descriptor.call(Ioctl.KVM_ENABLE_CAP, argument);
    }

    /**
     * Gives VMX three pages for the task state segment it needs to run real mode on processors without unrestricted guest
     * (api.txt 4.36); ignored elsewhere.
     *
     * @param guestPhysical below 4 GiB, outside every memory slot
     */
    public void setTssAddress(long guestPhysical) {
        descriptor.call(Ioctl.KVM_SET_TSS_ADDR, guestPhysical);
    }

    /**
     * Gives VMX one page for the identity page table of the same purpose (api.txt 4.40); before the first vCPU.
     *
     * @param guestPhysical below 4 GiB, outside every memory slot
     */
    public void setIdentityMapAddress(long guestPhysical) {
        NativeStruct address = new NativeStruct(Long.BYTES);
        address.bytes().putLong(0, guestPhysical);
        descriptor.call(Ioctl.KVM_SET_IDENTITY_MAP_ADDR, address);
    }

    @Override
    public void close() {
        descriptor.close();
    }

    static void requireSize(String what, byte[] content, int size) {
        if (content.length != size) {
            throw new IllegalArgumentException(what + " has " + size + " bytes, not " + content.length);
        }
    }
}
