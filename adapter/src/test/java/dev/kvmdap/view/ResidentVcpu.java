package dev.kvmdap.view;

import dev.kvmdap.kvm.DebugRegisters;
import dev.kvmdap.kvm.KvmException;
import dev.kvmdap.kvm.Regs;
import dev.kvmdap.kvm.ScriptedKernel;
import dev.kvmdap.kvm.ScriptedVcpu;
import dev.kvmdap.kvm.Sregs;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A vCPU that only has registers: it counts what is stored, and refuses when told to. */
final class ResidentVcpu implements StoppedVcpu {

    private final ScriptedVcpu registers = new ScriptedKernel().vcpu(0);
    private DebugRegisters debugRegisters = new DebugRegisters(0x1000, 0, 0, 0, 0xffff0ff0L, 0x402);
    private @Nullable KvmException refusal;
    private int stores;
    private int debugReads;

    static ResidentVcpu inRealMode() {
        ResidentVcpu vcpu = new ResidentVcpu();
        vcpu.sregs().cr0(0x10);
        vcpu.sregs().cs().selector(0x7c0);
        vcpu.sregs().cs().base(0x7c00);
        vcpu.sregs().cs().limit(0xffff);
        vcpu.sregs().ss().selector(0x1000);
        vcpu.sregs().ss().base(0x10000);
        return vcpu;
    }

    static ResidentVcpu inProtectedMode() {
        ResidentVcpu vcpu = new ResidentVcpu();
        vcpu.sregs().cr0(0x11);
        vcpu.flatCode(false);
        return vcpu;
    }

    static ResidentVcpu inLongMode() {
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

    private void refuse() {
        if (refusal != null) {
            throw Objects.requireNonNull(refusal);
        }
    }
}
