package dev.kvmdap.engine;

import dev.kvmdap.device.Effect;
import dev.kvmdap.engine.GuestEntry.Outcome;
import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.machine.Machine;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.InstructionKind;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Carries out step plans on one vCPU's thread: steps, passes breakpoints whose condition does not hold, and serves
 * devices without going back to the session thread.
 *
 * <p>Methods that answer {@code @Nullable Stop} mean by null that they did what they were asked for.
 */
final class RunLoop {

    private static final int BREAKPOINT_VECTOR = 3;
    private static final long UNKNOWN = -1;

    private final Vcpu vcpu;
    private final Cpu cpu;
    private final Traps traps;
    private final Turnstile turnstile;
    private final HaltCheck halts;
    private final GuestEntry guest;
    private final InstructionStep instruction;
    private final Runnable systemChanged;
    private final Runnable tellGuards;
    private final Runnable giveUpGuards;

    private InstructionKind executed = InstructionKind.OTHER;
    private boolean effectOwed;

    private volatile boolean pauseWanted;

    RunLoop(
            Cpu cpu,
            Vcpu vcpu,
            Machine machine,
            DeviceAccess devices,
            Traps traps,
            Turnstile turnstile,
            HaltCheck halts,
            HostFindings host) {
        this.cpu = cpu;
        this.vcpu = vcpu;
        this.traps = traps;
        this.turnstile = turnstile;
        this.halts = halts;
        Scrutiny scrutiny = new Scrutiny(cpu, traps.catchpoints(), machine);
        this.guest = new GuestEntry(
                cpu,
                vcpu,
                new ServedAccess(vcpu, machine, devices, traps, scrutiny),
                traps,
                new UserMode(cpu, vcpu, traps, turnstile, host),
                scrutiny,
                host);
        this.instruction = new InstructionStep(cpu, vcpu, traps, turnstile, guest, host);
        this.systemChanged = () -> traps.systemChanged(cpu);
        this.tellGuards = () -> traps.tellGuards(cpu);
        this.giveUpGuards = () -> traps.giveUpGuards(cpu);
    }

    /** Session thread, before {@link #run}: what was asked of an earlier run counts no more. */
    void prepare() {
        halts.begin(cpu.index());
        pauseWanted = false;
    }

    /** Any thread: the run shall end with {@link Stop.Paused}. Interrupt the vCPU after it. */
    void wantPause() {
        pauseWanted = true;
    }

    /** What the last instruction of a step plan was; of a call that ran through, its return. Session thread, after the run. */
    InstructionKind executed() {
        return executed;
    }

    /** Carries out a plan to its end, or to the stop that comes before. On the vCPU's thread. */
    Stop run(StepPlan plan) {
        turnstile.enter();
        try {
            guest.disarm();
            instruction.prepare();
            noticeChanges();
            executed = InstructionKind.OTHER;
            Stop stop = effectOwed ? stopFor(Outcome.EFFECT) : carryOut(plan);
            return stop != null ? stop : atEnd();
        } finally {
            turnstile.leave();
        }
    }

    /** The stop at what is armed where the vCPU stands, as if it had just come there; null for none. On its thread. */
    @Nullable Stop arrive() {
        if (guest.ownEvent().isOwed()) {
            return null; // its handler comes first, and may come back here
        }
        Location here = traps.at(cpu, cpu.pc());
        Stop hit = here == null ? null : here.hit(cpu);
        return hit != null ? hit : guest.scrutiny().atMagicBreak();
    }

    private @Nullable Stop carryOut(StepPlan plan) {
        if (plan instanceof StepPlan.Instruction) {
            return step();
        }
        if (plan instanceof StepPlan.LeaveRanges ranges) {
            return leave(ranges);
        }
        if (plan instanceof StepPlan.RunTo target) {
            return runTo(target.address().address(), target.stackAtLeast());
        }
        return advance(null);
    }

