package dev.kvmdap.engine;

import dev.kvmdap.engine.GuestEntry.Outcome;
import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.DebugRegisters;
import dev.kvmdap.kvm.GuestDebug;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.UserFindings;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.InstructionKind;
import dev.kvmdap.x86.PageWalk;
import org.jspecify.annotations.Nullable;

/**
 * One vCPU's 64-bit user mode on hosts whose KVM lets it run on the processor itself, so that the end of a step and a planted
 * byte raise exceptions in the guest instead of exits. The vCPU is caught at the first instruction of the guest's handler and
 * put back; what the debugger did not cause stays with the guest. Elsewhere it does nothing. On the vCPU's thread.
 */
final class UserMode {

    /** Where steps and planted bytes arrive in the guest; nobody stops there. */
    static final class Arrival implements Tripwire {
        @Override
        public @Nullable Stop reached(Cpu cpu) {
            return null;
        }
    }

    private static final int USER = 3;
    private static final long EFER_LMA = 1 << 10;
    private static final long DR6_BS = 1 << 14;
    private static final int GATE_SLOT = 3;
    private static final int NOTHING_SEEN = -1;

    private final Cpu cpu;
    private final Vcpu vcpu;
    private final Traps traps;
    private final Turnstile turnstile;
    private final WithheldPages withheld;
    private final UserFindings.Delivery step;
    private final UserFindings.Delivery planted;
    private final EventGate stepGate;
    private final EventGate plantedGate;
    private final UserContext context;

    private final Arrival arrival = new Arrival();
    private long arrivesAt = InterruptTable.NO_HANDLER;
    private int seenVersion = NOTHING_SEEN;
    private int arrangedVersion = NOTHING_SEEN;
    private boolean bytesPlanted;

    private long ownEventAt = InterruptTable.NO_HANDLER;
    private long stepFrom;
    private boolean ownTrapFlag;
    private @Nullable DebugRegisters beforeSteps;

    UserMode(Cpu cpu, Vcpu vcpu, Traps traps, Turnstile turnstile, HostFindings host) {
        this.cpu = cpu;
        this.vcpu = vcpu;
        this.traps = traps;
        this.turnstile = turnstile;
        this.withheld = traps.withheld();
        UserFindings findings = host.findings(CpuMode.LONG).user();
        step = findings.singleStep();
        planted = host.plantedByte().instruction().map(findings::planted).orElse(UserFindings.Delivery.LOST);
        stepGate = new EventGate(cpu);
        plantedGate = new EventGate(cpu);
        context = new UserContext(cpu, vcpu);
    }

    /** Whether the vCPU is in user mode, and the guest would get what the debugger causes there. */
    boolean isEntered() {
        return step.leaks() && cpu.mode() == CpuMode.LONG && cpu.privilegeLevel() == USER;
    }

    /**
     * Prepares a step.
     *
     * @param slots the debug registers for it: one of them will catch the vCPU where the step arrives
     */
    void beginStep(EntrySlots slots) {
        stepFrom = cpu.regs().rip();
        ownTrapFlag = (cpu.regs().rflags() & SavedFlags.TRAP_FLAG) != 0;
        stepGate.find(step.vector());
        if (stepGate.handler() != InterruptTable.NO_HANDLER) {
            slots.aimBy(GATE_SLOT, stepGate.handler());
        }
        if (beforeSteps == null) {
            beforeSteps = vcpu.state().debugRegisters();
        }
    }

    /** What a prepared step has come to: the vCPU is at the user's next instruction if the debugger's trap flag ended it. */
    Outcome endStep(Outcome outcome) {
        if (isAt(stepGate, outcome)) {
            boolean ours = readFrame(stepGate) && context.hasTrapFlag() && !ownTrapFlag;
            return ours && context.undo(context.rip()) ? Outcome.STEPPED : outcome;
        }
        boolean passed = cpu.regs().rip() != stepFrom;
        return isUndelivered(outcome) && passed ? Outcome.STEPPED : outcome;
    }

    /** Ends a row of steps: DR6, which KVM has changed for each of them, is the guest's again. */
    void endSteps() {
        DebugRegisters own = beforeSteps;
        if (own != null) {
            beforeSteps = null;
            DebugRegisters now = vcpu.state().debugRegisters();
            vcpu.state()
                    .setDebugRegisters(new DebugRegisters(
                            now.dr0(), now.dr1(), now.dr2(), now.dr3(), own.dr6() | (now.dr6() & ~DR6_BS), now.dr7()));
        }
    }

    /** Before the guest runs: has a trap stand where planted bytes arrive. */
    void prepareRun() {
        if (planted.leaks() && (arrangedVersion != traps.version() || isStale())) {
            turnstile.exclusivelyFromInside(this::arrange);
        }
    }

