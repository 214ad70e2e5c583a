package dev.kvmdap.engine;

import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.Kvm;
import dev.kvmdap.kvm.ScriptedKernel;
import dev.kvmdap.kvm.ScriptedVcpu;
import dev.kvmdap.machine.BootConfiguration;
import dev.kvmdap.machine.BootProtocol;
import dev.kvmdap.machine.Machine;
import dev.kvmdap.machine.MachineConfiguration;
import dev.kvmdap.machine.VcpuThread;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A machine whose guest is played by a script, on a host of the test's choice, with a run loop on its vCPU's thread. */
final class ScriptedMachine implements AutoCloseable {

    static final long CODE = 0x1000;

    private final ScriptedKernel kernel = new ScriptedKernel();
    private final Kvm kvm;
    private final Machine machine;
    private final Traps traps;
    private final Cpu cpu;
    private final RunLoop loop;
    private final VcpuThread thread;
    private int breakpoints;

    /** Real-mode code at {@link #CODE}, given in hexadecimal. */
    ScriptedMachine(Path folder, HostFindings host, String code) throws IOException {
        Path image = Files.write(folder.resolve("guest.bin"), HexFormat.of().parseHex(code.replace(" ", "")));
        kvm = kernel.open();
        machine = Machine.create(
                kvm,
                new MachineConfiguration(
                        1 << 20,
                        1,
                        0xf4,
                        List.of(),
                        next -> {},
                        next -> {},
                        new BootConfiguration(
                                image,
                                BootProtocol.FLAT,
                                CpuMode.REAL,
                                new GuestPhysical(CODE),
                                null,
                                "",
                                List.of(),
                                null,
                                null)));
        PlantedBytes planted = new PlantedBytes(machine.memory());
        traps = new Traps(machine, planted, TrapByte.on(host), host, () -> {});
        thread = machine.vcpus().get(0);
        cpu = new Cpu(thread, machine.memory(), planted);
        Turnstile turnstile = new Standstill().turnstile(thread::interrupt);
        loop = new RunLoop(
                cpu,
                thread.vcpu(),
                machine,
                new DeviceAccess(machine.memory(), traps),
                traps,
                turnstile,
                new HaltCheck(1, machine.hasInterruptControllers()),
                host);
        kernel.forgetCalls();
    }

    /** The script of the guest. */
    ScriptedVcpu guest() {
        return kernel.vcpu(0);
    }

    ScriptedKernel kernel() {
        return kernel;
    }

    Cpu cpu() {
        return cpu;
    }

    /** The byte that stands in the guest's memory now. */
    int byteAt(long physical) {
        return kernel.read(physical, 1);
    }

    Breakpoint breakpoint(long address, BreakpointMode mode, Condition condition) {
        Breakpoint breakpoint = new Breakpoint(
                ++breakpoints,
                new GuestVirtual(address),
                mode,
                condition,
                new GuestVirtual(address).toString(),
                ExpectedCode.ANY);
        traps.add(breakpoint, cpu);
        return breakpoint;
    }

    Breakpoint breakpoint(long address, BreakpointMode mode) {
        return breakpoint(address, mode, at -> true);
    }

    /** What is armed. */
    Traps traps() {
        return traps;
    }

    /** Watches memory for writes. */
    Watchpoint watch(long address, int length) {
        Watchpoint point = new Watchpoint(
                ++breakpoints, new GuestVirtual(address), length, WatchAccess.WRITE, at -> true, "", null);
        traps.add(point, cpu);
        return point;
    }

    /** Carries out a plan on the vCPU's thread. */
    Stop run(StepPlan plan) {
        loop.prepare();
        traps.watches().refresh(cpu);
        return thread.call(vcpu -> loop.run(plan));
    }

    /** Begins a plan on the vCPU's thread. */
    CompletableFuture<Stop> start(StepPlan plan) {
        loop.prepare();
        traps.watches().refresh(cpu);
        CompletableFuture<Stop> stop = new CompletableFuture<>();
        thread.execute(() -> stop.complete(loop.run(plan)));
        return stop;
    }

    void pause() {
        loop.wantPause();
        thread.interrupt();
    }

    @Override
    public void close() {
        machine.close();
        kvm.close();
    }
}