    /** A step that ends at a breakpoint is a stop at that breakpoint. */
    private Stop atEnd() {
        Stop hit = arrive();
        return hit != null ? hit : new Stop.Step(cpu.index());
    }

    private @Nullable Stop leave(StepPlan.LeaveRanges plan) {
        boolean first = true;
        long pc = cpu.pc();
        do {
            Stop stop = first ? null : arrive();
            if (stop == null) {
                stop = plan.over() && pc != plan.entered() ? stepOver() : step();
            }
            if (stop != null || pc == plan.entered()) {
                return stop;
            }
            first = false;
            pc = cpu.pc();
        } while (plan.contains(pc));
        return null;
    }

    /** One instruction; what it calls runs through. */
    private @Nullable Stop stepOver() {
        switch (instruction.decode()) {
            case CALL, CALL_FAR, INT, SYSCALL -> {
                long next = instruction.next();
                long stack = cpu.stackPointer();
                Stop stop = step();
                if (stop != null || instruction.faulted() || cpu.pc() == next) {
                    return stop;
                }
                executed = InstructionKind.RET;
                return runTo(next, stack);
            }
            default -> {
                return step();
            }
        }
    }

    /** One instruction with interrupts held back, whatever stands armed at it. */
    private @Nullable Stop step() {
        return step(false);
    }

    private @Nullable Stop step(boolean interruptible) {
        while (true) {
            executed = instruction.decode();
            long pc = instruction.pc();
            if (!guest.ownEvent().isOwed()) {
                if (executed == InstructionKind.HLT
                        && cpu.privilegeLevel() == 0
                        && !guest.debug().isOwnTrapFlagSet()) {
                    return stepHalt(interruptible);
                }
                guest.scrutiny().before(instruction.decoded(), pc);
            }
            Outcome outcome = instruction.execute(interruptible);
            if (instruction.faulted()) {
                executed = InstructionKind.OTHER;
                guest.scrutiny().notExecuted();
            }
            noticeChanges();
            Stop noticed = noticed(outcome, pc);
            if (noticed != null) {
                return noticed;
            }
            switch (outcome) {
                case STEPPED, DEBUG, TRAPPED -> {
                    return null;
                }
                case INTERRUPTED -> {
                    Stop stop = obey(pc);
                    if (stop != null || cpu.pc() != pc) {
                        return stop;
                    }
                }
                case EFFECT -> {
                    return stopFor(outcome);
                }
                case EXIT -> {
                    if (cpu.pc() != pc || !wasForbiddenByGuards(outcome)) {
                        boolean atNextTrap = cpu.pc() != pc && trapped(outcome) != null;
                        return atNextTrap ? null : stopFor(outcome);
                    }
                }
            }
        }
    }

    /** Whether KVM failed at an instruction while pages were guarded that are not any more, so that it can be tried again. */
    private boolean wasForbiddenByGuards(Outcome outcome) {
        if (outcome == Outcome.EXIT
                && mayComeFromTrappedPage()
                && traps.guards().trapsPages()) {
            turnstile.exclusivelyFromInside(giveUpGuards);
            return true;
        }
        return false;
    }

    /** In user mode on some hosts an access is refused, and an exception whose frame cannot be pushed shuts the vCPU down. */
    private boolean mayComeFromTrappedPage() {
        return switch (vcpu.exitReason()) {
            case Abi.EXIT_INTERNAL_ERROR, Abi.EXIT_FAULT, Abi.EXIT_MEMORY_FAULT -> true;
            case Abi.EXIT_SHUTDOWN -> guest.user().isEntered();
            default -> false;
        };
    }

    /** Hears of guarded memory, and lets traps move that depend on paging or the interrupt table, where the guest has changed these. */
    private void noticeChanges() {
        if (traps.guards().hasNews()) {
            turnstile.exclusivelyFromInside(tellGuards);
        }
        if (traps.hasSystemListeners() && guest.takeSystemChange()) {
            turnstile.exclusivelyFromInside(systemChanged);
        }
    }

