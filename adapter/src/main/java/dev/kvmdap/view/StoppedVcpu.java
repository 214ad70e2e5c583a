package dev.kvmdap.view;

import dev.kvmdap.expression.UnreadableException;
import dev.kvmdap.kvm.CpuidEntry;
import dev.kvmdap.kvm.DebugRegisters;
import dev.kvmdap.kvm.KvmException;
import dev.kvmdap.kvm.MpState;
import dev.kvmdap.kvm.Regs;
import dev.kvmdap.kvm.Sregs;
import dev.kvmdap.kvm.VcpuEvents;
import java.util.List;

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

    /** What the guest's CPUID instruction answers; costs an ioctl. */
    List<CpuidEntry> cpuid();

    /** The XSAVE area in its standard format (see {@link dev.kvmdap.x86.XsaveArea}); costs an ioctl, once in a stop. */
    byte[] xsave();

    /**
     * Replaces what {@link #xsave} read.
     *
     * @throws KvmException where KVM refuses it
     */
    void storeXsave(byte[] area);

    /** What is on its way into the guest: exceptions, interrupts, NMI, SMI; costs an ioctl, once in a stop. */
    VcpuEvents events();

    /** What the vCPU is ready for; costs an ioctl, once in a stop. */
    MpState mpState();

    /** XCR0: which state components the guest has switched on; costs an ioctl. */
    long xcr0();

    /**
     * Changes XCR0.
     *
     * @throws KvmException where KVM refuses it
     */
    void storeXcr0(long value);

    /** The indices of the model-specific registers that this vCPU has; costs some ioctls, once in a stop. */
    List<Integer> modelSpecificRegisters();

    /**
     * A model-specific register; costs an ioctl.
     *
     * @throws UnreadableException where the vCPU has none of this index
     */
    long modelSpecificRegister(int index);

    /**
     * Changes a model-specific register.
     *
     * @throws UnreadableException where KVM refuses it
     */
    void storeModelSpecificRegister(int index, long value);
}
