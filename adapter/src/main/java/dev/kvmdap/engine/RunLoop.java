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
        return runFree(null, ANY_STACK);
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

    /** One instruction, whatever stands armed at it. */
    private @Nullable Stop step() {
        while (true) {
            long pc = cpu.pc();
            executed = decode(pc);
            if (executed == InstructionKind.HLT) {
                return stepHalt(new GuestVirtual(pc + instruction.length()));
            }
            Outcome outcome = stepPast(traps.at(cpu, pc));
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

    private Outcome stepPast(@Nullable Location here) {
        if (here == null) {
            return guest.step(GuestEntry.NO_SLOT, executed);
        }
        if (here.placement() instanceof Placement.Slot held) {
            return guest.step(held.slot(), executed);
        }
        PlantedBytes.Planted planted = here.planted();
        if (planted == null) {
            return guest.step(GuestEntry.NO_SLOT, executed);
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
                outcome = guest.step(GuestEntry.NO_SLOT, executed);
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
        return runTo(next, cpu.stackPointer());
    }

    private @Nullable Stop runTo(GuestVirtual address, long stackAtLeast) {
        Temporary temporary = new Temporary(address);
        turnstile.exclusivelyFromInside(temporary::arm);
        try {
            return runFree(temporary.location, stackAtLeast);
        } finally {
            turnstile.exclusivelyFromInside(temporary::disarm);
        }
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

    /** Runs until {@code target} is reached with enough of the stack released; without a target, until a stop. */
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
            Location here = outcome == Outcome.EFFECT ? null : trapped(outcome);
            Stop stop;
            if (here != null) {
                boolean arrived = here == target && Long.compareUnsigned(cpu.stackPointer(), stackAtLeast) >= 0;
                stop = hit(here);
                if (arrived || stop != null) {
                    return stop;
                }
                stop = step();
            } else if (outcome == Outcome.DEBUG) {
                stop = deliver(vcpu.debugException());
            } else {
                stop = stopFor(outcome);
            }
            if (stop != null) {
                return stop;
            }
        }
    }

    /** The armed place that the vCPU has run into; null if it left the guest for another reason. */
    private @Nullable Location trapped(Outcome outcome) {
        if (outcome == Outcome.DEBUG && vcpu.debugException() != BREAKPOINT_VECTOR) {
            int slot = traps.slots().fired(vcpu.debugDr6());
            return slot < 0 ? null : traps.slots().holder(slot);
        }
        boolean atTrap = outcome == Outcome.DEBUG || vcpu.exitReason() == Abi.EXIT_INTERNAL_ERROR;
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
