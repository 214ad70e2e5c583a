package dev.kvmdap.engine;

import dev.kvmdap.device.Effect;
import dev.kvmdap.engine.Condition.ConditionException;
import dev.kvmdap.engine.GuestEntry.Outcome;
import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.Instruction;
import dev.kvmdap.x86.InstructionKind;
import java.util.ArrayList;
import java.util.List;
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
    private static final int ANY_STACK = 0;
    private static final long UNKNOWN = -1;

    private final Vcpu vcpu;
    private final Cpu cpu;
    private final Traps traps;
    private final Turnstile turnstile;
    private final HaltCheck halts;
    private final GuestEntry guest;

    private final byte[] code = new byte[Instruction.MAX_BYTES];
    private final Instruction instruction = new Instruction();
    private InstructionKind executed = InstructionKind.OTHER;

    private volatile boolean pauseWanted;

    RunLoop(Cpu cpu, Vcpu vcpu, Traps traps, Turnstile turnstile, HaltCheck halts, GuestEntry guest) {
        this.cpu = cpu;
        this.vcpu = vcpu;
        this.traps = traps;
        this.turnstile = turnstile;
        this.halts = halts;
        this.guest = guest;
    }

    /** Session thread, before {@link #run}: what was asked of an earlier run counts no more. */
    void prepare() {
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
            traps.watches().refresh(cpu);
            executed = InstructionKind.OTHER;
            Stop stop = carryOut(plan);
            return stop != null ? stop : atEnd();
        } finally {
            turnstile.leave();
        }
    }

    private @Nullable Stop carryOut(StepPlan plan) {
        if (plan instanceof StepPlan.Instruction) {
            return step();
        }
        if (plan instanceof StepPlan.LeaveRanges ranges) {
            return leave(ranges);
        }
        if (plan instanceof StepPlan.RunTo target) {
            return runTo(target.address(), target.stackAtLeast());
        }
        return advance(null, ANY_STACK);
    }

    /** A step that ends at a breakpoint is a stop at that breakpoint. */
    private Stop atEnd() {
        Location here = traps.at(cpu, cpu.pc());
        Stop hit = here == null ? null : hit(here);
        return hit != null ? hit : new Stop.Step(cpu.index());
    }

    private @Nullable Stop leave(StepPlan.LeaveRanges plan) {
        boolean first = true;
        long pc = cpu.pc();
        do {
            Location here = first ? null : traps.at(cpu, pc);
            Stop stop = here == null ? null : hit(here);
            if (stop == null) {
                stop = plan.over() ? stepOver(pc) : step();
            }
            if (stop != null) {
                return stop;
            }
            first = false;
            pc = cpu.pc();
        } while (plan.contains(pc));
        return null;
    }

    /** One instruction; what it calls runs through. */
    private @Nullable Stop stepOver(long pc) {
        InstructionKind kind = decode(pc);
        switch (kind) {
            case CALL, CALL_FAR, INT -> {
                GuestVirtual next = new GuestVirtual(pc + instruction.length());
                long stack = cpu.stackPointer();
                Stop stop = step();
                if (stop != null || cpu.pc() == next.address()) {
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
            long pc = cpu.pc();
            executed = decode(pc);
            if (executed == InstructionKind.HLT) {
                return stepHalt(new GuestVirtual(pc + instruction.length()));
            }
            Outcome outcome = stepPast(traps.at(cpu, pc), interruptible);
            Stop watched = watched(outcome, pc);
            if (watched != null) {
                return watched;
            }
            switch (outcome) {
                case STEPPED -> {
                    return null;
                }
                case DEBUG -> {
                    return vcpu.debugException() == BREAKPOINT_VECTOR ? deliver(BREAKPOINT_VECTOR) : null;
                }
                case INTERRUPTED -> {
                    Stop stop = obey();
                    if (stop != null || cpu.pc() != pc) {
                        return stop;
                    }
                }
                case EFFECT, EXIT -> {
                    return stopFor(outcome);
                }
            }
        }
    }

    /** The stop at the watchpoints whose memory the instruction at {@code pc} has accessed, or an unknown one for -1. */
    private @Nullable Stop watched(Outcome outcome, long pc) {
        Watches watches = traps.watches();
        if (watches.isEmpty()) {
            return null;
        }
        long accessed = guest.takeTouched();
        if (outcome == Outcome.DEBUG && vcpu.debugException() != BREAKPOINT_VECTOR) {
            accessed |= watches.fired(vcpu.debugDr6());
        }
        accessed |= watches.changed(cpu);
        Optional<GuestVirtual> by = pc == UNKNOWN ? Optional.empty() : Optional.of(new GuestVirtual(pc));
        return accessed == 0 ? null : watches.hit(cpu, accessed, by);
    }

    private Outcome stepPast(@Nullable Location here, boolean interruptible) {
        Outcome outcome = stepPastTrap(here, interruptible);
        return isForbiddenFetch(outcome) ? stepOnForbiddenPage(here) : outcome;
    }

    private boolean isForbiddenFetch(Outcome outcome) {
        return outcome == Outcome.EXIT
                && vcpu.exitReason() == Abi.EXIT_INTERNAL_ERROR
                && traps.watches().pages().forbidsFetch(cpu.translate(cpu.pc()));
    }

    /** With the page open to the guest for this instruction; what it changes there is seen by comparing. */
    private Outcome stepOnForbiddenPage(@Nullable Location here) {
        long page = cpu.translate(cpu.pc());
        PageTraps pages = traps.watches().pages();
        turnstile.exclusivelyFromInside(() -> pages.lift(page));
        try {
            Outcome outcome = stepPastTrap(here, false);
            guest.touch(traps.watches().changedAnywhere(cpu));
            return outcome;
        } finally {
            turnstile.exclusivelyFromInside(() -> pages.restore(page));
        }
    }

    private Outcome stepPastTrap(@Nullable Location here, boolean interruptible) {
        if (here == null) {
            return guest.step(GuestEntry.NO_SLOT, executed, interruptible);
        }
        if (here.placement() instanceof Placement.Slot held) {
            return guest.step(held.slot(), executed, false);
        }
        PlantedBytes.Planted planted = here.planted();
        if (planted == null) {
            return guest.step(GuestEntry.NO_SLOT, executed, false);
        }
        StepWithByteLifted lifted = new StepWithByteLifted(planted);
        turnstile.exclusivelyFromInside(lifted);
        return lifted.outcome;
    }

    private final class StepWithByteLifted implements Runnable {
        private final PlantedBytes.Planted planted;
        private Outcome outcome = Outcome.INTERRUPTED;

        StepWithByteLifted(PlantedBytes.Planted planted) {
            this.planted = planted;
        }

        @Override
        public void run() {
            traps.planted().lift(planted);
            try {
                outcome = guest.step(GuestEntry.NO_SLOT, executed, false);
            } finally {
                traps.planted().replant(planted);
            }
        }
    }

    /** HLT is over when an interrupt's handler has returned behind it; stepping it would not wait for one. */
    private @Nullable Stop stepHalt(GuestVirtual next) {
        if (!cpu.interruptsEnabled()) {
            return HaltCheck.withInterruptsOff(cpu.index());
        }
        Temporary temporary = new Temporary(next);
        turnstile.exclusivelyFromInside(temporary::arm);
        try {
            return runFree(temporary.location, cpu.stackPointer());
        } finally {
            turnstile.exclusivelyFromInside(temporary::disarm);
        }
    }

    private @Nullable Stop runTo(GuestVirtual address, long stackAtLeast) {
        Temporary temporary = new Temporary(address);
        turnstile.exclusivelyFromInside(temporary::arm);
        try {
            return advance(temporary.location, stackAtLeast);
        } finally {
            turnstile.exclusivelyFromInside(temporary::disarm);
        }
    }

    /** Goes on until {@code target} is reached with enough of the stack released; without a target, until a stop. */
    private @Nullable Stop advance(@Nullable Location target, long stackAtLeast) {
        return traps.watches().needStepping() ? runStepping(target, stackAtLeast) : runFree(target, stackAtLeast);
    }

    private @Nullable Stop runStepping(@Nullable Location target, long stackAtLeast) {
        while (true) {
            Stop stop = step(true);
            if (stop != null) {
                return stop;
            }
            Location here = traps.at(cpu, cpu.pc());
            if (here != null) {
                stop = hit(here);
                if (stop != null || hasArrived(here, target, stackAtLeast)) {
                    return stop;
                }
            }
        }
    }

    private boolean hasArrived(Location here, @Nullable Location target, long stackAtLeast) {
        return here == target && Long.compareUnsigned(cpu.stackPointer(), stackAtLeast) >= 0;
    }

    private final class Temporary {
        private final GuestVirtual address;
        private @Nullable Location location;

        Temporary(GuestVirtual address) {
            this.address = address;
        }

        void arm() {
            location = traps.addTemporary(address, cpu);
        }

        void disarm() {
            if (location != null) {
                traps.removeTemporary(location);
            }
        }
    }

    private @Nullable Stop runFree(@Nullable Location target, long stackAtLeast) {
        if (traps.at(cpu, cpu.pc()) != null) {
            Stop stop = step();
            if (stop != null) {
                return stop;
            }
        }
        while (true) {
            Outcome outcome = guest.run();
            if (outcome == Outcome.INTERRUPTED) {
                Stop stop = obey();
                if (stop != null) {
                    return stop;
                }
                continue;
            }
            Stop stop = watched(outcome, UNKNOWN);
            Location here = stop == null ? trapped(outcome) : null;
            if (here != null) {
                stop = hit(here);
                if (stop != null || hasArrived(here, target, stackAtLeast)) {
                    return stop;
                }
                stop = step();
            } else if (stop == null) {
                stop = isForbiddenFetch(outcome) ? step() : passOn(outcome);
            }
            if (stop != null) {
                return stop;
            }
        }
    }

    /** What left the guest and is nobody's trap: the guest's own debug exception, or a stop. */
    private @Nullable Stop passOn(Outcome outcome) {
        return switch (outcome) {
            case STEPPED, INTERRUPTED -> null;
            case DEBUG -> isWatchOnly() ? null : deliver(vcpu.debugException());
            case EFFECT, EXIT -> stopFor(outcome);
        };
    }

    /** Whether the debug exception was an access to watched memory, whose condition did not hold. */
    private boolean isWatchOnly() {
        return vcpu.debugException() != BREAKPOINT_VECTOR && traps.watches().fired(vcpu.debugDr6()) != 0;
    }

    /** The armed place that the vCPU has run into; null if it left the guest for another reason. */
    private @Nullable Location trapped(Outcome outcome) {
        if (outcome == Outcome.DEBUG && vcpu.debugException() != BREAKPOINT_VECTOR) {
            return traps.slots().fired(vcpu.debugDr6());
        }
        boolean notEmulated = outcome == Outcome.EXIT && vcpu.exitReason() == Abi.EXIT_INTERNAL_ERROR;
        boolean atTrap = outcome == Outcome.DEBUG || notEmulated;
        return atTrap ? traps.at(cpu, cpu.pc()) : null;
    }

    /** A debug exception that the debugger did not cause belongs to the guest. */
    private @Nullable Stop deliver(int vector) {
        Outcome outcome = guest.inject(vector);
        return outcome == Outcome.EXIT || outcome == Outcome.EFFECT ? stopFor(outcome) : null;
    }

    private @Nullable Stop hit(Location here) {
        List<Breakpoint> breakpoints = here.breakpoints();
        if (breakpoints.isEmpty()) {
            return null;
        }
        List<Breakpoint> hit = null;
        String problem = "";
        for (int i = 0; i < breakpoints.size(); i++) {
            Breakpoint breakpoint = breakpoints.get(i);
            Condition condition = breakpoint.condition();
            try {
                if (condition != null && !condition.holds(cpu)) {
                    continue;
                }
            } catch (ConditionException e) {
                problem = String.valueOf(e.getMessage());
            }
            hit = hit == null ? new ArrayList<>() : hit;
            hit.add(breakpoint);
        }
        return hit == null ? null : new Stop.Breakpoints(cpu.index(), List.copyOf(hit), problem);
    }

    private @Nullable Stop obey() {
        if (turnstile.isClosed()) {
            turnstile.pass();
        }
        if (pauseWanted) {
            return new Stop.Paused(cpu.index());
        }
        return halts.check(cpu, vcpu);
    }

    private Stop stopFor(Outcome outcome) {
        if (outcome == Outcome.EFFECT) {
            Effect effect = guest.effect();
            return effect instanceof Effect.Exit exit
                    ? new Stop.Ended(cpu.index(), exit.code())
                    : new Stop.Reset(cpu.index(), ((Effect.Reset) effect).cause());
        }
        boolean interruptible = cpu.interruptsEnabled();
        return Exits.classify(vcpu.exit(), cpu.index(), cpu.pc(), interruptible);
    }

    private InstructionKind decode(long pc) {
        int available = cpu.memory().read(pc, code, 0, code.length);
        return instruction.decode(code, available, cpu.codeBits());
    }
}
