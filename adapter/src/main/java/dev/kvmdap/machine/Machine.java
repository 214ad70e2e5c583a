package dev.kvmdap.machine;

import dev.kvmdap.bios.BiosServices;
import dev.kvmdap.bios.MemoryMap;
import dev.kvmdap.bios.Typing;
import dev.kvmdap.device.A20Gate;
import dev.kvmdap.device.Cmos;
import dev.kvmdap.device.DebugPort;
import dev.kvmdap.device.DiskImage;
import dev.kvmdap.device.ExitPort;
import dev.kvmdap.device.Inspected;
import dev.kvmdap.device.InterruptLine;
import dev.kvmdap.device.KeyboardController;
import dev.kvmdap.device.PortBus;
import dev.kvmdap.device.ResetControl;
import dev.kvmdap.device.Serial16550;
import dev.kvmdap.device.SystemControlPort;
import dev.kvmdap.kvm.Capability;
import dev.kvmdap.kvm.Irqchip;
import dev.kvmdap.kvm.Kvm;
import dev.kvmdap.kvm.KvmException;
import dev.kvmdap.kvm.LibC;
import dev.kvmdap.kvm.MappedMemory;
import dev.kvmdap.kvm.Vm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The guest's machine, switched on: RAM with an image loaded, devices, and vCPUs about to execute their first
 * instruction. A reset makes a new machine, so nothing of the old one's state can survive it.
 */
public final class Machine implements AutoCloseable {

    /** Where VMX keeps its real-mode task state: three pages that no guest uses (KVM api.txt, KVM_SET_TSS_ADDR). */
    private static final long TSS_ADDRESS = 0xfffb_d000L;

    private static final long IDENTITY_MAP_ADDRESS = 0xfffb_c000L;
    private static final int COM1_IRQ = 4;

    private final Vm vm;
    private final GuestMemory memory;
    private final MemorySlots slots;
    private final List<VcpuThread> vcpus = new ArrayList<>();
    private final PortBus ports = new PortBus();
    private final DeviceMemory deviceMemory;
    private final @Nullable DiskImage disk;
    private @Nullable Typing typing;
    private final boolean interruptControllers;
    private final BootedImage image;

