package dev.kvmdap.engine;

import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.machine.Machine;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.X86Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Debugs one guest: breakpoints, steps, stops, and the state in between. All methods belong to the session thread unless
 * they say otherwise; none of them waits for the guest to stop by itself.
 *
 * <p>A stop holds the whole guest. A resume answers at once, and one {@link Stop} follows it.
 */
public final class Engine implements AutoCloseable {

    private final Supplier<Machine> powerOn;
    private final Symbols symbols;
    private final TrapByte trapByte;
    private final HostFindings host;
    private final Executor sessionThread;
    private final EngineListener listener;
    private final List<Breakpoint> breakpoints = new ArrayList<>();
    private final List<Watchpoint> watchpoints = new ArrayList<>();
    private final List<Catchpoint> catchpoints = new ArrayList<>();
    private final List<ExceptionTrap> exceptionTraps = new ArrayList<>();

    private Guest guest;
    private final AtomicBoolean tellingChange = new AtomicBoolean();
    private int nextId = 1;
    private @Nullable LineStep step;
    private boolean stopAtTripleFault = true;
    private OptionalInt pausing = OptionalInt.empty();
    private boolean closed;

    /**
     * Switches the guest's machine on; it stands before its first instruction.
     *
     * @param powerOn makes the machine, now and at every restart
     * @param sessionThread runs tasks on the session thread, in order
     */
    public Engine(
            Supplier<Machine> powerOn,
            Symbols symbols,
            HostFindings host,
            Executor sessionThread,
            EngineListener listener) {
        this.powerOn = powerOn;
        this.symbols = symbols;
        this.host = host;
        this.trapByte = TrapByte.on(host);
        this.sessionThread = sessionThread;
        this.listener = listener;
        this.guest = powerOn();
    }

    private Guest powerOn() {
        return new Guest(powerOn.get(), symbols, trapByte, host, this::concludeLater, this::trapsChanged);
    }

    /** Any thread. */
    private void trapsChanged() {
        if (!tellingChange.getAndSet(true)) {
            sessionThread.execute(() -> {
                tellingChange.set(false);
                if (!closed) {
                    listener.trapsChanged();
                }
            });
        }
    }

    /** The machine that the guest runs on; another one after each restart. */
    public Machine machine() {
        return guest.machine();
    }

    /** What is known of the guest's code. */
    public Symbols symbols() {
        return symbols;
    }

    /** What this host's KVM really does. */
    public HostFindings host() {
        return host;
    }

    /** Whether the guest runs. */
    public boolean running() {
        return guest.running();
    }

    /**
     * Sets a breakpoint. Where the guest runs, it is held for the moment that this takes.
     *
     * @param address linear address of an instruction
     * @param condition what must hold for a stop; null for always
     * @return the breakpoint; its placement says whether it stands
     */
    public Breakpoint addBreakpoint(GuestVirtual address, BreakpointMode mode, @Nullable Condition condition) {
        Breakpoint breakpoint = new Breakpoint(
                nextId++,
                address,
                mode,
                condition,
                nameOf(address),
                ExpectedCode.of(address, symbols.codeAround(address.address())));
        breakpoints.add(breakpoint);
        guest.change(traps -> traps.add(breakpoint, guest.cpu(0)));
        return breakpoint;
    }

    private String nameOf(GuestVirtual address) {
        return symbols.lineAt(address.address())
                .map(line -> line.file().name() + ":" + line.line())
                .orElseGet(() -> symbols.describe(address.address()));
    }

    /** Removes a breakpoint; one that is not set any more is ignored. */
    public void removeBreakpoint(Breakpoint breakpoint) {
        if (breakpoints.remove(breakpoint)) {
            guest.change(traps -> traps.remove(breakpoint));
            guest.untold().forget(breakpoint);
        }
    }

    /**
     * Sets a watchpoint. Where the guest runs, it is held for the moment that this takes.
     *
     * @param address linear address of the first byte
     * @param length in bytes, at least 1
     * @param condition what must hold for a stop; null for always
     * @param name what people call the memory
     * @param scope the activation that the memory belongs to, with which the watchpoint ends; null where it exists always
     * @return the watchpoint; its {@link Watchpoint#watching} says whether and by what means it notices accesses
     */
    public Watchpoint addWatchpoint(
            GuestVirtual address,
            int length,
            WatchAccess access,
            @Nullable Condition condition,
            String name,
            @Nullable FrameScope scope) {
        Watchpoint point = new Watchpoint(nextId++, address, length, access, condition, name, scope);
        watchpoints.add(point);
        guest.change(traps -> traps.add(point, guest.cpu(0)));
        return point;
    }

