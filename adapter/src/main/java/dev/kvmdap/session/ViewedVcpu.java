package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.kvm.CpuidEntry;
import dev.kvmdap.kvm.DebugRegisters;
import dev.kvmdap.kvm.MpState;
import dev.kvmdap.kvm.Msr;
import dev.kvmdap.kvm.Regs;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.kvm.VcpuEvents;
import dev.kvmdap.kvm.VcpuState;
import dev.kvmdap.kvm.Xcr;
import dev.kvmdap.machine.VcpuThread;
import dev.kvmdap.view.StoppedVcpu;
import dev.kvmdap.x86.ModelSpecificRegister;
import dev.kvmdap.x86.MsrCatalogue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A vCPU that stands still, as the views look at it. What takes an ioctl is read once; so an object serves one stop, and there is one
 * for each vCPU.
 */
final class ViewedVcpu implements StoppedVcpu {

    private final Cpu cpu;
    private final VcpuThread thread;
    private final Supplier<List<Integer>> listedMsrs;
    private final Map<Integer, Long> msrs = new HashMap<>();
    private @Nullable List<Integer> msrIndices;
    private @Nullable List<CpuidEntry> cpuid;
    private @Nullable DebugRegisters debugRegisters;
    private byte @Nullable [] xsave;
    private @Nullable VcpuEvents events;
    private @Nullable MpState mpState;

    /**
     * A vCPU in one stop.
     *
     * @param listedMsrs the model-specific registers that this host's KVM lists
     */
    ViewedVcpu(Cpu cpu, VcpuThread thread, Supplier<List<Integer>> listedMsrs) {
        this.cpu = cpu;
        this.thread = thread;
        this.listedMsrs = listedMsrs;
    }

    /** The vCPU's number, from 0. */
    int index() {
        return thread.index();
    }

    private <T> T get(Function<VcpuState, T> read) {
        return thread.call(vcpu -> read.apply(vcpu.state()));
    }

    private void set(Consumer<VcpuState> write) {
        thread.call(vcpu -> {
            write.accept(vcpu.state());
            return vcpu;
        });
    }

    /** The vCPU as frames are read from it. */
    Cpu cpu() {
        return cpu;
    }

    @Override
    public Regs regs() {
        return cpu.regs();
    }

    @Override
    public Sregs sregs() {
        return cpu.sregs();
    }

    @Override
    public void store() {
        cpu.store();
        msrs.clear();
    }

    @Override
    public DebugRegisters debugRegisters() {
        if (debugRegisters == null) {
            debugRegisters = get(VcpuState::debugRegisters);
        }
        return debugRegisters;
    }

    @Override
    public void store(DebugRegisters registers) {
        debugRegisters = null;
        set(state -> state.setDebugRegisters(registers));
    }

    @Override
    public List<CpuidEntry> cpuid() {
        if (cpuid == null) {
            cpuid = get(VcpuState::cpuid);
        }
        return cpuid;
    }

    @Override
    public byte[] xsave() {
        if (xsave == null) {
            xsave = get(VcpuState::xsave);
        }
        return xsave;
    }

    @Override
    public void storeXsave(byte[] area) {
        xsave = null;
        set(state -> state.setXsave(area));
    }

    @Override
    public VcpuEvents events() {
        if (events == null) {
            events = get(VcpuState::events);
        }
        return events;
    }

    @Override
    public MpState mpState() {
        if (mpState == null) {
            mpState = cpu.mpState();
        }
        return mpState;
    }

    @Override
    public long xcr0() {
        return get(VcpuState::xcrs).stream()
                .filter(register -> register.index() == 0)
                .mapToLong(Xcr::value)
                .findFirst()
                .orElseThrow(() -> new UnreadableException("KVM does not tell XCR0"));
    }

    @Override
    public void storeXcr0(long value) {
        set(state -> state.setXcrs(List.of(new Xcr(0, value))));
    }

    @Override
    public List<Integer> modelSpecificRegisters() {
        if (msrIndices == null) {
            Set<Integer> wanted = new TreeSet<>(Integer::compareUnsigned);
            wanted.addAll(listedMsrs.get());
            MsrCatalogue.load().all().stream()
                    .filter(ModelSpecificRegister::unlisted)
                    .map(ModelSpecificRegister::index)
                    .forEach(wanted::add);
            Msr.Transfer transfer = get(state -> state.msrs(List.copyOf(wanted)));
            transfer.done().forEach(msr -> msrs.put(msr.index(), msr.value()));
            msrIndices = transfer.done().stream().map(Msr::index).toList();
        }
        return msrIndices;
    }

    @Override
    public long modelSpecificRegister(int index) {
        return msrs.computeIfAbsent(
                index,
                wanted -> get(state -> state.msrs(List.of(wanted))).done().stream()
                        .findFirst()
                        .map(Msr::value)
                        .orElseThrow(() -> new UnreadableException("KVM has no MSR 0x" + Integer.toHexString(wanted))));
    }

    @Override
    public void storeModelSpecificRegister(int index, long value) {
        msrs.clear();
        Msr.Transfer transfer = thread.call(vcpu -> {
            Msr.Transfer done = vcpu.state().setMsrs(List.of(new Msr(index, value)));
            vcpu.regs();
            vcpu.sregs();
            return done;
        });
        if (transfer.done().isEmpty()) {
            throw new UnreadableException("KVM does not take 0x%x as MSR 0x%x".formatted(value, index));
        }
    }
}
