package dev.kvmdap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.kvm.Abi;
import dev.kvmdap.kvm.Capability;
import dev.kvmdap.kvm.HostDescription;
import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.ModeFindings;
import dev.kvmdap.kvm.PlantedByte;
import dev.kvmdap.kvm.UserFindings;
import dev.kvmdap.x86.CpuMode;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HostReportTest {

    private static final HostDescription HOST =
            new HostDescription("6.1.0", "GenuineIntel", "Intel Xeon", List.of("kvm_intel"));

    @Test
    void aHostWithoutKvmIsToldWhatToDo() {
        HostFindings findings = new HostFindings(
                HOST,
                new HostFindings.Access(false, "open /dev/kvm: EACCES", "add yourself to the group kvm"),
                0,
                Map.of(),
                0,
                false,
                false,
                false,
                false,
                Map.of());

        assertThat(new HostReport(findings).text())
                .contains("KVM                       cannot be used: open /dev/kvm: EACCES\n")
                .contains("what to do                add yourself to the group kvm\n")
                .doesNotContain("can run and debug guests");
    }

    @Test
    void everyModeHasAColumnOfWhatWasTried() {
        String report = new HostReport(usable()).text();

        assertThat(report)
                .contains("tried, by CPU mode        real        protected   compatibility  long\n")
                .contains("single step               yes         yes         yes            yes\n")
                .contains("execute slots (DR0-DR3)   4           4           4              4\n")
                .contains("write slots               none        none        none           none\n")
                .contains("planted INT3 (cc)         to guest    debug exit  debug exit     debug exit\n")
                .contains("planted ICEBP (f1)        by error    no          no             no\n")
                .endsWith("This machine can run and debug guests.\n");
    }

    @Test
    void userModeHasRowsOfItsOwn() {
        assertThat(new HostReport(usable()).text())
                .contains("at privilege level 3      real        protected   compatibility  long\n")
                .contains("single step               -           vector 1    vector 1       vector 1\n")
                .contains("execute slot              -           no          no             no\n")
                .contains("planted INT3 (cc)         -           yes         yes            yes\n")
                .contains("such code runs on the processor itself: its debug events go to the guest's handlers");
    }

    @Test
    void theAnnouncedControlsAreNamed() {
        assertThat(new HostReport(usable()).text())
                .contains("announced debug controls  ENABLE SINGLESTEP BLOCKIRQ\n")
                .contains("vCPUs, memory slots       up to 8 and 512\n");
    }

    @Test
    void whatFollowsIsSaid() {
        assertThat(new HostReport(usable()).text())
                .contains("INT3 does not stop the guest in real mode")
                .contains(
                        "hardware breakpoint       debug register: tried in a tiny guest; it fires again at once on resume")
                .contains("watchpoint on writes      read-only memory slot: data in a debug register never fires here")
                .contains("a triple fault            leaves the registers as they are\n");
    }

    private static HostFindings usable() {
        Map<CpuMode, ModeFindings> modes = new EnumMap<>(CpuMode.class);
        for (CpuMode mode : CpuMode.values()) {
            modes.put(mode, findings(mode));
        }
        return new HostFindings(
                HOST,
                new HostFindings.Access(true, "", ""),
                12,
                Map.of(Capability.MAX_VCPUS, 8, Capability.NR_MEMSLOTS, 512),
                Abi.GUESTDBG_ENABLE | Abi.GUESTDBG_SINGLESTEP | Abi.GUESTDBG_BLOCKIRQ,
                true,
                true,
                true,
                true,
                modes);
    }

    private static ModeFindings findings(CpuMode mode) {
        boolean real = mode == CpuMode.REAL;
        return new ModeFindings(
                true,
                4,
                true,
                0,
                false,
                Map.of(
                        PlantedByte.INT3,
                        new PlantedByte.Finding(
                                real ? PlantedByte.Outcome.GUEST : PlantedByte.Outcome.DEBUG_EXIT, 0, !real),
                        PlantedByte.ICEBP,
                        new PlantedByte.Finding(
                                real ? PlantedByte.Outcome.EMULATION_ERROR : PlantedByte.Outcome.NOTHING, 0, real)),
                true,
                ModeFindings.PageTrap.NONE,
                true,
                ModeFindings.OwnSlots.DISPLACED,
                new UserFindings(
                        UserFindings.Delivery.toGuest(1, 0),
                        UserFindings.Delivery.LOST,
                        Map.of(PlantedByte.INT3, UserFindings.Delivery.TO_DEBUGGER),
                        ModeFindings.PageTrap.FAULT));
    }
}