    /** The stop at what the guest has done that somebody waits for, by the instruction at {@code pc}, or an unknown one for -1. */
    private @Nullable Stop noticed(Outcome outcome, long pc) {
        Stop watched = watched(pc);
        Stop caught = guest.scrutiny().conclude();
        Stop stop = watched != null ? watched : caught;
        effectOwed = stop != null && outcome == Outcome.EFFECT;
        return stop;
    }

    /** The stop at the watchpoints whose memory the instruction at {@code pc} has accessed, or an unknown one for -1. */
    private @Nullable Stop watched(long pc) {
        Watches watches = traps.watches();
        if (watches.isEmpty()) {
            return null;
        }
        long accessed = guest.accesses().takeTouched();
        accessed |= watches.changed(cpu);
        Optional<GuestVirtual> by = pc == UNKNOWN ? Optional.empty() : Optional.of(new GuestVirtual(pc));
        return accessed == 0 ? null : watches.hit(cpu, accessed, by);
    }

    /** HLT is over when an interrupt's handler has returned behind it; a step would not wait for one. */
    private @Nullable Stop stepHalt(boolean passing) {
        long next = instruction.next();
        Stop never = halts.halt(cpu, vcpu, next, passing);
        if (never != null) {
            return never;
        }
        guest.disarm();
        Target behind = new Target(next, cpu.stackPointer());
        turnstile.exclusivelyFromInside(behind::arm);
        try {
            Stop stop = mustStep(behind) ? awaken() : null;
            return stop != null || hasArrived(behind) ? stop : goOn(behind);
        } finally {
            turnstile.exclusivelyFromInside(behind::disarm);
        }
    }

    /** Sleeps until an interrupt comes, and takes the first step in its handler. */
    private @Nullable Stop awaken() {
        long pc = cpu.pc();
        while (true) {
            Outcome outcome = instruction.awaken();
            if (outcome != Outcome.INTERRUPTED) {
                Stop noticed = noticed(outcome, UNKNOWN);
                return noticed != null ? noticed : cpu.pc() == pc ? null : arrive();
            }
            Stop stop = obey(pc);
            if (stop != null || cpu.pc() != pc) {
                return stop;
            }
        }
    }

    /** Goes on until {@code address} is reached with enough of the stack released. */
    private @Nullable Stop runTo(long address, long stackAtLeast) {
        Target target = new Target(address, stackAtLeast);
        turnstile.exclusivelyFromInside(target::arm);
        try {
            return advance(target);
        } finally {
            turnstile.exclusivelyFromInside(target::disarm);
        }
    }

    /** Leaves a trap that the vCPU stands at, and goes on until the target is reached; without a target, until a stop. */
    private @Nullable Stop advance(@Nullable Target target) {
        boolean trapped = !mustStep(target) && traps.at(cpu, cpu.pc()) != null;
        Stop stop = trapped ? step() : null;
        return stop != null ? stop : goOn(target);
    }

    private @Nullable Stop goOn(@Nullable Target target) {
        while (true) {
            if (mustStep(target)) {
                Stop stop = step(true);
                stop = stop != null ? stop : arrive();
                if (stop != null || hasArrived(target)) {
                    return stop;
                }
                continue;
            }
            if (guest.ownEvent().isOwed()) {
                Stop stop = step();
                if (stop != null || hasArrived(target)) {
                    return stop;
                }
                continue;
            }
            Outcome outcome = guest.run();
            noticeChanges();
            if (outcome == Outcome.INTERRUPTED) {
                Stop stop = obey(UNKNOWN);
                if (stop != null) {
                    return stop;
                }
                continue;
            }
            instruction.hasRun();
            Stop stop = noticed(outcome, UNKNOWN);
            boolean behind = guest.ownEvent().isOwed() && !guest.ownEvent().isFault();
            Location here = stop == null && !behind ? trapped(outcome) : null;
            if (here != null) {
                stop = here.hit(cpu);
                if (stop != null || hasArrived(target)) {
                    return stop;
                }
                stop = step();
            } else if (stop == null && !wasForbiddenByGuards(outcome)) {
                stop = guest.hasMetAccess() || instruction.mayBeForbidden(outcome) ? step() : passOn(outcome);
            }
            if (stop != null) {
                return stop;
            }
        }
    }

