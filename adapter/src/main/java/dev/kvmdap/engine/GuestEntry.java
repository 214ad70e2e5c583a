package dev.kvmdap.engine;

import dev.kvmdap.device.Effect;
import dev.kvmdap.device.PortBus;
import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.machine.GuestMemory;
import dev.kvmdap.machine.Machine;
import dev.kvmdap.x86.InstructionKind;

/**
 * Brings one vCPU into the guest and out again: arms guest debugging, serves the devices, heeds interruptions. On the
 * vCPU's thread. Allocates nothing.
 *
 * <p>KVM sets the trap flag in KVM_SET_GUEST_DEBUG only. An instruction that loads RFLAGS clears it, and on some hosts so
 * does one that KVM emulates; there it is armed before every step.
 */
final class GuestEntry {

    /** How the guest was left. */
    enum Outcome {
        /** One instruction was executed. */
        STEPPED,
        /** A debug exception or a breakpoint; {@link Vcpu#debugException} and its neighbours tell which. */
        DEBUG,
        /** A planted byte was met in user mode; RIP is at it. */
        TRAPPED,
        /** Another thread wants something. */
        INTERRUPTED,
        /** A device wants something of the machine: {@link #effect}. */
        EFFECT,
        /** Any other exit: {@link Vcpu#exit}. */
        EXIT
    }

    /** No slot is left disarmed. */
    static final int NO_SLOT = -1;

    private static final int BREAKPOINT_VECTOR = 3;
    private static final long DR6_BS = 1 << 14;

    private enum Armed {
        NOTHING,
        STEP,
        INTERRUPTIBLE_STEP,
        RUN
    }

    private final Vcpu vcpu;
    private final PortBus ports;
    private final GuestMemory memory;
    private final DeviceAccess devices;
    private final Traps traps;
    private final UserMode user;
    private final Scrutiny scrutiny;
    private final int stepControl;
    private final int trapControl;
    private final boolean staysArmed;
    private final boolean shutdownLosesState;
    private final long[] debugRegisters = new long[8];
    private final SystemRegisters system = new SystemRegisters();
    private Armed armed = Armed.NOTHING;
    private int armedVersion;
    private int armedFaults;
    private Effect effect = Effect.none();
    private long touched;

    GuestEntry(
            Vcpu vcpu,
            Machine machine,
            DeviceAccess devices,
            Traps traps,
            UserMode user,
            Scrutiny scrutiny,
            HostFindings host) {
        this.vcpu = vcpu;
        this.ports = machine.ports();
        this.memory = machine.memory();
        this.devices = devices;
        this.traps = traps;
        this.user = user;
        this.scrutiny = scrutiny;
        this.staysArmed = host.stepStaysArmed();
        this.shutdownLosesState = !host.shutdownKeepsState();
        this.trapControl = traps.trapByte().control();
        this.stepControl =
                Abi.GUESTDBG_ENABLE | Abi.GUESTDBG_SINGLESTEP | (host.guestDebugControls() & Abi.GUESTDBG_BLOCKIRQ);
    }

    /** What looks at what the guest does in there. */
    Scrutiny scrutiny() {
        return scrutiny;
    }

    /** Registers may have been changed: whatever was armed counts no more. */
    void disarm() {
        armed = Armed.NOTHING;
    }

    /**
     * Executes one instruction.
     *
     * @param disarmedSlot the slot whose breakpoint is to be passed, or {@link #NO_SLOT}
     * @param kind of the instruction
     * @param interruptible whether an interrupt may come first: its handler is stepped then
     * @param faults where the step ends too
     */
    Outcome step(int disarmedSlot, InstructionKind kind, boolean interruptible, FaultHandlers faults) {
        Outcome outcome = stepOnce(disarmedSlot, kind, interruptible, faults);
        while (user.givesPage(outcome)) {
            outcome = stepOnce(disarmedSlot, kind, interruptible, faults);
        }
        return outcome;
    }

    private Outcome stepOnce(int disarmedSlot, InstructionKind kind, boolean interruptible, FaultHandlers faults) {
        if (user.isEntered()) {
            return stepUser(interruptible, faults);
        }
        user.endSteps();
        Armed wanted = interruptible ? Armed.INTERRUPTIBLE_STEP : Armed.STEP;
        boolean same = armed == wanted && armedVersion == traps.version() && armedFaults == faults.version();
        if (!same || disarmedSlot != NO_SLOT) {
            armStep(wanted, disarmedSlot, faults);
        }
        Outcome outcome = enter(true);
        boolean harmless = kind == InstructionKind.OTHER && outcome == Outcome.DEBUG && disarmedSlot == NO_SLOT;
        armed = staysArmed && harmless ? wanted : Armed.NOTHING;
        return outcome;
    }

