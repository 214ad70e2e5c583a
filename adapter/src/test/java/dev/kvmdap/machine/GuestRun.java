package dev.kvmdap.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.bios.Typing;
import dev.kvmdap.device.A20Gate;
import dev.kvmdap.device.ByteSink;
import dev.kvmdap.device.Effect;
import dev.kvmdap.device.ExitPort;
import dev.kvmdap.device.InterruptLine;
import dev.kvmdap.device.PortBus;
import dev.kvmdap.device.Serial16550;
import dev.kvmdap.device.SystemControlPort;
import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.Kvm;
import dev.kvmdap.kvm.LibC;
import dev.kvmdap.kvm.MappedMemory;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.kvm.Vm;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A guest that ran on KVM to its end.
 *
 * @param exitCode what it wrote to the exit port, as the exit port counts
 * @param output what it sent by COM1
 * @param printed what it sent to the debug port and printed by its BIOS
 */
record GuestRun(int exitCode, String output, String printed) {

    private static final long RAM_BYTES = 16 << 20;

    /** Boots an image on one vCPU and runs it until it ends itself. */
    static GuestRun of(Boot boot) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PortBus ports = new PortBus();
        ports.register(new Serial16550("COM1", Serial16550.COM1, output::write, InterruptLine.UNCONNECTED));
        ports.register(new SystemControlPort(new A20Gate()));
        ports.register(new ExitPort(ExitPort.DEFAULT_PORT));
        try (Kvm kvm = Kvm.open();
                MappedMemory ram = MappedMemory.ram(LibC.get(), RAM_BYTES);
                Vm vm = kvm.createVm()) {
            vm.setMemorySlot(0, 0, 0, RAM_BYTES, ram.address());
            BootedImage booted = boot.into(writerTo(ram));
            try (Vcpu vcpu = vm.createVcpu(0)) {
                vcpu.state().setCpuid(kvm.supportedCpuid());
                booted.initialState().applyTo(vcpu);
                int exitCode = runToEnd(vcpu, ports);
                return new GuestRun(exitCode, output.toString(StandardCharsets.US_ASCII), "");
            }
        }
    }

    /** Boots an image on a machine of several vCPUs and runs them until one ends the guest. */
    static GuestRun on(int vcpus, Boot boot) {
        return on(vcpus, boot, machine -> {}, output -> {});
    }

    /**
     * Boots an image on a machine of one vCPU and runs it until it ends itself.
     *
     * @param first what is typed before it starts
     * @param prompt what it sends by COM1 when it is ready for more
     * @param more what is typed then
     */
    static GuestRun typing(String first, String prompt, String more, Boot boot) {
        List<Typing> keyboard = new CopyOnWriteArrayList<>();
        return on(
                1,
                boot,
                machine -> {
                    machine.typing().ifPresent(keyboard::add);
                    keyboard.forEach(typing -> typing.type(first));
                },
                output -> {
                    if (output.endsWith(prompt)) {
                        keyboard.forEach(typing -> typing.type(more));
                    }
                });
    }

    private static GuestRun on(int vcpus, Boot boot, Consumer<Machine> before, Consumer<String> onOutput) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        CompletableFuture<Integer> exitCode = new CompletableFuture<>();
        ByteSink serial = next -> {
            output.write(next);
            onOutput.accept(output.toString(StandardCharsets.ISO_8859_1));
        };
        try (Kvm kvm = Kvm.open();
                Machine machine = Machine.create(
                        kvm,
                        new MachineConfiguration(
                                RAM_BYTES,
                                vcpus,
                                ExitPort.DEFAULT_PORT,
                                kvm.supportedCpuid(),
                                serial,
                                printed::write,
                                boot.configuration()))) {
            before.accept(machine);
            for (VcpuThread thread : machine.vcpus()) {
                thread.execute(() -> runToEnd(thread.vcpu(), machine.ports(), exitCode));
            }
            return new GuestRun(
                    exitCode.join(),
                    output.toString(StandardCharsets.US_ASCII),
                    printed.toString(StandardCharsets.US_ASCII));
        }
    }

    private static void runToEnd(Vcpu vcpu, PortBus ports, CompletableFuture<Integer> exitCode) {
        for (int reason = vcpu.run(); reason != Abi.EXIT_INTR; reason = vcpu.run()) {
            if (reason == Abi.EXIT_IO) {
                synchronized (ports) {
                    OptionalInt ended = serve(vcpu, ports);
                    ended.ifPresent(exitCode::complete);
                }
            } else if (reason != Abi.EXIT_AGAIN) {
                exitCode.completeExceptionally(new AssertionError("vCPU " + vcpu.index() + ": " + vcpu.exit()));
                return;
            }
        }
    }

    private static OptionalInt serve(Vcpu vcpu, PortBus ports) {
        for (int i = 0; i < vcpu.ioCount(); i++) {
            if (!vcpu.ioIsOut()) {
                vcpu.setIoData(i, ports.in(vcpu.ioPort(), vcpu.ioSize()));
            } else if (ports.out(vcpu.ioPort(), vcpu.ioSize(), vcpu.ioData(i)) instanceof Effect.Exit exit) {
                return OptionalInt.of(exit.code());
            }
        }
        return OptionalInt.empty();
    }

    private static int runToEnd(Vcpu vcpu, PortBus ports) {
        while (true) {
            assertThat(vcpu.run()).as("KVM exit at 0x%x", vcpu.regs().rip()).isEqualTo(Abi.EXIT_IO);
            OptionalInt ended = serve(vcpu, ports);
            if (ended.isPresent()) {
                return ended.getAsInt();
            }
        }
    }

    private static PhysicalWriter writerTo(MappedMemory ram) {
        return new PhysicalWriter() {
            @Override
            public long size() {
                return ram.size();
            }

            @Override
            public long available(long physical) {
                return Math.max(0, physical < 0 ? 0 : ram.size() - physical);
            }

            @Override
            public int write(long physical, byte[] bytes, int from, int length) {
                ram.write(physical, bytes, from, length);
                return length;
            }
        };
    }
}