    /**
     * Builds the machine and loads the image.
     *
     * @throws KvmException what KVM refused
     * @throws BootException an image that cannot be started as asked
     */
    public static Machine create(Kvm kvm, MachineConfiguration configuration) {
        GuestMemory memory = new GuestMemory(MappedMemory.ram(LibC.get(), configuration.memoryBytes()));
        try {
            BootedImage image = BootImage.load(configuration.boot(), memory);
            return new Machine(kvm, configuration, memory, image);
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
    }

    private Machine(Kvm kvm, MachineConfiguration configuration, GuestMemory memory, BootedImage image) {
        this.memory = memory;
        this.image = image;
        this.deviceMemory = new DeviceMemory(memory);
        this.disk = openDisk(image);
        this.vm = kvm.createVm();
        try {
            vm.setTssAddress(TSS_ADDRESS);
            vm.setIdentityMapAddress(IDENTITY_MAP_ADDRESS);
            interruptControllers = createInterruptControllers();
            slots = new MemorySlots(vm, memory);
            attachDevices(configuration);
            requireRoomFor(kvm, configuration.vcpus());
            for (int index = 0; index < configuration.vcpus(); index++) {
                VcpuThread thread = new VcpuThread(vm.createVcpu(index));
                vcpus.add(thread);
                thread.call(vcpu -> {
                    vcpu.state()
                            .setCpuid(CpuTopology.describe(configuration.cpuid(), vcpu.index(), configuration.vcpus()));
                    return vcpu;
                });
            }
            VcpuThread first = vcpus.get(0);
            first.call(vcpu -> {
                image.initialState().applyTo(vcpu);
                return vcpu;
            });
        } catch (RuntimeException e) {
            vcpus.forEach(VcpuThread::close);
            vm.close();
            closeDisk();
            throw e;
        }
    }

    private void requireRoomFor(Kvm kvm, int wanted) {
        int most = Math.max(1, kvm.check(Capability.MAX_VCPUS));
        if (wanted > 1 && !interruptControllers) {
            throw new BootException(
                    "cpus: this host's KVM has no interrupt controllers, by which a guest starts its other processors;"
                            + " set 'cpus' to 1");
        }
        if (wanted > most) {
            throw new BootException(
                    "cpus: this host's KVM has room for %d vCPUs in a guest, not for %d; set 'cpus' to less"
                            .formatted(most, wanted));
        }
    }

    private boolean createInterruptControllers() {
        try {
            vm.createIrqchip();
            vm.createPit2();
            return true;
        } catch (KvmException e) {
            System.getLogger(Machine.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "no interrupt controllers, no timer interrupts: {0}",
                            e.getMessage());
            return false;
        }
    }

    private void attachDevices(MachineConfiguration configuration) {
        InterruptLine serialLine =
                interruptControllers ? asserted -> vm.irqLine(COM1_IRQ, asserted) : InterruptLine.UNCONNECTED;
        A20Gate a20 = new A20Gate();
        ports.register(new Serial16550("COM1", Serial16550.COM1, configuration.serial(), serialLine));
        ports.register(new DebugPort(configuration.debugPort()));
        ports.register(new KeyboardController(a20));
        ports.register(new SystemControlPort(a20));
        ports.register(new ResetControl());
        ports.register(new Cmos(Clock.systemUTC(), configuration.memoryBytes()));
        ports.register(new ExitPort(configuration.exitPort()));
        if (image.firmware().isPresent()) {
            startFirmware(configuration, a20);
        }
    }

    private void startFirmware(MachineConfiguration configuration, A20Gate a20) {
        RamLayout layout = new RamLayout(configuration.memoryBytes());
        BiosServices services = new BiosServices(
                deviceMemory,
                MemoryMap.of(layout.lowSize(), layout.highSize()),
                disk,
                ports,
                a20,
                configuration.debugPort(),
                Clock.systemUTC(),
                interruptControllers);
        ports.register(services);
        typing = services.typing();
        if (interruptControllers) {
            TimerAndInterrupts.initialize(vm);
        }
    }

    private static @Nullable DiskImage openDisk(BootedImage image) {
        Path path = image.firmware().map(Firmware::disk).orElse(null);
        try {
            return path == null ? null : DiskImage.open(path);
        } catch (IOException e) {
            throw new BootException("disk: %s cannot be read: %s".formatted(path, e.getMessage()), e);
        }
    }

    private void closeDisk() {
        try {
            if (disk != null) {
                disk.close();
            }
        } catch (IOException e) {
            System.getLogger(Machine.class.getName()).log(System.Logger.Level.WARNING, "a disk image", e);
        }
    }

    /** RAM. */
    public GuestMemory memory() {
        return memory;
    }

    /**
     * Makes exactly these pages read-only to the guest: its writes to them exit as MMIO. No vCPU may run meanwhile; takes
     * milliseconds.
     *
     * @param pages guest-physical addresses, multiples of {@link GuestMemory#PAGE}
     */
    public void setReadOnly(NavigableSet<Long> pages) {
        slots.arrange(pages);
    }

    /** One thread a vCPU, by number; the first one starts, the others wait for its start-up message. */
    public List<VcpuThread> vcpus() {
        return List.copyOf(vcpus);
    }

    /** The devices at the I/O ports. Called by the thread of the vCPU that executes IN or OUT. */
    public PortBus ports() {
        return ports;
    }

    /** The guest's memory as its devices reach it. */
    public DeviceMemory deviceMemory() {
        return deviceMemory;
    }

    /** Where keys can be typed for the guest's BIOS; empty where it has none. */
    public Optional<Typing> typing() {
        return Optional.ofNullable(typing);
    }

    /** Whether KVM emulates PIC, IOAPIC, LAPIC and PIT. If not, no interrupt ever ends a HLT. */
    public boolean hasInterruptControllers() {
        return interruptControllers;
    }

    /** The devices at I/O ports that KVM serves itself. */
    public List<KernelDevice> kernelDevices() {
        return interruptControllers ? KernelDevice.INTERRUPT_CONTROLLERS_AND_TIMER : List.of();
    }

    /**
     * The state of an interrupt controller that KVM emulates (KVM api.txt, KVM_GET_IRQCHIP).
     *
     * @return the union of {@code struct kvm_irqchip}
     * @throws KvmException where there is none
     */
    public byte[] interruptController(Irqchip chip) {
        return vm.irqchip(chip);
    }

    /**
     * The state of the timer that KVM emulates (KVM api.txt, KVM_GET_PIT2).
     *
     * @return {@code struct kvm_pit_state2}
     * @throws KvmException where there is none
     */
    public byte[] timer() {
        return vm.pit2();
    }

    /** The devices of the machine, to be looked at while no vCPU runs: those that KVM emulates first. */
    public List<Inspected> devices() {
        List<Inspected> devices = new ArrayList<>(interruptControllers ? KernelState.of(vm) : List.of());
        devices.addAll(ports.devices());
        return devices;
    }

    /**
     * The local APIC of a vCPU, to be looked at while no vCPU runs; empty where KVM emulates none.
     *
     * @param vcpu from 0
     */
    public Optional<Inspected> localApic(int vcpu) {
        return interruptControllers ? Optional.of(KernelState.localApic(vcpus.get(vcpu))) : Optional.empty();
    }

    /** What was loaded, and how. */
    public BootedImage image() {
        return image;
    }

    /** Ends the vCPUs, whatever they are doing, and gives everything back to the host. */
    @Override
    public void close() {
        vcpus.forEach(VcpuThread::close);
        vm.close();
        memory.close();
        closeDisk();
    }
}