    /** For people: by what means memory of that length would be watched. */
    public String meansToWatch(GuestVirtual address, int length, WatchAccess access) {
        return guest.traps().watches().means(address, length, access);
    }

    /**
     * The activation whose stack frame a linear address lies in; empty where it lies in none whose end is known. While the
     * guest stands still.
     *
     * @param vcpu whose call stack, from 0
     */
    public Optional<FrameScope> activationAt(int vcpu, GuestVirtual address) {
        return callStack(vcpu).activationAt(address.address());
    }

    /** The frame of an activation that has not ended; empty where it is not on a vCPU's call stack. */
    public Optional<Frame> frameOf(int vcpu, FrameScope scope) {
        return callStack(vcpu).frameOf(scope);
    }

    /** Removes a watchpoint; one that is not set any more is ignored. */
    public void removeWatchpoint(Watchpoint point) {
        if (watchpoints.remove(point)) {
            guest.change(traps -> traps.remove(point));
            guest.untold().forget(point);
        }
    }

    /**
     * Has the guest stop when something happens. Where the guest runs, it is held for the moment that this takes.
     *
     * @return the catchpoint; its {@link Catchpoint#catching} says by what means it notices what it waits for
     */
    public Catchpoint addCatchpoint(Trigger trigger, CatchCondition condition) {
        Catchpoint point = new Catchpoint(nextId++, trigger, condition);
        catchpoints.add(point);
        guest.change(traps -> traps.catchpoints().add(point));
        return point;
    }

    /** By what means something would be noticed. */
    public Catching meansToCatch(Trigger trigger) {
        return guest.traps().catchpoints().choose(trigger);
    }

    /** Removes a catchpoint; one that is not set any more is ignored. */
    public void removeCatchpoint(Catchpoint point) {
        if (catchpoints.remove(point)) {
            guest.change(traps -> traps.catchpoints().remove(point));
            guest.untold().forget(point);
        }
    }

    /**
     * Has exceptions stop the guest at their handlers. Where the guest runs, it is held for the moment that this takes.
     *
     * @param condition what must hold for a stop; null for always
     * @return the trap; its {@link ExceptionTrap#status} says by what means it works, and it changes with the guest's
     *     interrupt table
     */
    public ExceptionTrap addExceptionTrap(Set<X86Exception> kinds, @Nullable ExceptionCondition condition) {
        ExceptionTrap trap = new ExceptionTrap(kinds, condition);
        exceptionTraps.add(trap);
        guest.changeExceptions(exceptions -> exceptions.add(trap));
        return trap;
    }

    /** Has them stop the guest no more; a trap that is not set any more is ignored. */
    public void removeExceptionTrap(ExceptionTrap trap) {
        if (exceptionTraps.remove(trap)) {
            guest.changeExceptions(exceptions -> exceptions.remove(trap));
        }
    }

    /** Whether a triple fault stops the guest; otherwise it resets the machine, as hardware does. At first it stops. */
    public void stopAtTripleFault(boolean stop) {
        stopAtTripleFault = stop;
    }

    /** What a stop at an exception is about; empty for other stops. While the guest stands still. */
    public Optional<ExceptionReport> explain(Stop stop) {
        return new ExceptionReports(guest.cpu(stop.vcpu()), symbols).of(stop);
    }

    /** Lets the guest run until something stops it. */
    public void resume() {
        requireStopped("continue");
        step = null;
        guest.runAll();
    }

    /**
     * Lets one vCPU run until something stops it; the others stand still.
     *
     * @param vcpu from 0
     * @throws EngineException a vCPU that waits for another one to start it
     */
    public void resumeAlone(int vcpu) {
        requireStopped("continue");
        requireStarted(vcpu, "continue it alone");
        step = null;
        guest.run(vcpu, new StepPlan.Run(), Companions.STAND);
    }

