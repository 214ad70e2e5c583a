package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;
import dev.kvmdap.kvm.MpState;

/** The vCPUs as the protocol's threads: vCPU n is thread n + 1. */
public final class Threads {

    /** What a processor does that has not been started yet (SDM vol. 3, 9.4.4.2). */
    public static final String WAITING_FOR_START = "waiting for SIPI";

    private Threads() {}

    /** The thread of a vCPU, from 1. */
    public static int id(int vcpu) {
        return vcpu + 1;
    }

    /**
     * The vCPU of a thread, from 0.
     *
     * @throws RequestFailure where the guest has no such vCPU
     */
    public static int vcpu(int id, int vcpus) {
        if (id < 1 || id > vcpus) {
            throw RequestFailure.badArguments("there is no thread " + id + "; the guest's threads are 1 to " + vcpus);
        }
        return id - 1;
    }

    /**
     * What people call the thread of a vCPU that stands still: {@code vCPU 0 (long mode, CPL 0)}, {@code vCPU 1 (halted, long
     * mode, CPL 0)}, {@code vCPU 2 (waiting for SIPI)}.
     */
    public static String name(Cpu cpu) {
        MpState state = cpu.mpState();
        String mode = "%s mode, CPL %d".formatted(cpu.mode().term(), cpu.privilegeLevel());
        String activity =
                state.waitsForStart() ? WAITING_FOR_START : state == MpState.HALTED ? "halted, " + mode : mode;
        return "%s (%s)".formatted(name(cpu.index()), activity);
    }

    /** What people call the thread of a vCPU that runs. */
    public static String name(int vcpu) {
        return "vCPU " + vcpu;
    }
}
