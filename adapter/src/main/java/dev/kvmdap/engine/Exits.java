package dev.kvmdap.engine;

import dev.kvmdap.kvm.Exit;
import dev.kvmdap.x86.GuestVirtual;
import java.util.Optional;

/** What an exit means to the user. Pure. */
final class Exits {

    /** KVM_SYSTEM_EVENT_RESET (KVM api.txt, 5). */
    private static final int RESET = 2;

    private Exits() {}

    /**
     * The stop that an exit is, when neither a device nor the debugger caused it.
     *
     * @param exit what KVM_RUN ended with
     * @param vcpu on which vCPU
     * @param pc linear address of the next instruction
     * @param interruptible whether an interrupt could still end a HLT
     * @param shutdownLosesState whether {@code pc} is that of an earlier moment where the vCPU has shut down
     */
    static Stop classify(Exit exit, int vcpu, long pc, boolean interruptible, boolean shutdownLosesState) {
        if (exit instanceof Exit.Shutdown) {
            return new Stop.TripleFault(
                    vcpu, shutdownLosesState ? Optional.of(new GuestVirtual(pc)) : Optional.empty());
        }
        if (exit instanceof Exit.Halt) {
            return interruptible ? HaltCheck.withoutInterruptController(vcpu) : HaltCheck.withInterruptsOff(vcpu);
        }
        if (exit instanceof Exit.InternalError error) {
            return new Stop.KvmInternalError(vcpu, error.suberror(), new GuestVirtual(pc), error.instruction());
        }
        if (exit instanceof Exit.SystemEvent event) {
            return event.type() == RESET ? new Stop.Reset(vcpu, "a system event") : new Stop.Ended(vcpu, 0);
        }
        return new Stop.UnexpectedExit(vcpu, exit.toString());
    }
}
