package dev.kvmdap.session;

import dev.kvmdap.engine.Cpu;

/** The vCPUs as the protocol's threads: vCPU n is thread n + 1. */
public final class Threads {

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

    /** What people call the thread of a vCPU that stands still: {@code vCPU 0 (long mode, CPL 0)}. */
    public static String name(Cpu cpu) {
        return "%s (%s mode, CPL %d)".formatted(name(cpu.index()), cpu.mode().term(), cpu.privilegeLevel());
    }

    /** What people call the thread of a vCPU that runs. */
    public static String name(int vcpu) {
        return "vCPU " + vcpu;
    }
}
