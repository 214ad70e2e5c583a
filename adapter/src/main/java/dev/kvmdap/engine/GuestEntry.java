package dev.kvmdap.engine;

import dev.kvmdap.device.Effect;
import dev.kvmdap.device.PortBus;
import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.Vcpu;

/**
 * Brings one vCPU into the guest and out again: arms guest debugging, serves the devices, heeds interruptions. On the
 * vCPU's thread. Allocates nothing.
 *
 * <p>KVM arms the trap flag in KVM_SET_GUEST_DEBUG only, and an instruction that KVM emulates, or one that loads RFLAGS,
 * loses it again: it is armed before every step.
 */
final class GuestEntry {

    /** How the guest was left. */
    enum Outcome {
        /** One instruction was executed. */
        STEPPED,
        /** A debug exception or a breakpoint; {@link Vcpu#debugException} and its neighbours tell which. */
        DEBUG,
        /** Another thread wants something. */
        INTERRUPTED,
        /** A device wants something of the machine: {@link #effect}. */
        EFFECT,
        /** Any other exit: {@link Vcpu#exit}. */
        EXIT
    }

    /** No slot is left disarmed. */
    static final int NO_SLOT = -1;

    private static final int NOT_ARMED = -1;

    private final Vcpu vcpu;
    private final PortBus ports;
    private final Traps traps;
    private final int stepControl;
    private final int trapControl;
    private final long[] debugRegisters = new long[8];
    private int armedVersion = NOT_ARMED;
    private Effect effect = Effect.NONE;

    GuestEntry(Vcpu vcpu, PortBus ports, Traps traps, boolean blocksInterrupts) {
        this.vcpu = vcpu;
        this.ports = ports;
        this.traps = traps;
        this.trapControl = traps.trapByte().control();
        this.stepControl = Abi.GUESTDBG_ENABLE
                | Abi.GUESTDBG_SINGLESTEP
                | (blocksInterrupts ? Abi.GUESTDBG_BLOCKIRQ : 0);
    }

    /** Registers may have been changed: whatever was armed counts no more. */
    void disarm() {
        armedVersion = NOT_ARMED;
    }

    /** Executes one instruction with interrupts held back. */
    Outcome step(int disarmedSlot) {
        arm(stepControl, disarmedSlot);
        armedVersion = NOT_ARMED;
        return enter(true);
    }

    /**
     * Delivers a debug exception to the guest and stops in its handler.
     *
     * @param vector 1 for #DB, 3 for #BP
     */
    Outcome inject(int vector) {
        arm(stepControl | (vector == 1 ? Abi.GUESTDBG_INJECT_DB : Abi.GUESTDBG_INJECT_BP), NO_SLOT);
        armedVersion = NOT_ARMED;
        return enter(true);
    }

    /** Runs freely. */
    Outcome run() {
        int version = traps.version();
        if (armedVersion != version) {
            arm(0, NO_SLOT);
            armedVersion = version;
        }
        return enter(false);
    }

    /** What the device access of the last {@link Outcome#EFFECT} asks for. */
    Effect effect() {
        return effect;
    }

    private void arm(int control, int disarmedSlot) {
        boolean slots = traps.slots().fill(debugRegisters, disarmedSlot);
        int wanted = control
                | (slots ? Abi.GUESTDBG_ENABLE | Abi.GUESTDBG_USE_HW_BP : 0)
                | (traps.planted().isEmpty() ? 0 : Abi.GUESTDBG_ENABLE | trapControl);
        vcpu.setGuestDebug(wanted, debugRegisters);
    }

    private Outcome enter(boolean stepping) {
        while (true) {
            int reason = vcpu.run();
            switch (reason) {
                case Abi.EXIT_IO, Abi.EXIT_MMIO -> {
                    serve(reason);
                    if (stepping || effect != Effect.NONE) {
                        return complete();
                    }
                }
                case Abi.EXIT_DEBUG -> {
                    return Outcome.DEBUG;
                }
                case Abi.EXIT_INTR -> {
                    vcpu.interrupter().acknowledge();
                    return Outcome.INTERRUPTED;
                }
                case Abi.EXIT_AGAIN -> {}
                default -> {
                    return Outcome.EXIT;
                }
            }
        }
    }

    /** Lets the instruction whose device access was served retire, without executing the next one. */
    private Outcome complete() {
        while (true) {
            int reason = vcpu.complete();
            if (reason != Abi.EXIT_IO && reason != Abi.EXIT_MMIO) {
                return effect == Effect.NONE ? Outcome.STEPPED : Outcome.EFFECT;
            }
            Effect before = effect;
            serve(reason);
            effect = before == Effect.NONE ? effect : before;
        }
    }

    private void serve(int reason) {
        effect = Effect.NONE;
        if (reason == Abi.EXIT_MMIO) {
            if (!vcpu.mmioIsWrite()) {
                vcpu.setMmioData(-1L);
            }
            return;
        }
        int port = vcpu.ioPort();
        int size = vcpu.ioSize();
        for (int i = 0; i < vcpu.ioCount(); i++) {
            if (vcpu.ioIsOut()) {
                Effect wanted = ports.out(port, size, vcpu.ioData(i));
                effect = wanted == Effect.NONE ? effect : wanted;
            } else {
                vcpu.setIoData(i, ports.in(port, size));
            }
        }
    }
}
