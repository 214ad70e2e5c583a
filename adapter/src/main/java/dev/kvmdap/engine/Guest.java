package dev.kvmdap.engine;

import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.MpState;
import dev.kvmdap.machine.Machine;
import dev.kvmdap.machine.VcpuThread;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestVirtual;
import dev.kvmdap.x86.InstructionKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * A machine under debug from power-on to power-off: a run loop on each vCPU's thread, and what is armed for all of them.
 * Session thread.
 */
final class Guest implements AutoCloseable {

    private static final long HALT_CHECK_MILLISECONDS = 50;
    private static final long TRAP_CHECK_MILLISECONDS = 100;
    /** An instruction takes microseconds; a thread may have to wait for a processor of the host. */
    private static final long ATTEMPT_MILLISECONDS = 250;

    private static final int ATTEMPTS = 2;

    private final Machine machine;
    private final Consumer<Run> cameBack;
    private final Traps traps;
    private final ExceptionTraps exceptions;
    private final HaltCheck halts;
    private final Standstill standstill = new Standstill();
    private final List<Cpu> cpus = new ArrayList<>();
    private final List<RunLoop> loops = new ArrayList<>();
    private final ScheduledExecutorService haltWatch;
    private final List<Future<?>> checks;

    private volatile List<Run> runs = List.of();
    private final UntoldStops untold = new UntoldStops();

    /** One vCPU's way from a resume to its stop. */
    record Run(Guest guest, int vcpu, CompletableFuture<Stop> stop) {}

