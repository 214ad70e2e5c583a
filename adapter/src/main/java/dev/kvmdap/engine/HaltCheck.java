package dev.kvmdap.engine;

import dev.kvmdap.kvm.MpState;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.machine.VcpuThread;
import org.jspecify.annotations.Nullable;

/**
 * Halts vCPUs, and finds the guest that has halted for ever. With KVM's own interrupt controllers a HLT does not leave KVM_RUN: a vCPU
 * whose thread sleeps in the kernel is interrupted once and asked whether anything could wake it.
 */
final class HaltCheck {

    private final boolean interruptControllers;
    private final boolean[] asked;
    private final boolean[] asleepForEver;

    HaltCheck(int vcpus, boolean interruptControllers) {
        this.interruptControllers = interruptControllers;
        this.asked = new boolean[vcpus];
        this.asleepForEver = new boolean[vcpus];
    }

    /**
     * Executes HLT in the guest's stead, since a trap may stand in its place: RIP goes behind it, and the next run waits for
     * an interrupt. On the vCPU's thread.
     *
     * @param next linear address of the instruction behind the HLT
     * @return the stop where nothing could end it
     */
    @Nullable Stop halt(Cpu cpu, Vcpu vcpu, long next) {
        if (!cpu.interruptsEnabled()) {
            return withInterruptsOff(cpu.index());
        }
        if (!interruptControllers) {
            return withoutInterruptController(cpu.index());
        }
        cpu.regs().rip(cpu.codeOffset(next));
        vcpu.storeRegs();
        vcpu.state().setEvents(vcpu.state().events().withoutShadow());
        vcpu.state().setMpState(MpState.HALTED);
        return null;
    }

    /** Any thread, now and then, of a vCPU that runs the guest. */
    void ask(VcpuThread thread) {
        boolean sleeps = thread.sleeps();
        synchronized (this) {
            asked[thread.index()] = sleeps;
            asleepForEver[thread.index()] &= sleeps;
        }
        if (sleeps) {
            thread.interrupt();
        }
    }

    /** On the vCPU's thread after an interruption: the stop, if no vCPU of the guest will ever run again. */
    synchronized @Nullable Stop check(Cpu cpu, Vcpu vcpu) {
        int index = cpu.index();
        if (!asked[index]) {
            return null;
        }
        asked[index] = false;
        MpState state = vcpu.state().mpState();
        boolean interruptsOff = !cpu.interruptsEnabled();
        asleepForEver[index] = state == MpState.HALTED ? interruptsOff : state != MpState.RUNNABLE;
        for (boolean forEver : asleepForEver) {
            if (!forEver) {
                return null;
            }
        }
        return withInterruptsOff(index);
    }

    /** The stop of a vCPU that halts in a machine whose interrupts nobody delivers. */
    static Stop withoutInterruptController(int vcpu) {
        return new Stop.Halted(vcpu, "this machine has no interrupt controller that could wake it");
    }

    /** The stop of a vCPU that halts with RFLAGS.IF = 0. */
    static Stop withInterruptsOff(int vcpu) {
        return new Stop.Halted(vcpu, "interrupts are off (RFLAGS.IF = 0), so nothing wakes it");
    }
}
