package dev.kvmdap.engine;

import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.KvmException;
import dev.kvmdap.kvm.ModeFindings.OwnSlots;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.kvm.VcpuEvents;
import dev.kvmdap.x86.InstructionKind;

/**
 * Brings one vCPU into the guest and out again: arms guest debugging, serves the devices, heeds interruptions, and tells the
 * guest's own debug events from the debugger's. On the vCPU's thread. Allocates nothing.
 *
 * <p>KVM sets the trap flag in KVM_SET_GUEST_DEBUG only. An instruction that loads RFLAGS clears it, and on some hosts so
 * does one that KVM emulates; there it is armed before every step. While it is set KVM shows none, and takes the guest's own
 * with it when it is cleared: an instruction under the guest's own trap flag is executed by that flag instead.
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
        /** A device wants something of the machine: {@link DeviceAccess#effect}. */
        EFFECT,
        /** Any other exit: {@link Vcpu#exit}. */
        EXIT
    }

    /** No slot is left disarmed. */
    static final int NO_SLOT = -1;

    private static final int BREAKPOINT_VECTOR = 3;
    private static final long RFLAGS_RF = 1 << 16;

    private enum Armed {
        NOTHING,
        STEP,
        INTERRUPTIBLE_STEP,
        RUN
    }

    private final Cpu cpu;
    private final Vcpu vcpu;
    private final Traps traps;
    private final UserMode user;
    private final Scrutiny scrutiny;
    private final DeviceAccess devices;
    private final OwnEvent ownEvent;
    private final OwnDebugRegisters own;
    private final EntrySlots slots;
    private final SystemRegisters system = new SystemRegisters();
    private final int stepControl;
    private final int trapControl;
    private final boolean staysArmed;
    private final boolean shutdownLosesState;
    private final boolean displacesOwn;
    private final boolean tellsOfAccess;
    private Armed armed = Armed.NOTHING;
    private int armedVersion;
    private int armedFaults;
    private int control;
    private boolean accessMet;
    private boolean unexplained;
    private int unserved;

    GuestEntry(
            Cpu cpu,
            Vcpu vcpu,
            DeviceAccess devices,
            Traps traps,
            UserMode user,
            Scrutiny scrutiny,
            OwnEvent ownEvent,
            HostFindings host) {
        this.cpu = cpu;
        this.vcpu = vcpu;
        this.devices = devices;
        this.traps = traps;
        this.user = user;
        this.scrutiny = scrutiny;
        this.ownEvent = ownEvent;
        this.own = new OwnDebugRegisters(vcpu);
        this.slots = new EntrySlots(traps.slots());
        this.staysArmed = host.stepStaysArmed();
        this.shutdownLosesState = !host.shutdownKeepsState();
        this.displacesOwn = !host.everywhere(mode -> mode.ownSlots() == OwnSlots.IN_FORCE);
        this.tellsOfAccess = host.everywhere(mode -> mode.ownSlots() == OwnSlots.DISPLACED);
        this.trapControl = traps.trapByte().control();
        this.stepControl =
                Abi.GUESTDBG_ENABLE | Abi.GUESTDBG_SINGLESTEP | (host.guestDebugControls() & Abi.GUESTDBG_BLOCKIRQ);
    }

    /** What looks at what the guest does in there. */
    Scrutiny scrutiny() {
        return scrutiny;
    }

    /** What serves the guest's accesses to devices. */
    DeviceAccess devices() {
        return devices;
    }

    /** The vCPU's user mode. */
    UserMode user() {
        return user;
    }

    /** What the guest is owed. */
    OwnEvent ownEvent() {
        return ownEvent;
    }

    /** The debug registers as the guest has set them. */
    OwnDebugRegisters own() {
        return own;
    }

    /** The debug registers with which the guest was entered. */
    EntrySlots slots() {
        return slots;
    }

    /** Registers may have been changed: whatever was armed counts no more. */
    void disarm() {
        armed = Armed.NOTHING;
        own.forget();
    }

    /** Whether the guest has set its own trap flag. KVM shows it, since no instruction is single-stepped that has it set. */
    boolean hasOwnTrapFlag() {
        return (vcpu.regs().rflags() & SavedFlags.TRAP_FLAG) != 0;
    }

    /** Whether the instruction at RIP may raise #DB because the guest debugs itself. */
    boolean mayRaiseDebugException() {
        own.look();
        return hasOwnTrapFlag() || own.areInUse();
    }

    /**
     * The vCPU has come to execute a planted byte: a breakpoint of the guest's own before the instruction there has been passed
     * already, and must not come again when the instruction itself is executed.
     */
    void passOwnBreakpoint() {
        own.look();
        long flags = vcpu.regs().rflags();
        if (own.stopAt(cpu.pc()) && (flags & RFLAGS_RF) == 0) {
            vcpu.regs().rflags(flags | RFLAGS_RF);
            vcpu.storeRegs();
            armed = Armed.NOTHING;
        }
    }

    /** Whether the guest was left because it is about to read or write a debug register, where that is only to be known. */
    boolean hasMetAccess() {
        return accessMet;
    }

    /** Whether the guest was left by a #DB for which neither the debugger nor a condition in DR6 accounts. */
    boolean isUnexplained() {
        return unexplained;
    }

    /** Bit n for the breakpoint in the guest's own DRn that has found no room beside the debugger's. */
    int unserved() {
        return unserved;
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
        if (kind == InstructionKind.MOV_DR || own.detectAccess() || interruptible) {
            own.forget();
        }
        return outcome;
    }

    private Outcome stepOnce(int disarmedSlot, InstructionKind kind, boolean interruptible, FaultHandlers faults) {
        if (user.isEntered()) {
            return stepUser(interruptible, faults);
        }
        user.endSteps();
        Armed wanted = interruptible ? Armed.INTERRUPTIBLE_STEP : Armed.STEP;
        boolean ownFlag = hasOwnTrapFlag();
        boolean same = armed == wanted
                && armedVersion == traps.version()
                && armedFaults == faults.version()
                && kind != InstructionKind.MOV_DR
                && !(displacesOwn && own.areInUse());
        if (!same || disarmedSlot != NO_SLOT || ownFlag) {
            armStep(wanted, disarmedSlot, kind, faults, ownFlag);
        }
        Outcome outcome = enter(true);
        boolean harmless =
                kind == InstructionKind.OTHER && outcome == Outcome.DEBUG && disarmedSlot == NO_SLOT && !ownFlag;
        armed = staysArmed && harmless ? wanted : Armed.NOTHING;
        return outcome;
    }

    private Outcome stepUser(boolean interruptible, FaultHandlers faults) {
        slots.fill(NO_SLOT);
        aimAt(faults, 0, !interruptible);
        user.beginStep(slots);
        setGuestDebug(
                (interruptible ? stepControl & ~Abi.GUESTDBG_BLOCKIRQ : stepControl) | Abi.GUESTDBG_USE_HW_BP);
        return user.endStep(enter(true));
    }

    /** Whether the trap flag ended the step whose outcome this is, and nothing that came before. */
    boolean isEndOfStep(Outcome outcome) {
        boolean trapped = outcome == Outcome.DEBUG
                && vcpu.debugException() != BREAKPOINT_VECTOR
                && (vcpu.debugDr6() & OwnEvent.SINGLE_STEP) != 0;
        return trapped || outcome == Outcome.STEPPED;
    }

    /** Whether the guest was entered with the debugger's trap flag. */
    boolean isStepping() {
        return (control & Abi.GUESTDBG_SINGLESTEP) != 0;
    }

    /** Gives the guest the trap flag that it has just loaded itself, under a step in which KVM shows none. */
    void giveTrapFlag() {
        slots.fill(NO_SLOT);
        setGuestDebug(Abi.GUESTDBG_ENABLE);
        vcpu.regs().rflags(vcpu.regs().rflags() | SavedFlags.TRAP_FLAG);
        vcpu.storeRegs();
    }

    /**
     * Executes one instruction that cannot be stepped, with interrupts held back.
     *
     * @param destination linear address of the instruction that follows it
     * @param disarmedSlot as for {@link #step}
     * @param kind of the instruction
     * @param faults where the run ends too
     */
    Outcome runTo(long destination, int disarmedSlot, InstructionKind kind, FaultHandlers faults) {
        user.endSteps();
        slots.fill(disarmedSlot);
        int next = slots.aim(destination, 0, true);
        if (next > DebugSlots.COUNT) {
            return step(disarmedSlot, kind, false, faults);
        }
        addOwn(cpu.pc(), true);
        aimAt(faults, next, true);
        setGuestDebug((stepControl & ~Abi.GUESTDBG_SINGLESTEP) | Abi.GUESTDBG_USE_HW_BP);
        return enter(true);
    }

    /**
     * Gives the guest what it is owed, with interrupts held back, and lets it come to its handler's first instruction. Where
     * another exception is on its way already that one goes first.
     *
     * @param handlers finds where to
     */
    Outcome deliver(FaultHandlers handlers) {
        user.endSteps();
        boolean ready = ownEvent.prepare() && inject(handlers);
        if (!ready) {
            ownEvent.letGoFirst();
            armDelivery(handlers, vcpu.state().events().exception().vector(), 0);
        }
        own.forget();
        return enter(true);
    }

    private boolean inject(FaultHandlers handlers) {
        try {
            armDelivery(handlers, ownEvent.vector(), ownEvent.injection());
        } catch (KvmException e) {
            if (e.isBusy()) {
                return false;
            }
            throw e;
        }
        ownEvent.settle();
        return true;
    }

    private void armDelivery(FaultHandlers handlers, int vector, int injection) {
        handlers.chooseFor(vector);
        slots.fill(NO_SLOT);
        addOwn(DebugSlots.NOWHERE, true);
        aimAt(handlers, 0, true);
        setGuestDebug((stepControl & ~Abi.GUESTDBG_SINGLESTEP) | Abi.GUESTDBG_USE_HW_BP | injection);
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
        armRun(stepControl & ~Abi.GUESTDBG_SINGLESTEP);
        armed = Armed.NOTHING;
        return endRun(enter(false));
    }

    private Outcome runOnce() {
        user.prepareRun();
        if (armed != Armed.RUN || armedVersion != traps.version()) {
            armRun(0);
            armed = Armed.RUN;
        }
        return endRun(enter(false));
    }

    /** What the guest has done with its debug registers meanwhile was seen only if it was made to exit for it. */
    private Outcome endRun(Outcome outcome) {
        if (!slots.detectsAccess() || !tellsOfAccess) {
            own.forget();
            armed = displacesOwn && slots.areArmed() ? Armed.NOTHING : armed;
        }
        return user.endRun(outcome);
    }

    private void armRun(int additionally) {
        slots.fill(NO_SLOT);
        boolean debuggers = slots.areArmed();
        if (debuggers) {
            addOwn(DebugSlots.EVERYWHERE, false);
        }
        setGuestDebug(additionally | (debuggers ? Abi.GUESTDBG_ENABLE | Abi.GUESTDBG_USE_HW_BP : 0));
    }

    private void setGuestDebug(int wanted) {
        control = wanted | (traps.planted().isEmpty() ? 0 : Abi.GUESTDBG_ENABLE | trapControl);
        armed = Armed.NOTHING;
        armedVersion = traps.version();
        vcpu.setGuestDebug(control, slots.registers());
    }

    /** Puts the guest's own breakpoints beside the debugger's, where KVM does not leave them in force. */
    private void addOwn(long pc, boolean overBreakpoints) {
        if (displacesOwn) {
            own.look();
            unserved = slots.addOwn(own, pc, overBreakpoints);
            slots.detectAccess();
        }
    }

    /** With no interrupt let in, nothing but a fault can lead elsewhere: breakpoints need no slots until the step has ended. */
    private void armStep(
            Armed purpose, int disarmedSlot, InstructionKind kind, FaultHandlers faults, boolean ownTrapFlag) {
        boolean heldBack = purpose == Armed.STEP;
        slots.fill(disarmedSlot);
        addOwn(heldBack && !ownTrapFlag ? cpu.pc() : DebugSlots.EVERYWHERE, heldBack);
        if (kind == InstructionKind.MOV_DR && !own.detectAccess()) {
            slots.letAccess();
        }
        boolean aimed = aimAt(faults, 0, heldBack);
        int stepping = ownTrapFlag ? stepControl & ~Abi.GUESTDBG_SINGLESTEP | Abi.GUESTDBG_USE_HW_BP : stepControl;
        setGuestDebug((heldBack ? stepping : stepping & ~Abi.GUESTDBG_BLOCKIRQ)
                | (aimed || slots.areArmed() ? Abi.GUESTDBG_USE_HW_BP : 0));
        armed = purpose;
        armedFaults = faults.version();
    }

    private boolean aimAt(FaultHandlers faults, int from, boolean overBreakpoints) {
        int next = from;
        for (int i = 0; i < faults.count() && next < DebugSlots.COUNT; i++) {
            next = slots.aim(faults.address(i), next, overBreakpoints);
        }
        return next > from && faults.count() > 0;
    }

    private Outcome enter(boolean stepping) {
        accessMet = false;
        unexplained = false;
        while (true) {
            int reason = runVcpu();
            switch (reason) {
                case Abi.EXIT_IO, Abi.EXIT_MMIO -> {
                    devices.serve(reason);
                    if (stepping
                            || devices.hasTouched()
                            || scrutiny.hasSeen()
                            || devices.hasEffect()
                            || (devices.hasStoredInRam() && hasOwnTrapFlag())
                            || hasChangeToNotice()) {
                        return complete();
                    }
                    if (user.isStale()) {
                        return Outcome.INTERRUPTED;
                    }
                }
                case Abi.EXIT_DEBUG -> {
                    if (vcpu.debugException() != BREAKPOINT_VECTOR) {
                        sort(vcpu.debugDr6());
                    }
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

    /** Tells what of a #DB is the debugger's from what the guest is owed. */
    private void sort(long dr6) {
        long debuggers = slots.debuggers(dr6);
        boolean stepEnded = isStepping() && (dr6 & OwnEvent.SINGLE_STEP) != 0;
        long breakpoints = slots.guests(dr6, own, vcpu.debugPc(), !stepEnded);
        long traps = isStepping() ? 0 : dr6 & (OwnEvent.SINGLE_STEP | OwnEvent.TASK_SWITCH);
        boolean access = (dr6 & OwnEvent.ACCESS) != 0 && slots.detectsAccess();
        boolean ownAccess = access && own.detectAccess();
        accessMet = access && !ownAccess;
        long conditions = breakpoints | traps | (ownAccess ? OwnEvent.ACCESS : 0);
        if (conditions != 0) {
            ownEvent.owe(conditions, traps == 0 && !own.anyForData(breakpoints));
        }
        unexplained = conditions == 0 && debuggers == 0 && !stepEnded && !accessMet;
        devices.touch(this.traps.watches().fired(debuggers));
    }

    /** KVM forgets the guest's trap flag behind a write that exits, and the guest did not ask for that exit. */
    private void oweLostTrap() {
        VcpuEvents.ExceptionEvent raised = vcpu.state().events().exception();
        if (!raised.injected() && !raised.pending()) {
            ownEvent.owe(OwnEvent.SINGLE_STEP, false);
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
                if (reason == Abi.EXIT_DEBUG && vcpu.debugException() != BREAKPOINT_VECTOR) {
                    sort(vcpu.debugDr6());
                } else if (retired && devices.hasStoredInRam() && hasOwnTrapFlag()) {
                    oweLostTrap();
                }
                return devices.hasEffect() ? Outcome.EFFECT : retired ? Outcome.STEPPED : Outcome.EXIT;
            }
            devices.serveMore(reason);
        }
    }
}
