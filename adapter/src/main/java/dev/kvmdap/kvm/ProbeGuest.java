package dev.kvmdap.kvm;

import dev.kvmdap.x86.CpuMode;

/**
 * The guest that {@link HostProbe} tries things on: 64 KiB of memory, one vCPU, a few instructions at a time. Every run is
 * bounded: by a HLT behind the code, and by a deadline that another thread watches.
 */
final class ProbeGuest implements AutoCloseable {
    /** The answer of a run that the kernel refused. */
    static final int REFUSED = -11;
    /** The answer of a run that did not end by itself. */
    static final int NEVER_ENDED = -12;

    private static final long VMX_IDENTITY_MAP = 0xfffbc000L;
    private static final long VMX_TSS = 0xfffbd000L;
    private static final long LEAST_PATIENCE_NANOS = 100_000_000;
    private static final long MOST_PATIENCE_NANOS = 2_000_000_000;
    private static final int PATIENCE_BY_SLOWEST_RUN = 20;
    private static final long NO_DEADLINE = Long.MAX_VALUE;
    private static final int MOST_LATE_RUNS = 5;

    private final MappedMemory kvmView;
    private final MappedMemory memory;
    private final Vm vm;
    private final Vcpu vcpu;
    private final ProbeGuestLayout layout;
    private final VcpuEvents noEvents;
    private volatile long deadline = NO_DEADLINE;
    private long slowestRunNanos;
    private int lateRuns;

    private ProbeGuest(MappedMemory kvmView, MappedMemory memory, Vm vm, Vcpu vcpu) {
        this.kvmView = kvmView;
        this.memory = memory;
        this.vm = vm;
        this.vcpu = vcpu;
        this.layout = new ProbeGuestLayout(memory);
        vcpu.interrupter().prepare();
        noEvents = vcpu.state().events();
    }

    /** Creates it on the thread that will run it. */
    static ProbeGuest create(Kvm kvm, SystemCalls calls, boolean withInterruptController) {
        MappedMemory kvmView = MappedMemory.ram(calls, ProbeGuestLayout.MEMORY);
        try {
            MappedMemory memory = kvmView.alias();
            try {
                return create(kvm, kvmView, memory, withInterruptController);
            } catch (RuntimeException e) {
                memory.close();
                throw e;
            }
        } catch (RuntimeException e) {
            kvmView.close();
            throw e;
        }
    }

    private static ProbeGuest create(
            Kvm kvm, MappedMemory kvmView, MappedMemory memory, boolean withInterruptController) {
        Vm vm = kvm.createVm();
        try {
            vm.setIdentityMapAddress(VMX_IDENTITY_MAP);
            vm.setTssAddress(VMX_TSS);
            if (withInterruptController) {
                vm.createIrqchip();
            }
            int readOnly = vm.check(Capability.READONLY_MEM) == 0 ? 0 : Abi.MEM_READONLY;
            map(vm, kvmView, 0, 0, 0, ProbeGuestLayout.READ_ONLY_PAGE);
            map(vm, kvmView, 1, readOnly, ProbeGuestLayout.READ_ONLY_PAGE, MappedMemory.PAGE);
            int rest = ProbeGuestLayout.READ_ONLY_PAGE + MappedMemory.PAGE;
            map(vm, kvmView, 2, 0, rest, ProbeGuestLayout.MEMORY - rest);
            Vcpu vcpu = vm.createVcpu(0);
            try {
                return new ProbeGuest(kvmView, memory, vm, vcpu);
            } catch (RuntimeException e) {
                vcpu.close();
                throw e;
            }
        } catch (RuntimeException e) {
            vm.close();
            throw e;
        }
    }

    private static void map(Vm vm, MappedMemory kvmView, int slot, int flags, long start, long size) {
        vm.setMemorySlot(slot, flags, start, size, kvmView.address() + start);
    }

    Vcpu vcpu() {
        return vcpu;
    }

    Vm vm() {
        return vm;
    }

    /** The guest's memory, as the debugger sees it whatever KVM may do. */
    MappedMemory memory() {
        return memory;
    }

