package dev.kvmdap.engine;

import dev.kvmdap.kvm.MpState;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.machine.VcpuThread;
import org.jspecify.annotations.Nullable;

/**
 * Finds the guest that has halted for ever. With KVM's own interrupt controllers a HLT does not leave KVM_RUN: a vCPU
 * whose thread sleeps in the kernel is interrupted once and asked whether anything could wake it.
 */
final class HaltCheck {

    private final boolean[] asked;
    private final boolean[] asleepForEver;

    HaltCheck(int vcpus) {
        this.asked = new boolean[vcpus];
        this.asleepForEver = new boolean[vcpus];
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

    /** The stop of a vCPU that halts with RFLAGS.IF = 0. */
    static Stop withInterruptsOff(int vcpu) {
        return new Stop.Halted(vcpu, "interrupts are off (RFLAGS.IF = 0), so nothing wakes it");
    }
}
