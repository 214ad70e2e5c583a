package dev.kvmdap.kvm;

import java.lang.invoke.VarHandle;

/**
 * Ends a vCPU's KVM_RUN from another thread.
 *
 * <p>The flag {@code immediate_exit} is looked at on the way into the guest only, so a running guest takes a signal as well.
 * The signal is blocked in the vCPU's thread, and KVM unblocks it while the guest runs (KVM_SET_SIGNAL_MASK, api.txt 4.21):
 * one that comes too early stays pending and ends the next KVM_RUN, and no signal handler of the JVM is ever touched.
 */
public final class RunInterrupter {
    /** A real-time signal that neither the C library nor the JVM uses. */
    static final int SIGNAL = 40;

    private static final int IMMEDIATE_EXIT = Layouts.RUN.offset("immediate_exit");
    private static final int NOBODY = 0;

    private final Descriptor vcpu;
    private final MappedMemory run;
    private volatile boolean exitRequested;
    private int owner = NOBODY;
    private boolean closed;

    RunInterrupter(Descriptor vcpu, MappedMemory run) {
        this.vcpu = vcpu;
        this.run = run;
    }

    /** Readies the calling thread, which is from now on the one that runs the vCPU. Once per thread, before the first run. */
    public synchronized void prepare() {
        long mask = vcpu.calls().blockSignal(SIGNAL);
        NativeStruct argument = new NativeStruct(Layouts.SIGNAL_MASK.size() + Long.BYTES);
        argument.bytes().putInt(Layouts.SIGNAL_MASK.offset("len"), Long.BYTES);
        argument.bytes().putLong(Layouts.SIGNAL_MASK.size(), mask);
        vcpu.call(Ioctl.KVM_SET_SIGNAL_MASK, argument);
        owner = vcpu.calls().gettid();
    }

    /**
     * Ends the current {@link Vcpu#run}, or the next one where none is under way, with {@link Abi#EXIT_INTR}. From any thread,
     * also before {@link #prepare} and after {@link #release}.
     */
    public synchronized void interrupt() {
        requestExit();
        if (owner != NOBODY) {
            vcpu.calls().signalThread(owner, SIGNAL);
        }
    }

    /**
     * Makes {@link Vcpu#run} return at once from now on, until it is cleared; does not end one that is under way. From any
     * thread.
     */
    public synchronized void requestExit() {
        exitRequested = true;
        if (!closed) {
            run.putByte(IMMEDIATE_EXIT, (byte) 1);
        }
    }

    /** Lets {@link Vcpu#run} enter the guest again. */
    public synchronized void clearExitRequest() {
        exitRequested = false;
        if (!closed) {
            run.putByte(IMMEDIATE_EXIT, (byte) 0);
        }
    }

    /**
     * Takes all interrupts back that came so far, so that the vCPU can run again. On the vCPU's thread; look for what the
     * other threads want after this call, not before it.
     */
    public void acknowledge() {
        clearExitRequest();
        int consumed;
        do {
            consumed = vcpu.calls().consumeSignal(SIGNAL);
        } while (consumed == SIGNAL);
    }

    /** Ends the calling thread's part: no further interrupt signals it. Before the vCPU's thread ends. */
    public synchronized void release() {
        owner = NOBODY;
        acknowledge();
    }

    /** From now on there is no vCPU to interrupt. */
    synchronized void close() {
        owner = NOBODY;
        closed = true;
    }

    /** Whether an exit was requested and not yet cleared. */
    public boolean exitRequested() {
        return exitRequested;
    }

    void holdBack() {
        run.putByte(IMMEDIATE_EXIT, (byte) 1);
    }

    /** Undoes {@link #holdBack}, without losing a request that comes in at the same moment. */
    void letGo() {
        run.putByte(IMMEDIATE_EXIT, (byte) 0);
        VarHandle.fullFence();
        if (exitRequested) {
            run.putByte(IMMEDIATE_EXIT, (byte) 1);
        }
    }
}