    /** Lets one vCPU take a step while the others run. */
    public void step(int vcpu, StepKind kind, Granularity granularity) {
        step(vcpu, kind, granularity, Companions.RUN);
    }

    /**
     * Lets one vCPU take a step.
     *
     * @param vcpu from 0
     * @param others what the other vCPUs do meanwhile
     * @throws EngineException a step out of a frame whose caller is not known; a vCPU that waits for another one to start it
     */
    public void step(int vcpu, StepKind kind, Granularity granularity, Companions others) {
        requireStopped("step");
        requireStarted(vcpu, "step it");
        Cpu cpu = guest.cpu(vcpu);
        long pc = cpu.pc();
        StepPlan plan;
        step = null;
        if (kind == StepKind.OUT) {
            plan = out(vcpu);
        } else if (granularity == Granularity.LINE) {
            step = new LineStep(symbols, pc, kind, frameEnd(vcpu));
            plan = step.first();
        } else {
            plan = kind == StepKind.INTO ? new StepPlan.Instruction() : StepPlan.LeaveRanges.instruction(pc);
        }
        guest.run(vcpu, plan, others);
    }

    /**
     * Lets one vCPU step into one call of its line, over the others. Where the call is not reached, the step ends as one over
     * the line does.
     *
     * @param vcpu from 0
     * @param call linear address of the instruction that calls
     * @param others what the other vCPUs do meanwhile
     * @throws EngineException a vCPU that waits for another one to start it
     */
    public void stepInto(int vcpu, GuestVirtual call, Companions others) {
        requireStopped("step");
        requireStarted(vcpu, "step it");
        step = LineStep.into(symbols, guest.cpu(vcpu).pc(), call.address(), frameEnd(vcpu));
        guest.run(vcpu, step.first(), others);
    }

    /**
     * Lets a vCPU execute another instruction next; it stands still, and its other registers stay as they are.
     *
     * @param vcpu from 0
     * @param address linear address of the instruction
     */
    public void moveTo(int vcpu, GuestVirtual address) {
        requireStopped("move");
        Cpu cpu = guest.cpu(vcpu);
        cpu.regs().rip(cpu.codeOffset(address.address()));
        cpu.store();
    }

    /** As {@link #resume}, after {@link #moveTo}: a breakpoint at which the vCPU stands is hit, as if it had come there. */
    public void resumeArriving(int vcpu) {
        requireStopped("continue");
        step = null;
        guest.runArriving(vcpu);
    }

    private StepPlan out(int vcpu) {
        List<Frame> frames = stack(vcpu, 0, 2);
        long end = frameEnd(vcpu);
        if (frames.size() < 2 || end == LineStep.UNKNOWN_FRAME_END) {
            throw new EngineException(
                    "Cannot step out: the caller of %s is not known (no call-frame information and no frame pointer here). Set a breakpoint in the caller and continue."
                            .formatted(symbols.describe(guest.cpu(vcpu).pc())));
        }
        return new StepPlan.RunTo(frames.get(1).pc(), end);
    }

    private long frameEnd(int vcpu) {
        return callStack(vcpu).frameEnd().orElse(LineStep.UNKNOWN_FRAME_END);
    }

    /** Stops the guest; {@link Stop.Paused} follows, or the stop that came first. Nothing follows where none runs. */
    public void pause() {
        pause(0);
    }

    /**
     * Stops the guest.
     *
     * @param vcpu which one the {@link Stop.Paused} is to be about, from 0
     */
    public void pause(int vcpu) {
        if (guest.running()) {
            pausing = OptionalInt.of(vcpu);
            guest.pause();
        }
    }

    /** A vCPU's registers and memory. While the guest stands still. */
    public Cpu cpu(int vcpu) {
        return guest.cpu(vcpu);
    }

    /** How many vCPUs the guest has. */
    public int vcpus() {
        return guest.machine().vcpus().size();
    }

    /**
     * The frames of the call stack from {@code start} on, as many as there are and at most {@code levels}. While the guest
     * stands still.
     */
    public List<Frame> stack(int vcpu, int start, int levels) {
        return callStack(vcpu).frames(start, levels);
    }

    private CallStack callStack(int vcpu) {
        return new CallStack(guest.cpu(vcpu), symbols);
    }

