package dev.kvmdap.engine;

import dev.kvmdap.kvm.MpState;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.machine.VcpuThread;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Halts vCPUs, and finds the guest that has halted for ever. With KVM's own interrupt controllers a HLT does not leave KVM_RUN: a vCPU
 * whose thread sleeps in the kernel is interrupted once and asked whether anything could wake it. Where that is so of every
 * vCPU that runs, nothing will ever happen again.
 */
final class HaltCheck {

    private static final String INTERRUPTS_OFF = "interrupts are off (RFLAGS.IF = 0), so nothing wakes it";

    private final boolean interruptControllers;
    private final Asleep[] vcpus;

    /** What is known of a vCPU. */
    private static final class Asleep {
        private boolean runs;
        private boolean asked;
        private @Nullable MpState forEver;
    }

    HaltCheck(int vcpus, boolean interruptControllers) {
        this.interruptControllers = interruptControllers;
        this.vcpus = Stream.generate(Asleep::new).limit(vcpus).toArray(Asleep[]::new);
    }

    /** Session thread: a vCPU is about to run. */
    synchronized void begin(int vcpu) {
        vcpus[vcpu].runs = true;
        vcpus[vcpu].forEver = null;
    }

    /** Session thread: every vCPU stands still. */
    synchronized void end() {
        for (Asleep vcpu : vcpus) {
            vcpu.runs = false;
        }
    }

    /**
     * Executes HLT in the guest's stead, since a trap may stand in its place: RIP goes behind it, and the next run waits for
     * an interrupt. On the vCPU's thread.
     *
     * @param next linear address of the instruction behind the HLT
     * @param passing whether the guest runs and the HLT is met on the way: it is a stop only if all others have halted too
     * @return the stop where nothing could end it
     */
    @Nullable Stop halt(Cpu cpu, Vcpu vcpu, long next, boolean passing) {
        if (!interruptControllers) {
            return cpu.interruptsEnabled() ? withoutInterruptController(cpu.index()) : withInterruptsOff(cpu.index());
        }
        if (!cpu.interruptsEnabled() && !(passing && vcpus.length > 1)) {
            return withInterruptsOff(cpu.index());
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
            Asleep vcpu = vcpus[thread.index()];
            vcpu.asked = sleeps;
            vcpu.forEver = sleeps ? vcpu.forEver : null;
        }
        if (sleeps) {
            thread.interrupt();
        }
    }

    /** On the vCPU's thread after an interruption: the stop, if no vCPU that runs will ever do anything again. */
    synchronized @Nullable Stop check(Cpu cpu, Vcpu vcpu) {
        Asleep own = vcpus[cpu.index()];
        if (!own.asked) {
            return null;
        }
        own.asked = false;
        MpState state = vcpu.state().mpState();
        boolean wakes = state == MpState.HALTED ? cpu.interruptsEnabled() : state == MpState.RUNNABLE;
        own.forEver = wakes ? null : state;
        for (Asleep other : vcpus) {
            if (other.runs && other.forEver == null) {
                return null;
            }
        }
        Stop stop = allAsleep();
        own.forEver = null; // one of them tells it
        return stop;
    }

    private Stop allAsleep() {
        int halted = -1;
        boolean held = false;
        StringJoiner waiting = new StringJoiner(", ");
        for (int i = vcpus.length - 1; i >= 0; i--) {
            held |= !vcpus[i].runs;
            if (vcpus[i].runs && vcpus[i].forEver == MpState.HALTED) {
                halted = i;
            }
        }
        for (int i = 0; i < vcpus.length; i++) {
            if (vcpus[i].runs && i != halted) {
                waiting.add("vCPU " + i + (vcpus[i].forEver == MpState.HALTED ? " likewise" : " has not been started"));
            }
        }
        String reason = INTERRUPTS_OFF + (waiting.length() == 0 ? "" : "; " + waiting);
        return new Stop.Halted(
                Math.max(0, halted), held ? reason + "; other vCPUs are held: continue them too" : reason);
    }

    /** The stop of a vCPU that halts in a machine whose interrupts nobody delivers. */
    static Stop withoutInterruptController(int vcpu) {
        return new Stop.Halted(vcpu, "this machine has no interrupt controller that could wake it");
    }

    /** The stop of a vCPU that halts with RFLAGS.IF = 0. */
    static Stop withInterruptsOff(int vcpu) {
        return new Stop.Halted(vcpu, INTERRUPTS_OFF);
    }
}
