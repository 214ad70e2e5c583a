package dev.kvmdap.engine;

import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.PlantedByte;
import dev.kvmdap.kvm.UserFindings;
import dev.kvmdap.x86.CpuMode;
import java.util.Optional;

/** What stops code that runs at privilege level 3, as far as one can tell beforehand. On some hosts that is not everything. */
final class UserCode {

    private static final int USER = 3;

    private final HostFindings host;
    private final Optional<PlantedByte> trapByte;

    UserCode(HostFindings host) {
        this.host = host;
        this.trapByte = host.plantedByte().instruction();
    }

    /** Whether a debug register stops a vCPU that executes what lies at a linear address. */
    boolean slotStops(Cpu cpu, long linear) {
        UserFindings.Receiver receiver = findings(cpu).executeSlot().receiver();
        return receiver == UserFindings.Receiver.DEBUGGER || !isOpenToUser(cpu, linear);
    }

    /** Whether the planted byte does. Before user mode is entered it is taken to be 64-bit. */
    boolean byteStops(Cpu cpu, long linear) {
        UserFindings.Delivery delivery = trapByte.map(findings(cpu)::planted).orElse(UserFindings.Delivery.LOST);
        boolean caught = modeOf(cpu) == CpuMode.LONG && delivery.leaks();
        return caught || delivery.receiver() == UserFindings.Receiver.DEBUGGER || !isOpenToUser(cpu, linear);
    }

    private UserFindings findings(Cpu cpu) {
        return host.findings(modeOf(cpu)).user();
    }

    private static CpuMode modeOf(Cpu cpu) {
        return cpu.privilegeLevel() == USER ? cpu.mode() : CpuMode.LONG;
    }

    /** Without page tables the privilege level of the moment is all that there is to go by. */
    private static boolean isOpenToUser(Cpu cpu, long linear) {
        return cpu.isPaged() ? cpu.isOpenToUser(linear) : cpu.privilegeLevel() == USER;
    }
}
