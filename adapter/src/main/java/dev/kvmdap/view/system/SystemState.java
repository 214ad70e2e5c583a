package dev.kvmdap.view.system;

import dev.kvmdap.device.Inspected;
import dev.kvmdap.exception.ProcessorState;
import dev.kvmdap.machine.Machine;
import dev.kvmdap.view.StoppedVcpu;
import dev.kvmdap.view.ValueNode;
import dev.kvmdap.x86.PhysicalMemory;
import java.util.List;
import java.util.Optional;

/** Where the views of this room find what they show of a stopped vCPU and its machine. For the session thread. */
public interface SystemState {

    /** The vCPU. */
    StoppedVcpu vcpu();

    /** Its registers as they decide what becomes of exceptions and linear addresses. */
    ProcessorState processor();

    /** The guest's memory as the guest sees it, without planted bytes. */
    PhysicalMemory memory();

    /** Evaluates expressions, by which words of memory are read and changed. */
    ValueNode.Context values();

    /** The symbol that a linear address of code belongs to, with an offset. */
    Optional<String> symbol(long linear);

    /** The devices of the machine, with the vCPU's local APIC where it has one. */
    List<Inspected> devices();

    /** The machine. */
    Machine machine();
}
