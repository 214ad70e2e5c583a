package dev.kvmdap.engine;

import dev.kvmdap.exception.ProcessorState;
import dev.kvmdap.kvm.Regs;
import dev.kvmdap.kvm.Segment;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.machine.GuestMemory;
import dev.kvmdap.machine.VcpuThread;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.PageWalk;
import dev.kvmdap.x86.PagingMode;
import dev.kvmdap.x86.PhysicalMemory;
import dev.kvmdap.x86.Translation;

/**
 * A vCPU as the debugger sees it. Read on the vCPU thread while the guest runs, on the session thread while it stands
 * still. Reading allocates nothing.
 */
public final class Cpu {

    private static final long RFLAGS_IF = 1 << 9;

    private final VcpuThread thread;
    private final Vcpu vcpu;
    private final GuestMemory memory;
    private final DebuggerMemory debuggerMemory;

    Cpu(VcpuThread thread, GuestMemory memory, PlantedBytes planted) {
        this.thread = thread;
        this.vcpu = thread.vcpu();
        this.memory = memory;
        this.debuggerMemory = new DebuggerMemory(this, memory, planted);
    }

    /** The vCPU's number, from 0. */
    public int index() {
        return thread.index();
    }

    /** General registers, RIP and RFLAGS. After a change: {@link #store}. */
    public Regs regs() {
        return vcpu.regs();
    }

    /** Segment, control and table registers. After a change: {@link #store}. */
    public Sregs sregs() {
        return vcpu.sregs();
    }

    /** The memory that this vCPU addresses. */
    public DebuggerMemory memory() {
        return debuggerMemory;
    }

    /** The guest's physical memory without planted bytes. */
    PhysicalMemory ownMemory() {
        return new GuestOwnMemory(debuggerMemory, memory);
    }

    /** Writes changed registers to KVM. Session thread, while the guest stands still. */
    public void store() {
        thread.call(v -> {
            v.storeSregs();
            v.storeRegs();
            return v;
        });
    }

    /** The operating mode. */
    public CpuMode mode() {
        Sregs s = sregs();
        return CpuMode.of(s.cr0(), s.efer(), s.cs().l());
    }

    /** A copy of the registers that decide what becomes of an exception. */
    public ProcessorState state() {
        return CpuState.of(regs(), sregs());
    }

    /** The width of code at CS: 16, 32 or 64 (SDM vol. 3, 3.4.5). */
    public int codeBits() {
        return switch (mode()) {
            case LONG -> 64;
            case REAL, PROTECTED, COMPATIBILITY -> sregs().cs().db() ? 32 : 16;
        };
    }

    /** The current privilege level: 0 to 3. */
    public int privilegeLevel() {
        return mode() == CpuMode.REAL ? 0 : sregs().ss().dpl();
    }

    /** RFLAGS.IF: whether maskable interrupts are let in (SDM vol. 3, 6.8.1). */
    public boolean interruptsEnabled() {
        return (regs().rflags() & RFLAGS_IF) != 0;
    }

    /** The linear address of the next instruction. */
    public long pc() {
        return codeAddress(regs().rip());
    }

    /** The linear address of an offset in the code segment. */
    public long codeAddress(long offset) {
        return switch (mode()) {
            case LONG -> offset;
            case REAL, PROTECTED, COMPATIBILITY -> (sregs().cs().base() + offset) & 0xffff_ffffL;
        };
    }

    /** The offset in the code segment of a linear address: what RIP holds when the next instruction lies there. */
    public long codeOffset(long linear) {
        return switch (mode()) {
            case LONG -> linear;
            case REAL, PROTECTED, COMPATIBILITY -> (linear - sregs().cs().base()) & 0xffff_ffffL;
        };
    }

    /** The linear address of the stack's top. */
    public long stackPointer() {
        Segment ss = sregs().ss();
        long sp = regs().rsp();
        return switch (mode()) {
            case LONG -> sp;
            case REAL, PROTECTED, COMPATIBILITY ->
                (ss.base() + (ss.db() ? sp & 0xffff_ffffL : sp & 0xffff)) & 0xffff_ffffL;
        };
    }

    /** Whether a page holds one of the page tables that are in force. */
    boolean isPageTable(long physicalPage) {
        Sregs s = sregs();
        return PageWalk.isTable(s.cr0(), s.cr3(), s.cr4(), s.efer(), physicalPage, memory);
    }

    /** Whether page tables are in force (SDM vol. 3, 4.1.1). */
    boolean isPaged() {
        return PagingMode.of(sregs().cr0(), sregs().cr4(), sregs().efer()) != PagingMode.NONE;
    }

    /** Whether page tables let code at privilege level 3 use a linear address. */
    boolean isOpenToUser(long linear) {
        Sregs s = sregs();
        return PageWalk.explain(s.cr0(), s.cr3(), s.cr4(), s.efer(), linear, memory)
                        instanceof Translation.Mapped mapped
                && mapped.user();
    }

    /** Whether what is pushed next goes to a page. */
    boolean isStack(long physicalPage) {
        long pushed = translate(stackPointer() - 1);
        return pushed != PageWalk.NOT_MAPPED && (pushed & -GuestMemory.PAGE) == physicalPage;
    }

    /** The physical address behind a linear one by our own walk, or {@link PageWalk#NOT_MAPPED}. */
    public long translate(long linear) {
        Sregs s = sregs();
        return PageWalk.translate(s.cr0(), s.cr3(), s.cr4(), s.efer(), linear, memory);
    }
}
