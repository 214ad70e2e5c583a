package dev.kvmdap.engine;

import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.DebugRegisters;
import dev.kvmdap.kvm.Vcpu;
import dev.kvmdap.kvm.VcpuEvents;
import dev.kvmdap.x86.Instruction;

/**
 * A debug event that the debugger did not cause and that has left the guest all the same, or an interrupt instruction that KVM
 * cannot carry out: what one vCPU is owed, until it has got it at its handler. On the vCPU's thread.
 *
 * <p>KVM_GUESTDBG_INJECT_DB leaves DR6 as it is; DR6 is set beforehand to what the processor would have put there.
 */
final class OwnEvent {

    /** DR6: breakpoint conditions, access to a debug register, single step, task switch (SDM vol. 3, 18.2.3). */
    static final long BREAKPOINTS = 0xf;

    static final long ACCESS = 1 << 13;
    static final long SINGLE_STEP = 1 << 14;
    static final long TASK_SWITCH = 1 << 15;

    private static final long DR6_ALWAYS_SET = 0xffff0ff0L;
    private static final int NONE = -1;
    private static final int NMI_VECTOR = 2;
    private static final int DEBUG_VECTOR = 1;
    private static final int BREAKPOINT_VECTOR = 3;
    private static final int EXCEPTIONS = 32;

    private final Cpu cpu;
    private final Vcpu vcpu;
    private int vector = NONE;
    private long conditions;
    private boolean isFault;
    private boolean byInstruction;
    private boolean isInterrupt;
    private int passed;

    OwnEvent(Cpu cpu, Vcpu vcpu) {
        this.cpu = cpu;
        this.vcpu = vcpu;
    }

    /** Whether anything is owed. */
    boolean isOwed() {
        return vector != NONE;
    }

    /** Whether what is owed comes before the instruction at RIP, rather than behind the one in front of it. */
    boolean isFault() {
        return isOwed() && isFault;
    }

    /** Whether an interrupt instruction has raised it. */
    boolean isByInstruction() {
        return byInstruction;
    }

    /** The vector of what is owed. */
    int vector() {
        return vector;
    }

    /**
     * A #DB.
     *
     * @param conditions bits of DR6, breakpoints by the guest's numbers
     * @param isFault whether it comes before the instruction at RIP
     */
    void owe(long conditions, boolean isFault) {
        vector = DEBUG_VECTOR;
        this.conditions = conditions;
        this.isFault = isFault;
        byInstruction = false;
        isInterrupt = false;
        passed = 0;
    }

    /**
     * What the interrupt instruction at RIP leads to.
     *
     * @param byHost whether KVM itself passes the instruction when the exception is injected
     */
    void owe(Instruction instruction, boolean byHost) {
        vector = instruction.vector();
        conditions = 0;
        isFault = true;
        byInstruction = true;
        isInterrupt = !instruction.isIcebp();
        passed = byHost ? 0 : instruction.length();
    }

    /**
     * Makes the vCPU ready for what is owed.
     *
     * @return whether it can be injected; not where another exception is on its way into the guest
     */
    boolean prepare() {
        if (passed != 0) {
            cpu.regs().rip(cpu.regs().rip() + passed);
            vcpu.storeRegs();
            passed = 0;
        }
        if (vector == BREAKPOINT_VECTOR) {
            return true;
        }
        VcpuEvents events = vcpu.state().events();
        if (events.exception().injected() || events.exception().pending()) {
            return false;
        }
        if (isInterrupt) {
            vcpu.state().setEvents(interrupt(events));
        } else if (events.interrupt().shadow() != 0) {
            vcpu.state().setEvents(events.withoutShadow());
        }
        return true;
    }

    /** What KVM_SET_GUEST_DEBUG has to inject: one of the {@code GUESTDBG_INJECT_} bits of {@link Abi}, or 0. */
    int injection() {
        return vector == BREAKPOINT_VECTOR ? Abi.GUESTDBG_INJECT_BP : isInterrupt ? 0 : Abi.GUESTDBG_INJECT_DB;
    }

    private boolean isException() {
        return vector < EXCEPTIONS && vector != NMI_VECTOR;
    }

    private VcpuEvents interrupt(VcpuEvents events) {
        return isException()
                ? events.withException(new VcpuEvents.ExceptionEvent(true, false, vector, false, 0, false, 0))
                : events.withInterrupt(new VcpuEvents.InterruptEvent(true, vector, true, 0));
    }

    /** It is injected, and DR6 is what the processor would have made of it. */
    void begin() {
        if (injection() == Abi.GUESTDBG_INJECT_DB) {
            DebugRegisters own = vcpu.state().debugRegisters();
            long dr6 = (own.dr6() & ~BREAKPOINTS) | DR6_ALWAYS_SET | conditions;
            vcpu.state()
                    .setDebugRegisters(new DebugRegisters(own.dr0(), own.dr1(), own.dr2(), own.dr3(), dr6, own.dr7()));
        }
    }

    /** The guest has got it. */
    void settle() {
        vector = NONE;
    }

    /** The guest could not be entered: it is owed still, and KVM holds nothing that a change of registers might spoil. */
    void withdraw() {
        VcpuEvents events = vcpu.state().events();
        VcpuEvents.ExceptionEvent none = new VcpuEvents.ExceptionEvent(false, false, 0, false, 0, false, 0);
        vcpu.state()
                .setEvents(
                        injection() == 0 && !isException()
                                ? events.withInterrupt(new VcpuEvents.InterruptEvent(false, 0, false, 0))
                                : events.withException(none));
    }

    /** Another exception is delivered first. Behind it, what comes before an instruction will come again by itself. */
    void letGoFirst() {
        vector = isFault ? NONE : vector;
    }
}