    private Outcome stepUser(boolean interruptible, FaultHandlers faults) {
        traps.slots().fill(debugRegisters, NO_SLOT);
        aimAt(faults, 0, !interruptible);
        user.beginStep(debugRegisters);
        armed = Armed.NOTHING;
        vcpu.setGuestDebug(
                (interruptible ? stepControl & ~Abi.GUESTDBG_BLOCKIRQ : stepControl)
                        | Abi.GUESTDBG_USE_HW_BP
                        | plantedControl(),
                debugRegisters);
        return user.endStep(enter(true));
    }

    /** Whether the trap flag ended the step whose outcome this is, and nothing that came before. */
    boolean isEndOfStep(Outcome outcome) {
        boolean trapped = outcome == Outcome.DEBUG
                && vcpu.debugException() != BREAKPOINT_VECTOR
                && (vcpu.debugDr6() & DR6_BS) != 0;
        return trapped || outcome == Outcome.STEPPED;
    }

    /**
     * Executes one instruction that cannot be stepped, with interrupts held back.
     *
     * @param destination linear address of the instruction that follows it
     * @param disarmedSlot as for {@link #step}
     * @param faults where the run ends too
     */
    Outcome runTo(long destination, int disarmedSlot, FaultHandlers faults) {
        user.endSteps();
        traps.slots().fill(debugRegisters, disarmedSlot);
        int next = traps.slots().aim(debugRegisters, destination, 0, true);
        if (next > DebugSlots.COUNT) {
            return step(disarmedSlot, InstructionKind.OTHER, false, faults);
        }
        aimAt(faults, next, true);
        int control = (stepControl & ~Abi.GUESTDBG_SINGLESTEP) | Abi.GUESTDBG_USE_HW_BP | plantedControl();
        armed = Armed.NOTHING;
        vcpu.setGuestDebug(control, debugRegisters);
        Outcome outcome = enter(true);
        if (outcome == Outcome.DEBUG && vcpu.debugException() == BREAKPOINT_VECTOR) {
            vcpu.setGuestDebug(control | Abi.GUESTDBG_INJECT_BP, debugRegisters);
            outcome = enter(true);
        }
        return outcome;
    }

    /**
     * Gives a debug exception to the guest, which will find itself in its handler.
     *
     * @param vector 1 for #DB, 3 for #BP
     */
    void inject(int vector) {
        arm(Armed.RUN, vector == BREAKPOINT_VECTOR ? Abi.GUESTDBG_INJECT_BP : Abi.GUESTDBG_INJECT_DB, NO_SLOT);
    }

    /** The vCPU's user mode. */
    UserMode user() {
        return user;
    }

    /** Runs freely. */
    Outcome run() {
        user.endSteps();
        Outcome outcome = runOnce();
        while (user.givesPage(outcome)) {
            outcome = runOnce();
        }
        return outcome;
    }

    /** Runs freely with interrupts held back. */
    Outcome runUndisturbed() {
        user.endSteps();
        user.prepareRun();
        arm(Armed.NOTHING, stepControl & ~Abi.GUESTDBG_SINGLESTEP, NO_SLOT);
        return user.endRun(enter(false));
    }

    private Outcome runOnce() {
        user.prepareRun();
        if (armed != Armed.RUN || armedVersion != traps.version()) {
            arm(Armed.RUN, 0, NO_SLOT);
        }
        return user.endRun(enter(false));
    }

    /** Adds watchpoints to those that {@link #takeTouched} answers. */
    void touch(long watchpoints) {
        touched |= watchpoints;
    }

    /** The watchpoints whose memory has been accessed by way of a trapped page since this was last asked. */
    long takeTouched() {
        long taken = touched;
        touched = 0;
        return taken;
    }

    /** What the device access of the last {@link Outcome#EFFECT} asks for. */
    Effect effect() {
        return effect;
    }

    private void arm(Armed purpose, int control, int disarmedSlot) {
        setGuestDebug(purpose, control, traps.slots().fill(debugRegisters, disarmedSlot));
    }

    private void setGuestDebug(Armed purpose, int control, boolean slots) {
        int wanted = control | (slots ? Abi.GUESTDBG_ENABLE | Abi.GUESTDBG_USE_HW_BP : 0) | plantedControl();
        vcpu.setGuestDebug(wanted, debugRegisters);
        armed = purpose;
        armedVersion = traps.version();
    }