    private boolean mustStep(@Nullable Target target) {
        return traps.needStepping() || (target != null && !target.armed());
    }

    private boolean hasArrived(@Nullable Target target) {
        return target != null && target.isReached();
    }

    /** Where a run ends, and a trap for it. */
    private final class Target {
        private final GuestVirtual address;
        private final long stackAtLeast;
        private @Nullable Location location;

        Target(long address, long stackAtLeast) {
            this.address = new GuestVirtual(address);
            this.stackAtLeast = stackAtLeast;
        }

        void arm() {
            location = traps.addTemporary(address, cpu);
        }

        void disarm() {
            if (location != null) {
                traps.removeTemporary(location);
            }
        }

        /** Whether the guest stops there; where neither a slot is free nor a byte can be planted, it must be stepped. */
        boolean armed() {
            return location != null && location.placement().verified();
        }

        boolean isReached() {
            return cpu.pc() == address.address() && Long.compareUnsigned(cpu.stackPointer(), stackAtLeast) >= 0;
        }
    }

    /** What left the guest and is nobody's trap: a debug event of the guest's own, or a stop. */
    private @Nullable Stop passOn(Outcome outcome) {
        if (instruction.oweGuest(outcome)) {
            return null;
        }
        return switch (outcome) {
            case STEPPED, TRAPPED, INTERRUPTED, DEBUG -> null;
            case EFFECT, EXIT -> stopFor(outcome);
        };
    }

    /** The armed place that the vCPU has run into; null if it left the guest for another reason. */
    private @Nullable Location trapped(Outcome outcome) {
        if (outcome == Outcome.DEBUG && vcpu.debugException() != BREAKPOINT_VECTOR) {
            return traps.slots().fired(guest.debug().slots().debuggers(vcpu.debugDr6()), cpu.pc());
        }
        boolean notEmulated = outcome == Outcome.EXIT && vcpu.exitReason() == Abi.EXIT_INTERNAL_ERROR;
        boolean atTrap = outcome == Outcome.DEBUG || outcome == Outcome.TRAPPED || notEmulated;
        Location here = atTrap ? traps.at(cpu, cpu.pc()) : null;
        if (here != null && here.planted() != null) {
            guest.passOwnBreakpoint();
        }
        return here;
    }

    /** Does what another thread wants; the vCPU has considered what stands armed at {@code considered}. */
    private @Nullable Stop obey(long considered) {
        if (turnstile.isClosed()) {
            turnstile.pass();
        }
        return pauseWanted ? pause(considered) : halts.check(cpu, vcpu);
    }

    /** A vCPU never stands at a place that it has not considered: when it goes on, it steps off without asking again. */
    private Stop pause(long considered) {
        long pc = cpu.pc();
        Location here = pc == considered ? null : traps.at(cpu, pc);
        Stop hit = here == null ? null : here.hit(cpu);
        return hit != null ? hit : new Stop.Paused(cpu.index());
    }

    private Stop stopFor(Outcome outcome) {
        if (outcome == Outcome.EFFECT) {
            Effect effect = guest.accesses().effect();
            return effect instanceof Effect.Exit exit
                    ? new Stop.Ended(cpu.index(), exit.code())
                    : new Stop.Reset(cpu.index(), ((Effect.Reset) effect).cause());
        }
        boolean interruptible = cpu.interruptsEnabled();
        return Exits.classify(vcpu.exit(), cpu.index(), cpu.pc(), interruptible, guest.shutdownLosesState());
    }
}
