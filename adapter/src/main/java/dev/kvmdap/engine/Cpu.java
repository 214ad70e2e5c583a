package dev.kvmdap.engine;

import dev.kvmdap.exception.ProcessorState;
import dev.kvmdap.kvm.MpState;
import dev.kvmdap.kvm.Regs;
import dev.kvmdap.kvm.Segment;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.machine.GuestMemory;
import dev.kvmdap.machine.VcpuThread;
import dev.kvmdap.symbols.FrameRegisters;
import dev.kvmdap.symbols.dwarf.FrameState;
import dev.kvmdap.symbols.dwarf.NoValueException;
import dev.kvmdap.x86.CpuMode;
import dev.kvmdap.x86.PageWalk;
import dev.kvmdap.x86.PagingMode;
import dev.kvmdap.x86.PhysicalMemory;
import dev.kvmdap.x86.Translation;

/**
 * A vCPU as the debugger sees it. Read on the vCPU thread while the guest runs, on the session thread while it stands
 * still. Reading allocates nothing.
 */
public final class Cpu implements FrameState {

    private static final long RFLAGS_IF = 1 << 9;

    /** Regs' indices in the order of DWARF's numbers (System V psABI for x86-64, figure 3.36). */
    private static final int[] DWARF_64 = {
        Regs.RAX, Regs.RDX, Regs.RCX, Regs.RBX, Regs.RSI, Regs.RDI, Regs.RBP, Regs.RSP, Regs.R8, Regs.R9, Regs.R10,
        Regs.R11, Regs.R12, Regs.R13, Regs.R14, Regs.R15, Regs.RIP
    };

    /** The same for 32-bit code (System V psABI for i386, figure 2.14). */
    private static final int[] DWARF_32 = {
        Regs.RAX, Regs.RCX, Regs.RDX, Regs.RBX, Regs.RSP, Regs.RBP, Regs.RSI, Regs.RDI, Regs.RIP
    };

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

    /** The guest's physical memory without planted bytes; for one thread. */
    public PhysicalMemory ownMemory() {
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

    /**
     * What the vCPU is ready for. An INIT or a start-up interrupt that was sent to it meanwhile takes effect by asking. Session
     * thread, while it stands still.
     */
    public MpState mpState() {
        return thread.call(v -> {
            MpState state = v.state().mpState();
            v.regs();
            v.sregs();
            return state;
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

    /** The bytes of a word that the code pushes, as DWARF counts: 8 in 64-bit code, else 4. */
    @Override
    public int wordSize() {
        return codeBits() == 64 ? Long.BYTES : Integer.BYTES;
    }

    /**
     * A general register by its DWARF number in code of {@link #wordSize}; instruction and stack pointer as linear
     * addresses. Allocates nothing.
     */
    @Override
    public long register(int number) {
        return register(number, wordSize() == Long.BYTES);
    }

    private long register(int number, boolean wide) {
        int[] order = wide ? DWARF_64 : DWARF_32;
        if (number < 0 || number >= order.length) {
            throw new NoValueException("is in a register that is not read here (number " + number + " of DWARF)");
        }
        long value = switch (order[number]) {
            case Regs.RIP -> pc();
            case Regs.RSP -> stackPointer();
            default -> regs().get(order[number]);
        };
        return wide ? value : value & 0xffff_ffffL;
    }

    @Override
    public long memory(long linear, int bytes) {
        return debuggerMemory.peek(linear, bytes);
    }

    /**
     * The registers as unwinding starts from them, numbered as for code of a width.
     *
     * @param codeBits 16, 32 or 64
     */
    FrameRegisters frameRegisters(int codeBits) {
        boolean wide = codeBits == 64;
        FrameRegisters registers = wide ? FrameRegisters.x86_64() : FrameRegisters.i386();
        for (int number = 0; number < (wide ? DWARF_64 : DWARF_32).length; number++) {
            registers.set(number, register(number, wide));
        }
        return registers;
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