    /**
     * Takes over a machine that has just been switched on.
     *
     * @param symbols what is known of its code
     * @param cameBack hears of every vCPU that stops, on that vCPU's thread
     * @param trapsChanged hears that breakpoints or watchpoints stand otherwise than before; any thread
     */
    Guest(
            Machine machine,
            Symbols symbols,
            TrapByte trapByte,
            HostFindings host,
            Consumer<Run> cameBack,
            Runnable trapsChanged) {
        this.machine = machine;
        this.cameBack = cameBack;
        PlantedBytes planted = new PlantedBytes(machine.memory());
        traps = new Traps(machine, planted, trapByte, host, trapsChanged);
        exceptions = new ExceptionTraps(traps, cpus, symbols);
        halts = new HaltCheck(machine.vcpus().size(), machine.hasInterruptControllers());
        DeviceAccess devices = new DeviceAccess(machine.memory(), traps);
        machine.deviceMemory().leadThrough(devices);
        for (VcpuThread thread : machine.vcpus()) {
            Cpu cpu = new Cpu(thread, machine.memory(), planted);
            Turnstile turnstile = standstill.turnstile(thread::interrupt);
            cpus.add(cpu);
            loops.add(new RunLoop(cpu, thread.vcpu(), machine, devices, traps, turnstile, halts, host));
        }
        haltWatch = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "halt-watch");
            thread.setDaemon(true);
            return thread;
        });
        checks = List.of(
                every(
                        HALT_CHECK_MILLISECONDS,
                        () -> runs.forEach(run -> halts.ask(machine.vcpus().get(run.vcpu())))),
                every(TRAP_CHECK_MILLISECONDS, this::checkTraps));
    }

    private Future<?> every(long milliseconds, Runnable check) {
        return haltWatch.scheduleWithFixedDelay(check, milliseconds, milliseconds, TimeUnit.MILLISECONDS);
    }

    /**
     * What waits for the guest's memory or page tables is tried again now and then, since no exit need show that they have
     * changed; and whoever comes out of the guest shows whether its interrupt table is another one.
     */
    private void checkTraps() {
        if (exceptions.areSet()) {
            interruptRunning();
        }
        if (running() && traps.mayHaveChanged()) {
            standstill.exclusively(this::reviewTraps);
        }
    }

    /** By the page tables of each vCPU that has come beyond real mode, in which all start. */
    private void reviewTraps() {
        cpus.stream()
                .filter(cpu -> cpu.index() == 0 || cpu.mode() != CpuMode.REAL)
                .forEach(traps::review);
    }

    Machine machine() {
        return machine;
    }

    /** What is armed; looked at only. */
    Traps traps() {
        return traps;
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
        standstill.exclusively(() -> {
            change.accept(traps);
            traps.retry(cpus.get(0));
            if (running()) {
                traps.guards().settle(cpus.get(0));
            }
        });
    }

    /** What is not to be told any more. */
    UntoldStops untold() {
        return untold;
    }

    /** Changes which exceptions stop the guest, while no vCPU runs guest code. */
    void changeExceptions(Consumer<ExceptionTraps> change) {
        standstill.exclusively(() -> change.accept(exceptions));
    }

    /** Resumes every vCPU, unless one has a stop to tell first. */
    void runAll() {
        start(-1, new StepPlan.Run(), Companions.RUN);
    }

    /** Lets one vCPU carry out a plan, unless one of those that are to run has a stop to tell first. */
    void run(int vcpu, StepPlan plan, Companions others) {
        start(vcpu, plan, others);
    }

    private void start(int chosen, StepPlan plan, Companions others) {
        IntPredicate runs = vcpu -> vcpu == chosen || others == Companions.RUN;
        Optional<Stop> toTell = untold.take(runs, vcpu -> cpus.get(vcpu).pc());
        if (toTell.isPresent()) {
            Stop stop = toTell.get();
            Run told = new Run(this, stop.vcpu(), CompletableFuture.completedFuture(stop));
            this.runs = List.of(told);
            cameBack.accept(told);
            return;
        }
        settle();
        this.runs = cpus.stream()
                .map(Cpu::index)
                .filter(runs::test)
                .map(vcpu -> new Run(this, vcpu, new CompletableFuture<>()))
                .toList();
        this.runs.forEach(run -> start(run, run.vcpu() == chosen ? plan : new StepPlan.Run()));
    }

    /** Resumes every vCPU; one is hit by what is armed where it stands. */
    void runArriving(int vcpu) {
        machine.vcpus()
                .get(vcpu)
                .call(thread -> Optional.ofNullable(loops.get(vcpu).arrive()))
                .ifPresent(hit -> untold.add(hit, cpu(vcpu).pc()));
        runAll();
    }

    /** Lets a vCPU that came back carry out another plan; the others go on with what they do. */
    void goOn(Run cameBack, StepPlan plan) {
        Run next = new Run(this, cameBack.vcpu(), new CompletableFuture<>());
        runs = runs.stream().map(run -> run.equals(cameBack) ? next : run).toList();
        start(next, plan);
    }

    /** Whether a run's stop has yet to be dealt with. */
    boolean expects(Run run) {
        return runs.contains(run);
    }

    /**
     * Before vCPUs run: guards are set only now, for all that were asked for while the guest stood still, since a memory slot takes
     * milliseconds; and what watched memory holds is what their accesses are compared with.
     */
    private void settle() {
        standstill.exclusively(() -> {
            traps.guards().settle(cpus.get(0));
            traps.watches().refresh(cpus.get(0));
        });
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
     * @param first one that {@link #expects}
     * @return the stop to tell: its own, or where it has only been paused, one that another vCPU came to
     */
    Stop hold(Run first) {
        pause();
        Stop told = first.stop().join();
        for (Run run : runs) {
            Stop stop = run.stop().join();
            if (run.equals(first)) {
                continue;
            }
            if (told instanceof Stop.Paused && UntoldStops.isWorthTelling(stop)) {
                told = stop;
            } else {
                untold.add(stop, cpus.get(stop.vcpu()).pc());
            }
        }
        runs = List.of();
        standstill.exclusively(this::reviewTraps);
        halts.end();
        return told;
    }

    /**
     * Has a vCPU that has been paused try an instruction while the others stand still, since there are instructions that this or
     * that KVM never ends, and others that lead to themselves.
     *
     * @return {@link Stop.Paused}, or the stop that the instruction led to
     */
    Stop lookAtPaused(int vcpu) {
        Cpu cpu = cpus.get(vcpu);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (cpu.mpState() != MpState.RUNNABLE) {
                return new Stop.Paused(vcpu);
            }
            long[] before = cpu.registers();
            Stop stop = machine.vcpus().get(vcpu).call(thread -> attempt(vcpu));
            halts.end();
            boolean alone = stop instanceof Stop.Step || stop instanceof Stop.Paused;
            if (!alone || !Arrays.equals(before, cpu.registers())) {
                return alone ? new Stop.Paused(vcpu) : stop;
            }
        }
        return new Stop.Paused(vcpu, Optional.of(new GuestVirtual(cpu.pc())));
    }

    /** On the vCPU's thread. */
    private Stop attempt(int vcpu) {
        RunLoop loop = loops.get(vcpu);
        loop.prepare();
        Future<?> end = haltWatch.schedule(
                () -> {
                    loop.wantPause();
                    machine.vcpus().get(vcpu).interrupt();
                },
                ATTEMPT_MILLISECONDS,
                TimeUnit.MILLISECONDS);
        try {
            return carryOut(loop, vcpu, new StepPlan.Instruction());
        } finally {
            end.cancel(false);
        }
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
        checks.forEach(check -> check.cancel(false));
        haltWatch.shutdown();
        pause();
        runs.forEach(run -> run.stop().join());
        runs = List.of();
        awaitChecks();
        machine.close();
    }

    /** None may look at memory that is not there any more. */
    private void awaitChecks() {
        try {
            while (!haltWatch.awaitTermination(1, TimeUnit.SECONDS)) {
                interruptRunning();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