    /** With no interrupt let in, nothing but a fault can lead elsewhere: breakpoints need no slots until the step has ended. */
    private void armStep(Armed purpose, int disarmedSlot, FaultHandlers faults) {
        boolean heldBack = purpose == Armed.STEP;
        boolean slots = traps.slots().fill(debugRegisters, disarmedSlot);
        slots |= aimAt(faults, 0, heldBack);
        setGuestDebug(purpose, heldBack ? stepControl : stepControl & ~Abi.GUESTDBG_BLOCKIRQ, slots);
        armedFaults = faults.version();
    }

    private boolean aimAt(FaultHandlers faults, int from, boolean overBreakpoints) {
        int next = from;
        for (int i = 0; i < faults.count() && next < DebugSlots.COUNT; i++) {
            next = traps.slots().aim(debugRegisters, faults.address(i), next, overBreakpoints);
        }
        return next > from && faults.count() > 0;
    }

    private int plantedControl() {
        return traps.planted().isEmpty() ? 0 : Abi.GUESTDBG_ENABLE | trapControl;
    }

    private Outcome enter(boolean stepping) {
        while (true) {
            int reason = runVcpu();
            switch (reason) {
                case Abi.EXIT_IO, Abi.EXIT_MMIO -> {
                    serve(reason);
                    if (stepping
                            || touched != 0
                            || scrutiny.hasSeen()
                            || effect != Effect.none()
                            || hasChangeToNotice()) {
                        return complete();
                    }
                    if (user.isStale()) {
                        return Outcome.INTERRUPTED;
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

    /** Where KVM resets a vCPU that shuts down, its state is set to what it was when it last entered the guest. */
    private int runVcpu() {
        if (!shutdownLosesState) {
            return vcpu.run();
        }
        vcpu.keepRegisters();
        int reason = vcpu.run();
        if (reason == Abi.EXIT_SHUTDOWN) {
            vcpu.recallRegisters();
        }
        return reason;
    }

    /** Whether a vCPU that has shut down shows the state of an earlier moment. */
    boolean shutdownLosesState() {
        return shutdownLosesState;
    }

    /** Whether traps may have to move before the guest goes on. */
    private boolean hasChangeToNotice() {
        return traps.guards().hasNews() || (traps.hasSystemListeners() && system.differ(vcpu.sregs()));
    }

    /** Whether the vCPU's system registers are others than when this was last asked. */
    boolean takeSystemChange() {
        return system.haveChanged(vcpu.sregs());
    }

    /** Lets the instruction whose device access was served retire, without executing the next one. */
    private Outcome complete() {
        while (true) {
            int reason = vcpu.complete();
            if (reason != Abi.EXIT_IO && reason != Abi.EXIT_MMIO) {
                boolean retired = reason == Abi.EXIT_INTR || reason == Abi.EXIT_DEBUG;
                return effect != Effect.none() ? Outcome.EFFECT : retired ? Outcome.STEPPED : Outcome.EXIT;
            }
            Effect before = effect;
            serve(reason);
            effect = before == Effect.none() ? effect : before;
        }
    }

    private void serve(int reason) {
        effect = Effect.none();
        if (reason == Abi.EXIT_MMIO) {
            serveMemory();
        } else {
            servePort();
        }
    }

    /** RAM behind a trapped page, or an address at which there is nothing: that reads as all ones. */
    private void serveMemory() {
        long physical = vcpu.mmioAddress();
        int length = vcpu.mmioLength();
        boolean write = vcpu.mmioIsWrite();
        if (!memory.holds(physical, length)) {
            if (!write) {
                vcpu.setMmioData(-1L);
            }
            scrutiny.nothingThere(physical, length, write, write ? vcpu.mmioData() : -1L);
            return;
        }
        if (write) {
            traps.planted().store(physical, vcpu.mmioData(), length);
            traps.guards().written(physical, length);
        } else {
            vcpu.setMmioData(traps.planted().load(physical, length));
        }
        touched |= traps.watches().touched(physical, length, write);
    }

    /** Devices see one vCPU at a time, as on a bus. */
    private void servePort() {
        int port = vcpu.ioPort();
        int size = vcpu.ioSize();
        synchronized (ports) {
            for (int i = 0; i < vcpu.ioCount(); i++) {
                int value;
                if (vcpu.ioIsOut()) {
                    value = vcpu.ioData(i);
                    Effect wanted = ports.out(port, size, value);
                    effect = wanted == Effect.none() ? effect : wanted;
                } else {
                    value = ports.in(port, size);
                    vcpu.setIoData(i, value);
                }
                scrutiny.port(port, size, vcpu.ioIsOut(), value);
            }
            touched |= devices.takeTouched();
        }
    }
}