    /** Switches the machine off and on again: the guest stands before its first instruction, breakpoints kept. */
    public void restart() {
        guest.close();
        step = null;
        pausing = OptionalInt.empty();
        guest = powerOn();
        guest.change(traps -> {
            breakpoints.forEach(breakpoint -> traps.add(breakpoint, guest.cpu(0)));
            watchpoints.forEach(point -> addAgain(point, traps));
            catchpoints.forEach(traps.catchpoints()::add);
        });
        guest.changeExceptions(exceptions -> exceptionTraps.forEach(exceptions::add));
    }

    private void addAgain(Watchpoint point, Traps traps) {
        if (point.scope() == null) {
            traps.add(point, guest.cpu(0));
        } else {
            point.end();
            trapsChanged();
        }
    }

    /** Ends the guest and gives everything back to the host. */
    @Override
    public void close() {
        closed = true;
        guest.close();
    }

    private void requireStopped(String action) {
        if (guest.running()) {
            throw new EngineException("Cannot " + action + ": the guest is running. Pause it first.");
        }
    }

    private void requireStarted(int vcpu, String action) {
        if (guest.cpu(vcpu).mpState().waitsForStart()) {
            throw new EngineException(
                    "vCPU %d waits for its start-up interrupt (INIT, SIPI), cannot %s. Continue the guest until another vCPU has sent it; a breakpoint at the start-up code stops there."
                            .formatted(vcpu, action));
        }
    }

    /** On a vCPU's thread. */
    private void concludeLater(Guest.Run run) {
        sessionThread.execute(() -> {
            if (!closed && run.guest() == guest && guest.expects(run)) {
                conclude(run);
            }
        });
    }

    private void conclude(Guest.Run run) {
        Stop came = run.stop().join();
        StepPlan next = came instanceof Stop.Step && step != null
                ? step.next(guest.cpu(run.vcpu()), guest.executed(run.vcpu()))
                : null;
        if (next != null && pausing.isEmpty()) {
            guest.goOn(run, next);
            return;
        }
        Stop stop = guest.hold(run);
        boolean paused = stop instanceof Stop.Paused || next != null;
        step = null;
        if (stop instanceof Stop.TripleFault && !stopAtTripleFault) {
            String cause = explain(stop).map(ExceptionReport::text).orElse("a triple fault");
            startAgain(new Stop.Reset(stop.vcpu(), cause));
        } else if (stop instanceof Stop.Reset reset) {
            startAgain(reset);
        } else {
            tell(paused ? new Stop.Paused(pausing.orElse(stop.vcpu())) : stop);
        }
    }

    private void tell(Stop stop) {
        pausing = OptionalInt.empty();
        noticeLeftFrames(stop.vcpu());
        listener.stopped(stop instanceof Stop.Watchpoints accesses ? withInstructions(accesses) : stop);
    }

    /** Activations that ended by a jump out of them, past their return address, where their watchpoints would have noticed. */
    private void noticeLeftFrames(int vcpu) {
        boolean found = false;
        for (Watchpoint point : watchpoints) {
            FrameScope scope = point.scope();
            if (scope != null && !point.hasEnded() && callStack(vcpu).hasLeft(scope)) {
                point.end();
                found = true;
            }
        }
        if (found) {
            trapsChanged();
        }
    }

    /** With the instructions that did it, also where the vCPU had gone past them before it was stopped. */
    private Stop.Watchpoints withInstructions(Stop.Watchpoints stop) {
        AccessingInstruction found = new AccessingInstruction(guest.cpu(stop.vcpu()), symbols);
        List<WatchHit> hits = stop.hits().stream()
                .map(hit -> hit.instruction().isPresent()
                        ? hit
                        : found.of(hit).map(hit::by).orElse(hit))
                .toList();
        return new Stop.Watchpoints(stop.vcpu(), hits, stop.problem());
    }

    /** A pause that came too late for the old machine is one of the new machine. */
    private void startAgain(Stop.Reset reset) {
        OptionalInt asked = pausing;
        try {
            restart();
        } catch (RuntimeException failure) {
            listener.lost(reset, failure);
            return;
        }
        listener.reset(reset);
        if (asked.isPresent()) {
            tell(new Stop.Paused(asked.getAsInt()));
        } else {
            guest.runAll();
        }
    }
}
