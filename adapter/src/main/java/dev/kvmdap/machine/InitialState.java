package dev.kvmdap.machine;

import dev.kvmdap.kvm.Regs;
import dev.kvmdap.kvm.Segment;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.GuestVirtual;

/**
 * The first vCPU's registers when the guest begins. Segments are flat in protected and long mode, and what is not named here is
 * 0, or as a processor reset leaves it (SDM vol. 3, 10.1.1).
 *
 * @param mode {@link CpuMode#REAL}, {@link CpuMode#PROTECTED} or {@link CpuMode#LONG}
 * @param codeSegment the selector in CS
 * @param dataSegment the selector in DS, ES, FS, GS and SS
 * @param rip offset of the first instruction in the code segment
 * @param rsp upper end of the stack in the data segment
 * @param rax general register RAX
 * @param rbx general register RBX
 * @param rdx general register RDX
 * @param rsi general register RSI
 * @param interruptible whether interrupts are on
 * @param pageTables physical address of the PML4 table; in long mode only
 * @param gdt linear address of the GDT of {@link Surroundings}; not in real mode
 */
public record InitialState(
        CpuMode mode,
        int codeSegment,
        int dataSegment,
        long rip,
        long rsp,
        long rax,
        long rbx,
        long rdx,
        long rsi,
        boolean interruptible,
        long pageTables,
        long gdt) {

    private static final long CR0_PE = 1;
    private static final long CR0_MP = 1 << 1;
    private static final long CR0_ET = 1 << 4;
    private static final long CR0_NE = 1 << 5;
    private static final long CR0_PG = 1L << 31;
    private static final long CR4_PAE = 1 << 5;
    private static final long CR4_OSFXSR = 1 << 9;
    private static final long CR4_OSXMMEXCPT = 1 << 10;
    private static final long EFER_LME = 1 << 8;
    private static final long EFER_LMA = 1 << 10;

    /** Bit 1 is always set (SDM vol. 1, 3.4.3). */
    private static final long RFLAGS_CLEAR = 1 << 1;

    private static final long RFLAGS_IF = 1 << 9;

    private static final int CODE_READABLE_ACCESSED = 0xb;
    private static final int DATA_WRITABLE_ACCESSED = 0x3;
    private static final int REAL_MODE_LIMIT = 0xffff;
    private static final int WHOLE_LIMIT = -1;

    /** 256 vectors of 4 bytes. */
    private static final int REAL_MODE_IDT_LIMIT = 0x3ff;

    /** Linear address of the first instruction. */
    public GuestVirtual entry() {
        return new GuestVirtual(segmentBase(codeSegment) + rip);
    }

    private long segmentBase(int selector) {
        return mode == CpuMode.REAL ? (long) selector << 4 : 0;
    }

    /** The same with other contents of RAX, RBX, RDX and RSI. */
    InitialState withRegisters(long rax, long rbx, long rdx, long rsi) {
        return new InitialState(
                mode, codeSegment, dataSegment, rip, rsp, rax, rbx, rdx, rsi, interruptible, pageTables, gdt);
    }

    /** The same with interrupts on. */
    InitialState withInterrupts() {
        return new InitialState(mode, codeSegment, dataSegment, rip, rsp, rax, rbx, rdx, rsi, true, pageTables, gdt);
    }

    /** Sets the registers of a vCPU that has just been created. On the thread that owns it. */
    void applyTo(Vcpu vcpu) {
        Sregs sregs = vcpu.sregs();
        setSegment(sregs.cs(), codeSegment, CODE_READABLE_ACCESSED);
        setSegment(sregs.ds(), dataSegment, DATA_WRITABLE_ACCESSED);
        setSegment(sregs.es(), dataSegment, DATA_WRITABLE_ACCESSED);
        setSegment(sregs.fs(), dataSegment, DATA_WRITABLE_ACCESSED);
        setSegment(sregs.gs(), dataSegment, DATA_WRITABLE_ACCESSED);
        setSegment(sregs.ss(), dataSegment, DATA_WRITABLE_ACCESSED);
        sregs.idt().base(0);
        sregs.idt().limit(mode == CpuMode.REAL ? REAL_MODE_IDT_LIMIT : 0);
        if (mode != CpuMode.REAL) {
            sregs.gdt().base(gdt);
            sregs.gdt().limit(dataSegment + Surroundings.DESCRIPTOR_BYTES - 1);
            sregs.cr0(CR0_PE | CR0_ET);
        }
        if (mode == CpuMode.LONG) {
            sregs.cr0(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_PG);
            sregs.cr3(pageTables);
            sregs.cr4(CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT);
            sregs.efer(EFER_LME | EFER_LMA);
        }
        vcpu.storeSregs();

        Regs regs = vcpu.regs();
        for (int i = 0; i < Regs.COUNT; i++) {
            regs.set(i, 0);
        }
        regs.rip(rip);
        regs.rsp(rsp);
        regs.rflags(interruptible ? RFLAGS_CLEAR | RFLAGS_IF : RFLAGS_CLEAR);
        regs.rax(rax);
        regs.rbx(rbx);
        regs.rdx(rdx);
        regs.rsi(rsi);
        vcpu.storeRegs();
    }

    private void setSegment(Segment segment, int selector, int type) {
        boolean real = mode == CpuMode.REAL;
        boolean code64 = mode == CpuMode.LONG && type == CODE_READABLE_ACCESSED;
        segment.selector(selector);
        segment.base(segmentBase(selector));
        segment.limit(real ? REAL_MODE_LIMIT : WHOLE_LIMIT);
        segment.type(type);
        segment.present(true);
        segment.dpl(0);
        segment.s(true);
        segment.db(!real && !code64);
        segment.l(code64);
        segment.g(!real);
        segment.avl(false);
        segment.unusable(false);
    }
}
