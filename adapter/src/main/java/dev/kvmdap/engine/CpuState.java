package dev.kvmdap.engine;

import dev.kvmdap.exception.ProcessorState;
import dev.kvmdap.exception.SegmentRegister;
import dev.kvmdap.kvm.Regs;
import dev.kvmdap.kvm.Segment;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.x86.Register;

/** KVM's registers of a vCPU as the state of a processor. */
final class CpuState {

    /** In the order of {@link Regs}' indices. */
    private static final Register[] GENERAL = {
        Register.RAX,
        Register.RBX,
        Register.RCX,
        Register.RDX,
        Register.RSI,
        Register.RDI,
        Register.RSP,
        Register.RBP,
        Register.R8,
        Register.R9,
        Register.R10,
        Register.R11,
        Register.R12,
        Register.R13,
        Register.R14,
        Register.R15,
        Register.RIP,
        Register.RFLAGS
    };

    private CpuState() {}

    static ProcessorState of(Regs regs, Sregs sregs) {
        ProcessorState.Builder state = new ProcessorState.Builder();
        for (int index = 0; index < GENERAL.length; index++) {
            state.set(GENERAL[index], regs.get(index));
        }
        return state.set(Register.CR0, sregs.cr0())
                .set(Register.CR2, sregs.cr2())
                .set(Register.CR3, sregs.cr3())
                .set(Register.CR4, sregs.cr4())
                .set(Register.EFER, sregs.efer())
                .set(Register.GDTR, sregs.gdt().base())
                .set(Register.GDTR_LIMIT, sregs.gdt().limit())
                .set(Register.IDTR, sregs.idt().base())
                .set(Register.IDTR_LIMIT, sregs.idt().limit())
                .set(Register.CS, segment(sregs.cs()))
                .set(Register.SS, segment(sregs.ss()))
                .set(Register.DS, segment(sregs.ds()))
                .set(Register.ES, segment(sregs.es()))
                .set(Register.FS, segment(sregs.fs()))
                .set(Register.GS, segment(sregs.gs()))
                .set(Register.LDTR, segment(sregs.ldt()))
                .set(Register.TR, segment(sregs.tr()))
                .build();
    }

    private static SegmentRegister segment(Segment segment) {
        return new SegmentRegister(
                segment.selector(),
                segment.base(),
                Integer.toUnsignedLong(segment.limit()),
                segment.type(),
                segment.dpl(),
                segment.present() && !segment.unusable(),
                segment.db(),
                segment.l());
    }
}
