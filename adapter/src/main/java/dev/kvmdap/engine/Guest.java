package dev.kvmdap.engine;

import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.machine.Machine;
import dev.kvmdap.machine.VcpuThread;
import dev.kvmdap.x86.InstructionKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A machine under debug from power-on to power-off: a run loop on each vCPU's thread, and what is armed for all of them.
 * Session thread.
 */
final class Guest implements AutoCloseable {

    private static final long HALT_CHECK_MILLISECONDS = 50;

    private final Machine machine;
    private final Consumer<Run> cameBack;
    private final Traps traps;
    private final Turnstile turnstile;
    private final List<Cpu> cpus = new ArrayList<>();
    private final List<RunLoop> loops = new ArrayList<>();
    private final ScheduledExecutorService haltWatch;
    private final Future<?> haltCheck;

    private volatile List<Run> runs = List.of();
    private final Deque<Stop> untold = new ArrayDeque<>();

    /** One vCPU's way from a resume to its stop. */
    record Run(Guest guest, int vcpu, CompletableFuture<Stop> stop) {}

    /**
     * Takes over a machine that has just been switched on.
     *
     * @param cameBack hears of every vCPU that stops, on that vCPU's thread
     */
    Guest(Machine machine, TrapByte trapByte, HostFindings host, Consumer<Run> cameBack) {
        this.machine = machine;
        this.cameBack = cameBack;
        PlantedBytes planted = new PlantedBytes(machine.memory());
        DebugSlots slots = new DebugSlots();
        traps = new Traps(trapByte, planted, slots, new Watches(machine, slots, host));
        turnstile = new Turnstile(this::interruptRunning);
        HaltCheck halts = new HaltCheck(machine.vcpus().size(), machine.hasInterruptControllers());
        for (VcpuThread thread : machine.vcpus()) {
            Cpu cpu = new Cpu(thread, machine.memory(), planted);
            GuestEntry entry = new GuestEntry(thread.vcpu(), machine, traps, host);
            cpus.add(cpu);
            loops.add(new RunLoop(cpu, thread.vcpu(), traps, turnstile, halts, entry));
        }
        haltWatch = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "halt-watch");
            thread.setDaemon(true);
            return thread;
        });
        haltCheck = haltWatch.scheduleWithFixedDelay(
                () -> runs.forEach(run -> halts.ask(machine.vcpus().get(run.vcpu()))),
                HALT_CHECK_MILLISECONDS,
                HALT_CHECK_MILLISECONDS,
                TimeUnit.MILLISECONDS);
    }

    Machine machine() {
        return machine;
    }

    Cpu cpu(int vcpu) {
        return cpus.get(vcpu);
    }

    /** The last instruction that a vCPU's step executed. */
    InstructionKind executed(int vcpu) {
        return loops.get(vcpu).executed();
    }

    boolean running() {
        return !runs.isEmpty();
    }

    /** Changes what is armed, while no vCPU runs guest code. */
    void change(Consumer<Traps> change) {
        turnstile.exclusively(() -> change.accept(traps));
    }

    /** Resumes every vCPU, unless one has a stop to tell first. */
    void runAll() {
        Stop first = untold.poll();
        if (first != null) {
            Run told = new Run(this, first.vcpu(), CompletableFuture.completedFuture(first));
            runs = List.of(told);
            cameBack.accept(told);
            return;
        }
        List<Run> started = new ArrayList<>();
        for (Cpu cpu : cpus) {
            started.add(new Run(this, cpu.index(), new CompletableFuture<>()));
        }
        runs = List.copyOf(started);
        started.forEach(run -> start(run, new StepPlan.Run()));
    }

    /** Resumes every vCPU; one is hit by what is armed where it stands. */
    void runArriving(int vcpu) {
        machine.vcpus()
                .get(vcpu)
                .call(thread -> Optional.ofNullable(loops.get(vcpu).arrive()))
                .ifPresent(untold::addFirst);
        runAll();
    }

    /** Lets one vCPU carry out a plan; the others stand still. */
    void run(int vcpu, StepPlan plan) {
        Run run = new Run(this, vcpu, new CompletableFuture<>());
        runs = List.of(run);
        start(run, plan);
    }

    private void start(Run run, StepPlan plan) {
        RunLoop loop = loops.get(run.vcpu());
        loop.prepare();
        machine.vcpus().get(run.vcpu()).execute(() -> {
            run.stop().complete(carryOut(loop, run.vcpu(), plan));
            cameBack.accept(run);
        });
    }

    private static Stop carryOut(RunLoop loop, int vcpu, StepPlan plan) {
        try {
            return loop.run(plan);
        } catch (RuntimeException | Error e) {
            System.getLogger(Guest.class.getName()).log(System.Logger.Level.ERROR, "vCPU " + vcpu, e);
            return new Stop.UnexpectedExit(vcpu, String.valueOf(e.getMessage()));
        }
    }

    /** Makes every running vCPU stop soon. */
    void pause() {
        runs.forEach(run -> loops.get(run.vcpu()).wantPause());
        interruptRunning();
    }

    /**
     * Brings the whole guest to a stand because one vCPU came back.
     *
     * @return its stop; empty if that run's stop has been dealt with already
     */
    Optional<Stop> hold(Run first) {
        if (!runs.contains(first)) {
            return Optional.empty();
        }
        pause();
        Stop told = first.stop().join();
        for (Run run : runs) {
            Stop stop = run.stop().join();
            if (!run.equals(first) && !(stop instanceof Stop.Paused)) {
                untold.add(stop);
            }
        }
        runs = List.of();
        return Optional.of(told);
    }

    private void interruptRunning() {
        for (Run run : runs) {
            if (!run.stop().isDone()) {
                machine.vcpus().get(run.vcpu()).interrupt();
            }
        }
    }

    @Override
    public void close() {
        haltCheck.cancel(false);
        haltWatch.shutdown();
        pause();
        runs.forEach(run -> run.stop().join());
        runs = List.of();
        machine.close();
    }
}
