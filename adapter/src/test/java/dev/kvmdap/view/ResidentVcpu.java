package dev.kvmdap.view;

import dev.kvmdap.expression.Expression;
import dev.kvmdap.expression.Names;
import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.expression.Value;
import dev.kvmdap.expression.ValueText;
import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.CpuidEntry;
import dev.kvmdap.kvm.DebugRegisters;
import dev.kvmdap.kvm.KvmException;
import dev.kvmdap.kvm.MpState;
import dev.kvmdap.kvm.Regs;
import dev.kvmdap.kvm.ScriptedKernel;
import dev.kvmdap.kvm.ScriptedVcpu;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.kvm.VcpuEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A vCPU that only has registers: it counts what is stored, and refuses when told to. */
public final class ResidentVcpu implements StoppedVcpu {

    private final ScriptedVcpu registers = new ScriptedKernel().vcpu(0);
    private DebugRegisters debugRegisters = new DebugRegisters(0x1000, 0, 0, 0, 0xffff0ff0L, 0x402);
    private @Nullable KvmException refusal;
    private final List<CpuidEntry> cpuid = new ArrayList<>();
    private final Map<Integer, Long> msrs = new TreeMap<>(Integer::compareUnsigned);
    private byte[] xsave = new byte[4096];
    private long xcr0 = 1;
    private int stores;
    private int debugReads;

    private ResidentVcpu() {
        msrs.put(0xc0000082, 0xffff_8000_0010_0000L);
    }

    public static ResidentVcpu inRealMode() {
        ResidentVcpu vcpu = new ResidentVcpu();
        vcpu.sregs().cr0(0x10);
        vcpu.sregs().cs().selector(0x7c0);
        vcpu.sregs().cs().base(0x7c00);
        vcpu.sregs().cs().limit(0xffff);
        vcpu.sregs().ss().selector(0x1000);
        vcpu.sregs().ss().base(0x10000);
        return vcpu;
    }

    public static ResidentVcpu inProtectedMode() {
        ResidentVcpu vcpu = new ResidentVcpu();
        vcpu.sregs().cr0(0x11);
        vcpu.flatCode(false);
        return vcpu;
    }

    public static ResidentVcpu inLongMode() {
        ResidentVcpu vcpu = new ResidentVcpu();
        vcpu.sregs().cr0(0x8000_0011L);
        vcpu.sregs().cr3(0x10018);
        vcpu.sregs().cr4(0x20);
        vcpu.sregs().efer(0xd00);
        vcpu.flatCode(true);
        return vcpu;
    }

    private void flatCode(boolean longMode) {
        sregs().cs().selector(8);
        sregs().cs().base(0);
        sregs().cs().limit(-1);
        sregs().cs().type(0xb);
        sregs().cs().s(true);
        sregs().cs().present(true);
        sregs().cs().l(longMode);
        sregs().cs().db(!longMode);
        sregs().cs().g(true);
        sregs().fs().unusable(true);
        sregs().tr().type(0xb);
        sregs().tr().present(true);
    }

    void refuseStores() {
        refusal = new KvmException("KVM_SET_SREGS", 22, "Try another value.");
    }

    int stores() {
        return stores;
    }

    int debugReads() {
        return debugReads;
    }

    @Override
    public Regs regs() {
        return registers.regs();
    }

    @Override
    public Sregs sregs() {
        return registers.sregs();
    }

    @Override
    public void store() {
        refuse();
        stores++;
    }

    @Override
    public DebugRegisters debugRegisters() {
        debugReads++;
        return debugRegisters;
    }

    @Override
    public void store(DebugRegisters registers) {
        refuse();
        debugRegisters = registers;
    }

    /** The registers of the innermost frame. */
    RegistersView view() {
        return view(null);
    }

    /** The registers of a frame. */
    RegistersView view(@Nullable CallerRegisters caller) {
        RegisterFile file = new RegisterFile(this, caller);
        return new RegistersView(this, file, context(file));
    }

    private ValueNode.Context context(RegisterFile file) {
        Names<Object> names = new VcpuRegisterNames<>(this, file, () -> {});
        return new ValueNode.Context() {
            @Override
            public ValueText text() {
                return ValueText.WITHOUT_SYMBOLS;
            }

            @Override
            public Value evaluate(Expression expression) {
                return expression.bind(names).value(this);
            }
        };
    }

    /** A processor with x87, SSE and XSAVE; and with AVX where wanted. */
    ResidentVcpu withVectors(boolean avx) {
        cpuid.clear();
        cpuid.add(new CpuidEntry(1, 0, 0, 0, 0, 1 << 26, 1 | 1 << 25));
        cpuid.add(new CpuidEntry(0xd, 0, Abi.CPUID_FLAG_SIGNIFCANT_INDEX, avx ? 7 : 3, 0, 0, 0));
        if (avx) {
            cpuid.add(new CpuidEntry(0xd, 2, Abi.CPUID_FLAG_SIGNIFCANT_INDEX, 256, 576, 0, 0));
        }
        return this;
    }

    /** What an expression of registers is worth. */
    long evaluate(String expression) {
        return new RegisterFile(this).evaluate(expression);
    }

    /** The XSAVE area itself. */
    byte[] area() {
        return xsave;
    }

    /** The model-specific registers that there are. */
    Map<Integer, Long> msrs() {
        return msrs;
    }

    @Override
    public List<CpuidEntry> cpuid() {
        return cpuid;
    }

    @Override
    public byte[] xsave() {
        return xsave.clone();
    }

    @Override
    public void storeXsave(byte[] area) {
        refuse();
        xsave = area;
    }

    @Override
    public VcpuEvents events() {
        return new VcpuEvents(
                new VcpuEvents.ExceptionEvent(false, false, 0, false, 0, false, 0),
                new VcpuEvents.InterruptEvent(false, 0, false, 0),
                new VcpuEvents.NmiEvent(false, false, false),
                new VcpuEvents.SmiEvent(false, false, false, false),
                0,
                0,
                false);
    }

    @Override
    public MpState mpState() {
        return MpState.RUNNABLE;
    }

    @Override
    public long xcr0() {
        return xcr0;
    }

    @Override
    public void storeXcr0(long value) {
        refuse();
        xcr0 = value;
    }

    @Override
    public List<Integer> modelSpecificRegisters() {
        return List.copyOf(msrs.keySet());
    }

    @Override
    public long modelSpecificRegister(int index) {
        Long value = msrs.get(index);
        if (value == null) {
            throw new UnreadableException("KVM has no MSR 0x" + Integer.toHexString(index));
        }
        return value;
    }

    @Override
    public void storeModelSpecificRegister(int index, long value) {
        if (refusal != null) {
            throw new UnreadableException("KVM does not take it");
        }
        msrs.put(index, value);
    }

    private void refuse() {
        if (refusal != null) {
            throw Objects.requireNonNull(refusal);
        }
    }
}
