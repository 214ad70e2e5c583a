package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.kvm.CpuidEntry;
import dev.kvmdap.kvm.DebugRegisters;
import dev.kvmdap.kvm.Msr;
import dev.kvmdap.kvm.Regs;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.machine.VcpuThread;
import dev.kvmdap.view.StoppedVcpu;
import java.util.List;

/** A vCPU that stands still, as the views look at it. */
final class ViewedVcpu implements StoppedVcpu {

    private final Cpu cpu;
    private final VcpuThread thread;

    ViewedVcpu(Cpu cpu, VcpuThread thread) {
        this.cpu = cpu;
        this.thread = thread;
    }

    /** The vCPU as frames are read from it. */
    Cpu cpu() {
        return cpu;
    }

    @Override
    public Regs regs() {
        return cpu.regs();
    }

    @Override
    public Sregs sregs() {
        return cpu.sregs();
    }

    @Override
    public void store() {
        cpu.store();
    }

    @Override
    public DebugRegisters debugRegisters() {
        return thread.call(vcpu -> vcpu.state().debugRegisters());
    }

    @Override
    public void store(DebugRegisters registers) {
        thread.call(vcpu -> {
            vcpu.state().setDebugRegisters(registers);
            return vcpu;
        });
    }

    /**
     * A model-specific register; costs an ioctl.
     *
     * @throws UnreadableException where KVM has none of this index
     */
    long modelSpecificRegister(int index) {
        Msr.Transfer transfer = thread.call(vcpu -> vcpu.state().msrs(List.of(index)));
        return transfer.done().stream()
                .findFirst()
                .map(Msr::value)
                .orElseThrow(() -> new UnreadableException("KVM has no MSR 0x" + Integer.toHexString(index)));
    }

    /**
     * Changes a model-specific register.
     *
     * @throws UnreadableException where KVM refuses it
     */
    void storeModelSpecificRegister(int index, long value) {
        Msr.Transfer transfer = thread.call(vcpu -> vcpu.state().setMsrs(List.of(new Msr(index, value))));
        if (transfer.done().isEmpty()) {
            throw new UnreadableException("KVM does not take 0x%x as MSR 0x%x".formatted(value, index));
        }
    }

    /** What the guest's CPUID instruction answers on it. */
    List<CpuidEntry> cpuid() {
        return thread.call(vcpu -> vcpu.state().cpuid());
    }
}
