package dev.kvmdap.kvm;

import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The rest of a vCPU's state beside {@link Vcpu#regs} and {@link Vcpu#sregs}: what a snapshot holds and what is looked at
 * seldom. Each call is an ioctl. For the thread that owns the vCPU.
 */
public final class VcpuState {
    private final Vcpu vcpu;
    private final Descriptor descriptor;
    private final VcpuFeatures features;
    private final NativeStruct debugRegisters = new NativeStruct(Layouts.DEBUGREGS);

    VcpuState(Vcpu vcpu, Descriptor descriptor, VcpuFeatures features) {
        this.vcpu = vcpu;
        this.descriptor = descriptor;
        this.features = features;
    }

    /** The guest's own debug registers. */
    public DebugRegisters debugRegisters() {
        Layout layout = Layouts.DEBUGREGS;
        ByteBuffer bytes = get(Ioctl.KVM_GET_DEBUGREGS, layout.size());
        return new DebugRegisters(
                bytes.getLong(0),
                bytes.getLong(8),
                bytes.getLong(16),
                bytes.getLong(24),
                bytes.getLong(layout.offset("dr6")),
                bytes.getLong(layout.offset("dr7")));
    }

    /**
     * The same without allocation, for the run loop.
     *
     * @param registers eight: DR0 to DR3 and DR6 and DR7 get their values at these indices
     */
    public void readDebugRegisters(long[] registers) {
        descriptor.call(Ioctl.KVM_GET_DEBUGREGS, debugRegisters.address());
        for (int number = 0; number < 4; number++) {
            registers[number] = debugRegisters.bytes().getLong(Long.BYTES * number);
        }
        registers[6] = debugRegisters.bytes().getLong(Layouts.DEBUGREGS.offset("dr6"));
        registers[7] = debugRegisters.bytes().getLong(Layouts.DEBUGREGS.offset("dr7"));
    }

    /** Sets the guest's own debug registers. */
    public void setDebugRegisters(DebugRegisters registers) {
        Layout layout = Layouts.DEBUGREGS;
        NativeStruct argument = new NativeStruct(layout);
        argument.bytes()
                .putLong(registers.dr0())
                .putLong(registers.dr1())
                .putLong(registers.dr2())
                .putLong(registers.dr3());
        argument.bytes().putLong(layout.offset("dr6"), registers.dr6());
        argument.bytes().putLong(layout.offset("dr7"), registers.dr7());
        descriptor.call(Ioctl.KVM_SET_DEBUGREGS, argument);
    }

    /** What is on its way into the guest. */
    public VcpuEvents events() {
        return new VcpuEventsCodec(get(Ioctl.KVM_GET_VCPU_EVENTS, Layouts.VCPU_EVENTS.size())).read();
    }

    /** Sets what is on its way into the guest, as far as {@link VcpuEvents#flags} says. */
    public void setEvents(VcpuEvents events) {
        NativeStruct argument = new NativeStruct(Layouts.VCPU_EVENTS);
        new VcpuEventsCodec(argument.bytes()).write(events);
        descriptor.call(Ioctl.KVM_SET_VCPU_EVENTS, argument);
        vcpu.forgetRegisters();
    }

    /** Reads MSRs, as many of them as this KVM has. */
    public Msr.Transfer msrs(List<Integer> indices) {
        List<Msr> wanted = indices.stream().map(index -> new Msr(index, 0)).toList();
        return MsrTable.transfer(descriptor, Ioctl.KVM_GET_MSRS, wanted);
    }

    /** Writes MSRs in this order, as many of them as this KVM accepts. */
    public Msr.Transfer setMsrs(List<Msr> msrs) {
        Msr.Transfer transfer = MsrTable.transfer(descriptor, Ioctl.KVM_SET_MSRS, msrs);
        vcpu.forgetRegisters();
        return transfer;
    }

    /** The XSAVE area in its standard format (SDM vol. 1, 13.4): 4096 bytes or more. */
    public byte[] xsave() {
        Ioctl ioctl = features.hasXsave2() ? Ioctl.KVM_GET_XSAVE2 : Ioctl.KVM_GET_XSAVE;
        return content(get(ioctl, features.xsaveSize()));
    }

    /** Sets what {@link #xsave} read. */
    public void setXsave(byte[] area) {
        set(Ioctl.KVM_SET_XSAVE, "the XSAVE area", area, features.xsaveSize());
    }

    /** The x87 and SSE state: struct kvm_fpu, 416 bytes. */
    public byte[] fpu() {
        return content(get(Ioctl.KVM_GET_FPU, Layouts.FPU.size()));
    }

    /** Sets what {@link #fpu} read; where it must reach the guest's XMM registers for certain, take {@link #setXsave}. */
    public void setFpu(byte[] state) {
        set(Ioctl.KVM_SET_FPU, "struct kvm_fpu", state, Layouts.FPU.size());
    }

