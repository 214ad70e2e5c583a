package dev.kvmdap.engine;

import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.kvm.VcpuEvents;
import dev.kvmdap.x86.InstructionKind;

/**
 * Brings one vCPU into the guest and out again: serves the devices, heeds interruptions, and tells the guest's own debug
 * events from the debugger's. On the vCPU's thread. Allocates nothing unless the guest debugs itself.
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
        /** A device wants something of the machine: {@link ServedAccess#effect}. */
        EFFECT,
        /** Any other exit: {@link Vcpu#exit}. */
        EXIT
    }

    /** No slot is left disarmed. */
    static final int NO_SLOT = -1;

    private static final int BREAKPOINT_VECTOR = 3;
    private static final long RFLAGS_RF = 1 << 16;

    private final Cpu cpu;
    private final Vcpu vcpu;
    private final Traps traps;
    private final UserMode user;
    private final Scrutiny scrutiny;
    private final ServedAccess accesses;
    private final OwnEvent ownEvent;
    private final OwnDebugRegisters own;
    private final DebugControl debug;
    private final SystemRegisters system = new SystemRegisters();
    private final boolean shutdownLosesState;
    private final boolean dataSlotsFire;
    private boolean accessMet;
    private boolean unexplained;
    private boolean mayBeUndelivered;
    private long lostConditions;

    GuestEntry(
            Cpu cpu,
            Vcpu vcpu,
            ServedAccess accesses,
            Traps traps,
            UserMode user,
            Scrutiny scrutiny,
            HostFindings host) {
        this.cpu = cpu;
        this.vcpu = vcpu;
        this.accesses = accesses;
        this.traps = traps;
        this.user = user;
        this.scrutiny = scrutiny;
        this.ownEvent = new OwnEvent(cpu, vcpu);
        this.own = new OwnDebugRegisters(vcpu);
        this.debug = new DebugControl(cpu, vcpu, traps, own, host);
        this.shutdownLosesState = !host.shutdownKeepsState();
        this.dataSlotsFire = host.everywhere(mode -> mode.writeSlots() == DebugSlots.COUNT);
    }

    /** What looks at what the guest does in there. */
    Scrutiny scrutiny() {
        return scrutiny;
    }

    /** What serves the guest's accesses to accesses. */
    ServedAccess accesses() {
        return accesses;
    }

    /** The vCPU's user mode. */
    UserMode user() {
        return user;
    }

    /** What the guest is owed. */
    OwnEvent ownEvent() {
        return ownEvent;
    }

    /** What KVM has been asked for. */
    DebugControl debug() {
        return debug;
    }

    /** Registers may have been changed: whatever was armed counts no more. */
    void disarm() {
        debug.disarm();
    }

    /** Whether the instruction at RIP may raise #DB because the guest debugs itself. */
    boolean mayRaiseDebugException() {
        own.look();
        return debug.isOwnTrapFlagSet() || own.areInUse();
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
            debug.disarm();
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
            debug.armUserStep(interruptible, faults, user);
            return user.endStep(enter(true));
        }
        user.endSteps();
        debug.armStep(disarmedSlot, kind, interruptible, faults);
        Outcome outcome = enter(true);
        debug.endStep(kind, interruptible, outcome == Outcome.DEBUG && disarmedSlot == NO_SLOT);
        return outcome;
    }

    /** Whether the trap flag ended the step whose outcome this is, and nothing that came before. */
    boolean isEndOfStep(Outcome outcome) {
        boolean trapped = outcome == Outcome.DEBUG
                && vcpu.debugException() != BREAKPOINT_VECTOR
                && (vcpu.debugDr6() & OwnEvent.SINGLE_STEP) != 0;
        return trapped || outcome == Outcome.STEPPED;
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
        return debug.armRunTo(destination, disarmedSlot, faults)
                ? enter(true)
                : step(disarmedSlot, kind, false, faults);
    }

    /**
     * Gives the guest what it is owed, with interrupts held back, and lets it come to its handler's first instruction. Where
     * another exception is on its way already that one goes first.
     *
     * @param handlers finds where to
     */
    Outcome deliver(FaultHandlers handlers) {
        user.endSteps();
        boolean ready = ownEvent.prepare() && debug.armDelivery(handlers, ownEvent.vector(), ownEvent.injection());
        if (!ready) {
            ownEvent.letGoFirst();
            return deliverOther(handlers);
        }
        ownEvent.begin();
        own.forget();
        long from = cpu.pc();
        Outcome outcome = enter(true);
        if (outcome == Outcome.INTERRUPTED && cpu.pc() == from) {
            ownEvent.withdraw();
        } else {
            ownEvent.settle();
        }
        return outcome;
    }

    /**
     * Whether an exception is on its way into the guest that KVM was kept from delivering, by an interruption or a device
     * access: a trap flag that were set now would show in what is saved for its handler.
     */
    boolean hasUndelivered() {
        if (!mayBeUndelivered) {
            return false;
        }
        mayBeUndelivered = false;
        return isUndelivered();
    }

    private boolean isUndelivered() {
        VcpuEvents.ExceptionEvent exception = vcpu.state().events().exception();
        return exception.injected() || exception.pending();
    }

    /** Lets the exception that is on its way come to its handler's first instruction. KVM tells of all but #BP and #OF. */
    Outcome deliverOther(FaultHandlers handlers) {
        VcpuEvents.ExceptionEvent exception = vcpu.state().events().exception();
        boolean told = exception.injected() || exception.pending();
        debug.armDelivery(handlers, told ? exception.vector() : BREAKPOINT_VECTOR, 0);
        return enter(true);
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
        debug.armUndisturbedRun();
        return endRun(enter(false));
    }

    private Outcome runOnce() {
        user.prepareRun();
        debug.armRun();
        return endRun(enter(false));
    }

    private Outcome endRun(Outcome outcome) {
        debug.endRun();
        return user.endRun(outcome);
    }

    private Outcome enter(boolean stepping) {
        accessMet = false;
        unexplained = false;
        lostConditions = 0;
        while (true) {
            int reason = runVcpu();
            switch (reason) {
                case Abi.EXIT_IO, Abi.EXIT_MMIO -> {
                    accesses.serve(reason);
                    noteLostConditions();
                    if (stepping
                            || accesses.hasTouched()
                            || scrutiny.hasSeen()
                            || accesses.hasEffect()
                            || lostConditions != 0
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
                    mayBeUndelivered = true;
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
        EntrySlots slots = debug.slots();
        long debuggers = slots.debuggers(dr6);
        boolean guests = slots.anyGuests(dr6);
        if (guests) {
            debug.review();
        }
        boolean stepEnded = debug.isStepping() && (dr6 & OwnEvent.SINGLE_STEP) != 0;
        long breakpoints = slots.guests(dr6, own, vcpu.debugPc(), !stepEnded);
        long traps = debug.isStepping() ? 0 : dr6 & (OwnEvent.SINGLE_STEP | OwnEvent.TASK_SWITCH);
        boolean access = (dr6 & OwnEvent.ACCESS) != 0 && slots.detectsAccess();
        boolean ownAccess = access && own.detectAccess();
        accessMet = access && !ownAccess;
        long conditions = breakpoints | traps | (ownAccess ? OwnEvent.ACCESS : 0);
        if (conditions != 0) {
            ownEvent.owe(conditions, traps == 0 && !own.anyForData(breakpoints));
        }
        unexplained = conditions == 0 && debuggers == 0 && !guests && !stepEnded && !accessMet;
        accesses.touch(this.traps.watches().fired(debuggers));
    }

    /**
     * An access that exits, as the guest did not ask for since it is to RAM, loses what the processor would raise behind it: KVM
     * looks at no debug register for it, and at the guest's trap flag for reads only.
     */
    private void noteLostConditions() {
        if (accesses.ramLength() == 0) {
            return;
        }
        if (debug.isOwnTrapFlagSet()) {
            lostConditions |= OwnEvent.SINGLE_STEP;
        }
        if (dataSlotsFire) {
            own.forget();
            own.look();
            lostConditions |= own.forAccess(cpu, accesses.ramAddress(), accesses.ramLength(), accesses.isRamWrite());
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
                }
                mayBeUndelivered = true;
                if (retired && lostConditions != 0) {
                    oweLost();
                }
                return accesses.hasEffect() ? Outcome.EFFECT : retired ? Outcome.STEPPED : Outcome.EXIT;
            }
            accesses.serveMore(reason);
            noteLostConditions();
        }
    }

    /** Unless KVM delivers the trap itself. Breakpoints on data it never does. */
    private void oweLost() {
        boolean trapComes = isUndelivered();
        long lost = lostConditions & (trapComes ? ~OwnEvent.SINGLE_STEP : -1);
        if (lost != 0) {
            ownEvent.owe(lost, false);
        }
    }
}