    /** Whether planted bytes arrive elsewhere than the trap for them stands. Allocates nothing. */
    boolean isStale() {
        return planted.leaks() && wantedArrival() != arrivesAt;
    }

    private long wantedArrival() {
        if (seenVersion != traps.version()) {
            seenVersion = traps.version();
            bytesPlanted = traps.plantsForOthersThan(Arrival.class);
        }
        if (!bytesPlanted || (cpu.sregs().efer() & EFER_LMA) == 0) {
            return InterruptTable.NO_HANDLER;
        }
        plantedGate.find(planted.vector());
        return plantedGate.handler();
    }

    private void arrange() {
        long wanted = wantedArrival();
        if (wanted != arrivesAt) {
            traps.remove(arrival);
            arrivesAt = wanted;
            if (wanted != InterruptTable.NO_HANDLER) {
                traps.add(arrival, new GuestVirtual(wanted), BreakpointMode.AUTO, cpu);
            }
        }
        withheld.arrange(arrivesAt, isEntered());
        arrangedVersion = traps.version();
    }

    /** Whether what the guest was left for is only that a page had been withheld from it, and it may go on now. */
    boolean givesPage(Outcome outcome) {
        if (outcome != Outcome.EXIT || withheld.isEmpty()) {
            return false;
        }
        switch (vcpu.exitReason()) {
            case Abi.EXIT_FAULT, Abi.EXIT_MEMORY_FAULT -> turnstile.exclusivelyFromInside(this::arrange);
            case Abi.EXIT_INTERNAL_ERROR, Abi.EXIT_SHUTDOWN -> {
                long physical = cpu.translate(cpu.pc());
                if (withheld.hold(physical)) {
                    turnstile.exclusivelyFromInside(() -> withheld.give(physical));
                } else if (traps.planted().at(physical) != null) {
                    return false;
                } else {
                    turnstile.exclusivelyFromInside(withheld::giveAll);
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** What a free run has come to: the vCPU is at a planted byte in user code if that was what led to the guest's handler. */
    Outcome endRun(Outcome outcome) {
        if (isUndelivered(outcome)) {
            long place = cpu.regs().rip() - planted.offset();
            if (planted.leaks() && isPlanted(place)) {
                cpu.regs().rip(place);
                vcpu.storeRegs();
                return Outcome.TRAPPED;
            }
            return outcome;
        }
        if (planted.leaks() && isAt(plantedGate, outcome) && readFrame(plantedGate)) {
            long place = context.rip() - planted.offset();
            if (isPlanted(place) && !isGuestsOwnStep(place) && context.undo(place)) {
                return Outcome.TRAPPED;
            }
            ownEventAt = context.rip();
        }
        return outcome;
    }

    /** Behind a planted byte the guest's own trap flag raises the exception if the step began elsewhere than at the byte. */
    private boolean isGuestsOwnStep(long place) {
        return context.hasTrapFlag()
                && ownEventAt != InterruptTable.NO_HANDLER
                && ownEventAt != place
                && (vcpu.state().debugRegisters().dr6() & DR6_BS) != 0;
    }

    private boolean isPlanted(long linear) {
        long physical = cpu.translate(linear);
        return physical != PageWalk.NOT_MAPPED && traps.planted().at(physical) != null;
    }

    /** Whether the vCPU has been stopped before the first instruction of a handler. */
    private boolean isAt(EventGate gate, Outcome outcome) {
        boolean stopped =
                outcome == Outcome.DEBUG || (outcome == Outcome.EXIT && vcpu.exitReason() == Abi.EXIT_INTERNAL_ERROR);
        return stopped
                && gate.handler() != InterruptTable.NO_HANDLER
                && cpu.regs().rip() == gate.handler();
    }

    private boolean readFrame(EventGate gate) {
        return context.read(cpu.regs().rsp() + gate.errorCodeBytes());
    }

    /** Whether an event in user mode found no handler: KVM shuts the vCPU down, which is still where the event was raised. */
    private boolean isUndelivered(Outcome outcome) {
        return outcome == Outcome.EXIT && vcpu.exitReason() == Abi.EXIT_SHUTDOWN && isEntered();
    }

    /**
     * Carries out a return to user mode in the guest's stead: KVM forgets the trap flag of a step on the way there. The
     * guest's own trap flag it shows only where no step is armed.
     *
     * @return whether it was one, and has been carried out
     */
    boolean returnsToUser(InstructionKind kind) {
        boolean possible = step.leaks()
                && kind == InstructionKind.IRET
                && cpu.mode() == CpuMode.LONG
                && cpu.privilegeLevel() < USER
                && context.read(cpu.regs().rsp());
        if (!possible) {
            return false;
        }
        if (context.hasTrapFlag()) {
            vcpu.setGuestDebug(GuestDebug.off());
        }
        if (!context.enter()) {
            return false;
        }
        vcpu.state().setEvents(vcpu.state().events().afterReturn());
        return true;
    }
}