    /** The extended control registers. */
    public List<Xcr> xcrs() {
        ByteBuffer bytes = get(Ioctl.KVM_GET_XCRS, Layouts.XCRS.size());
        int count = Math.min(Layouts.MOST_XCRS, bytes.getInt(Layouts.XCRS.offset("nr_xcrs")));
        List<Xcr> xcrs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int at = xcrAt(i);
            xcrs.add(new Xcr(bytes.getInt(at), bytes.getLong(at + Layouts.XCR.offset("value"))));
        }
        return List.copyOf(xcrs);
    }

    /** Sets the extended control registers. */
    public void setXcrs(List<Xcr> xcrs) {
        if (xcrs.size() > Layouts.MOST_XCRS) {
            throw new IllegalArgumentException(
                    xcrs.size() + " extended control registers: KVM takes at most " + Layouts.MOST_XCRS);
        }
        NativeStruct argument = new NativeStruct(Layouts.XCRS);
        argument.bytes().putInt(Layouts.XCRS.offset("nr_xcrs"), xcrs.size());
        for (int i = 0; i < xcrs.size(); i++) {
            argument.bytes().putInt(xcrAt(i), xcrs.get(i).index());
            argument.bytes()
                    .putLong(xcrAt(i) + Layouts.XCR.offset("value"), xcrs.get(i).value());
        }
        descriptor.call(Ioctl.KVM_SET_XCRS, argument);
    }

    private static int xcrAt(int index) {
        return Layouts.XCRS.offset("xcrs") + index * Layouts.XCR.size();
    }

    /** What the vCPU is ready for. An INIT or a start-up interrupt that waits for it takes effect by asking. */
    public MpState mpState() {
        MpState state =
                MpState.of(get(Ioctl.KVM_GET_MP_STATE, Layouts.MP_STATE.size()).getInt(0));
        vcpu.forgetRegisters();
        return state;
    }

    /** Sets what the vCPU is ready for. */
    public void setMpState(MpState state) {
        NativeStruct argument = new NativeStruct(Layouts.MP_STATE);
        argument.bytes().putInt(0, state.number());
        descriptor.call(Ioctl.KVM_SET_MP_STATE, argument);
    }

    /** What CPUID answers in this guest. */
    public List<CpuidEntry> cpuid() {
        return CpuidTable.get(descriptor, Ioctl.KVM_GET_CPUID2);
    }

    /** Sets what CPUID answers in this guest; before the first run, since kernels refuse a later change. */
    public void setCpuid(List<CpuidEntry> entries) {
        CpuidTable.set(descriptor, entries);
        vcpu.forgetRegisters();
    }

    /** The registers of the in-kernel local APIC: 1024 bytes, each register at its offset (SDM vol. 3, table 11-1). */
    public byte[] lapic() {
        return content(get(Ioctl.KVM_GET_LAPIC, Layouts.LAPIC_STATE.size()));
    }

    /** Sets what {@link #lapic} read. */
    public void setLapic(byte[] registers) {
        set(Ioctl.KVM_SET_LAPIC, "the local APIC", registers, Layouts.LAPIC_STATE.size());
        vcpu.forgetRegisters();
    }

    /**
     * Asks KVM where a linear address leads. It marks page table entries as accessed, and some kernels err on 1 GiB pages and
     * on non-canonical addresses.
     */
    public Translation translate(GuestVirtual address) {
        Layout layout = Layouts.TRANSLATION;
        NativeStruct argument = new NativeStruct(layout);
        argument.bytes().putLong(layout.offset("linear_address"), address.address());
        descriptor.call(Ioctl.KVM_TRANSLATE, argument);
        ByteBuffer bytes = argument.bytes();
        return new Translation(
                new GuestPhysical(bytes.getLong(layout.offset("physical_address"))),
                bytes.get(layout.offset("valid")) != 0,
                bytes.get(layout.offset("writeable")) != 0,
                bytes.get(layout.offset("usermode")) != 0);
    }

    /**
     * Queues an external interrupt where there is no in-kernel interrupt controller.
     *
     * @param vector 0 to 255
     */
    public void queueInterrupt(int vector) {
        NativeStruct argument = new NativeStruct(Layouts.INTERRUPT);
        argument.bytes().putInt(0, vector);
        descriptor.call(Ioctl.KVM_INTERRUPT, argument);
    }

    /** Queues a non-maskable interrupt. */
    public void queueNmi() {
        descriptor.call(Ioctl.KVM_NMI, 0);
    }

    private ByteBuffer get(Ioctl ioctl, int size) {
        NativeStruct argument = new NativeStruct(size);
        descriptor.call(ioctl, argument);
        return argument.bytes();
    }

    private void set(Ioctl ioctl, String what, byte[] content, int size) {
        Vm.requireSize(what, content, size);
        NativeStruct argument = new NativeStruct(size);
        argument.bytes().put(content);
        descriptor.call(ioctl, argument);
    }

    private static byte[] content(ByteBuffer bytes) {
        byte[] content = new byte[bytes.capacity()];
        bytes.get(0, content);
        return content;
    }
}
