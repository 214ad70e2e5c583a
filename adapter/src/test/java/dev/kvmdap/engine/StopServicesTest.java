package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.engine.StopServices.Kind;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.Hosts;
import dev.kvmdap.x86.CpuMode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told of a host is what the engine chooses there. */
class StopServicesTest {

    private static StopService served(HostFindings host, Kind kind) {
        return new StopServices(host).of(kind, CpuMode.LONG);
    }

    @Test
    void everyKindOfStopHasAMechanismAndAReasonInEveryMode() {
        for (HostFindings host : new HostFindings[] {Hosts.vmx(), Hosts.emulating(), Hosts.withoutPlantedBytes()}) {
            for (Kind kind : Kind.values()) {
                for (CpuMode mode : CpuMode.values()) {
                    StopService service = new StopServices(host).of(kind, mode);
                    assertThat(service.text()).isNotBlank();
                    assertThat(service.reason()).isNotBlank();
                }
            }
        }
    }

    @Test
    void breakpointsArePlantedBytesWhereTheHostTrapsOne() {
        assertThat(served(Hosts.vmx(), Kind.BREAKPOINT).text()).isEqualTo("planted byte cc (INT3)");
        assertThat(served(Hosts.emulating(), Kind.BREAKPOINT).text()).isEqualTo("planted byte f1 (ICEBP)");
        assertThat(served(Hosts.withoutPlantedBytes(), Kind.BREAKPOINT).mechanism())
                .isEqualTo(Mechanism.DEBUG_REGISTER);
        assertThat(served(Hosts.withoutPlantedBytes(), Kind.BREAKPOINT).reason())
                .contains("Only debug-register slots do");
    }

    @Test
    void watchpointsFallBackFromRegistersToPagesToSteps() {
        assertThat(served(Hosts.vmx(), Kind.WRITE_WATCHPOINT).mechanism()).isEqualTo(Mechanism.DEBUG_REGISTER);
        assertThat(served(Hosts.vmx(), Kind.ACCESS_WATCHPOINT).mechanism()).isEqualTo(Mechanism.DEBUG_REGISTER);
        assertThat(served(Hosts.vmx(), Kind.FIFTH_WATCHPOINT).mechanism()).isEqualTo(Mechanism.READ_ONLY_SLOT);
        HostFindings pages = Hosts.withoutDataSlots(Hosts.vmx(), true);
        assertThat(served(pages, Kind.WRITE_WATCHPOINT).mechanism()).isEqualTo(Mechanism.READ_ONLY_SLOT);
        assertThat(served(pages, Kind.ACCESS_WATCHPOINT).mechanism()).isEqualTo(Mechanism.NONE);
        HostFindings steps = Hosts.withoutDataSlots(Hosts.vmx(), false);
        assertThat(served(steps, Kind.WRITE_WATCHPOINT).mechanism()).isEqualTo(Mechanism.STEPPING);
    }

    @Test
    void whatKvmTellsOfCostsNothingAndTheRestIsStepped() {
        assertThat(served(Hosts.vmx(), Kind.PORT).text()).isEqualTo("exit from KVM (KVM_EXIT_IO)");
        assertThat(served(Hosts.vmx(), Kind.UNHANDLED_MMIO).text()).isEqualTo("exit from KVM (KVM_EXIT_MMIO)");
        for (Kind kind : List.of(Kind.MODE_SWITCH, Kind.KERNEL_PORT, Kind.MAGIC_BREAK)) {
            assertThat(served(Hosts.vmx(), kind).text()).isEqualTo("single step by KVM (of each instruction)");
        }
        assertThat(served(Hosts.emulating(), Kind.EXCEPTION).text()).isEqualTo("planted byte f1 (ICEBP)");
        assertThat(served(Hosts.emulating(), Kind.EXCEPTION).reason()).contains("at each handler");
    }

    @Test
    void interruptsThatCannotBeHeldOffAreAdmitted() {
        assertThat(served(Hosts.vmx(), Kind.QUIET_STEP).text()).isEqualTo("interrupts held off by KVM (BLOCKIRQ)");
    }
}