    /** Sets what KVM may do with {@link ProbeGuestLayout#PROTECTED_PAGE}. */
    void protectPage(int protection) {
        kvmView.protect(ProbeGuestLayout.PROTECTED_PAGE, MappedMemory.PAGE, protection);
    }

    /** Puts the vCPU at the begin of this code, in a mode and at privilege level 0, with nothing left over from before. */
    void prepare(CpuMode mode, int... code) {
        layout.writeCode(code);
        layout.enter(mode, vcpu.sregs());
        start();
    }

    /** The same at privilege level 3. */
    void prepareUser(CpuMode mode, int... code) {
        layout.writeCode(code);
        layout.enterUser(mode, vcpu.sregs());
        start();
    }

    private void start() {
        vcpu.storeSregs();
        vcpu.state().setEvents(noEvents);
        Regs regs = vcpu.regs();
        for (int i = 0; i < Regs.COUNT; i++) {
            regs.set(i, 0);
        }
        regs.rip(ProbeGuestLayout.CODE);
        regs.rsp(ProbeGuestLayout.STACK_TOP);
        regs.rflags(2);
        vcpu.storeRegs();
    }

    /** Runs code from its begin to the first exit. */
    int run(CpuMode mode, GuestDebug debug, int... code) {
        prepare(mode, code);
        return resume(debug);
    }

    /**
     * Runs on to the next exit; not at all where the host has let too many runs go on for ever.
     *
     * @return the exit reason, {@link #REFUSED} or {@link #NEVER_ENDED}
     */
    int resume(GuestDebug debug) {
        boolean noneHasEnded = lateRuns > 0 && slowestRunNanos == 0;
        if (noneHasEnded || lateRuns == MOST_LATE_RUNS) {
            return NEVER_ENDED;
        }
        vcpu.setGuestDebug(debug);
        return resumeAsArmed();
    }

    /** The same with guest debugging left as the last exit has left it. */
    int resumeAsArmed() {
        long begin = System.nanoTime();
        long end = begin + patienceNanos();
        deadline = end;
        try {
            int reason = vcpu.run();
            while (reason == Abi.EXIT_INTR) {
                vcpu.interrupter().acknowledge();
                if (System.nanoTime() - end >= 0) {
                    lateRuns++;
                    return NEVER_ENDED;
                }
                reason = vcpu.run();
            }
            slowestRunNanos = Math.max(slowestRunNanos, System.nanoTime() - begin);
            return reason;
        } catch (KvmException e) {
            return REFUSED;
        } finally {
            deadline = NO_DEADLINE;
        }
    }

    /** How long a run may take: by those that have ended, so that a slow or busy host is not taken for one that hangs. */
    private long patienceNanos() {
        return slowestRunNanos == 0
                ? MOST_PATIENCE_NANOS
                : Math.min(
                        Math.max(slowestRunNanos * PATIENCE_BY_SLOWEST_RUN, LEAST_PATIENCE_NANOS), MOST_PATIENCE_NANOS);
    }

    /** Runs again from another place at privilege level 3, with the stack and flags of the beginning. */
    void restartUser(CpuMode mode, long rip) {
        layout.enterUser(mode, vcpu.sregs());
        vcpu.storeSregs();
        vcpu.regs().rip(rip);
        vcpu.regs().rsp(ProbeGuestLayout.STACK_TOP);
        vcpu.regs().rflags(2);
        vcpu.storeRegs();
    }

    /** Whether this exit of the last run is a handler of the guest's. */
    boolean isInHandler(int reason) {
        return reason == Abi.EXIT_IO && vcpu.ioIsOut() && vcpu.ioPort() == ProbeGuestLayout.VECTOR_PORT;
    }

    /** Interrupts a run that takes too long. From the watching thread. */
    void interruptIfLate() {
        long end = deadline;
        if (end != NO_DEADLINE && System.nanoTime() - end >= 0) {
            vcpu.interrupter().interrupt();
        }
    }

    @Override
    public void close() {
        vcpu.interrupter().release();
        vcpu.close();
        vm.close();
        memory.close();
        kvmView.close();
    }
}
