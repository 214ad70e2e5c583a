package dev.kvmdap.view;

import dev.kvmdap.kvm.DebugRegisters;
import dev.kvmdap.kvm.Regs;
import dev.kvmdap.kvm.Sregs;

/** What the register views need of a vCPU that stands still. For the session thread. */
public interface StoppedVcpu {

    /** General registers, RIP and RFLAGS, live. */
    Regs regs();

    /** Segment, control and table registers, live. */
    Sregs sregs();

    /** Writes changed {@link #regs} and {@link #sregs} to the vCPU. */
    void store();

    /** The guest's own debug registers; costs an ioctl. */
    DebugRegisters debugRegisters();

    /** Replaces the guest's own debug registers. */
    void store(DebugRegisters registers);
}
