package dev.kvmdap.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.x86.CpuMode;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HostProbeTest {
    private final ScriptedKernel kernel = new ScriptedKernel().capability(Capability.READONLY_MEM, 1);

    @Test
    @RequiresKvm
    void thisHostStepsInEveryModeAndStopsAtItsExecuteSlots() {
        HostFindings findings = RealHost.findings();

        assertThat(findings.apiVersion()).isEqualTo(12);
        assertThat(findings.host().kernelRelease()).isNotEmpty();
        assertThat(findings.modes()).containsOnlyKeys(CpuMode.values());
        assertThat(findings.modes().values()).allSatisfy(mode -> {
            assertThat(mode.singleStep()).isTrue();
            assertThat(mode.executeSlots()).isEqualTo(4);
            assertThat(mode.planted().keySet()).containsExactly(PlantedByte.values());
        });
    }

    @Test
    @RequiresKvm
    void userModeOfThisHostIsSteppedSomehow() {
        for (CpuMode mode : List.of(CpuMode.PROTECTED, CpuMode.COMPATIBILITY, CpuMode.LONG)) {
            UserFindings user = RealHost.findings(mode).user();

            assertThat(user.singleStep().receiver()).as("%s", mode).isNotEqualTo(UserFindings.Receiver.NOBODY);
            assertThat(user.singleStep().leaks() ? user.singleStep().vector() : 1)
                    .isEqualTo(1);
            assertThat(user.planted().keySet()).containsExactly(PlantedByte.values());
        }
    }

    @Test
    @RequiresKvm
    void probingTwiceFindsTheSame() {
        assertThat(HostProbe.probe()).isEqualTo(RealHost.findings());
    }

    @Test
    void hostWithoutKvmIsAFindingWithItsRemedy() {
        HostFindings findings = HostProbe.probe(LibC.get(), "/dev/no-such-kvm");

        assertThat(findings.isUsable()).isFalse();
        assertThat(findings.access().problem()).isEqualTo("open of /dev/no-such-kvm: ENOENT");
        assertThat(findings.access().remedy()).contains("modprobe");
        assertThat(findings.capability(Capability.SYNC_REGS)).isZero();
        assertThat(findings.findings(CpuMode.LONG)).isEqualTo(ModeFindings.nothing());
        assertThat(findings.plantedByte().instruction()).isEmpty();
    }

    @Test
    void guestThatNeverComesBackIsInterruptedAndNothingIsClaimed() {
        kernel.vcpu(0).otherwise(ScriptedVcpu::runUntilInterrupted);
        kernel.refuse("KVM_CREATE_IRQCHIP", Errno.ENOTTY.number());

        HostFindings findings = HostProbe.probe(kernel, ScriptedKernel.DEVICE);

        assertThat(findings.isUsable()).isTrue();
        assertThat(findings.modes().values())
                .allSatisfy(mode -> assertThat(mode.singleStep()).isFalse());
        assertThat(kernel.leaks()).isZero();
    }

    @Test
    void firstRunOfASlowHostIsWaitedFor() {
        kernel.vcpu(0)
                .then(guest -> guest.slowly(300, stepped -> stepped.stepTo(ProbeGuestLayout.CODE + 1)))
                .otherwise(guest -> -Errno.EINVAL.number());
        kernel.refuse("KVM_CREATE_IRQCHIP", Errno.ENOTTY.number());

        HostFindings findings = HostProbe.probe(kernel, ScriptedKernel.DEVICE);

        assertThat(findings.findings(CpuMode.REAL).singleStep()).isTrue();
        assertThat(findings.findings(CpuMode.LONG).singleStep()).isFalse();
    }

    @Test
    void kernelThatRefusesEveryRunIsAFindingAndNotAFailure() {
        AtomicInteger runs = new AtomicInteger();
        kernel.vcpu(0).otherwise(guest -> {
            runs.incrementAndGet();
            return -Errno.EINVAL.number();
        });

        HostFindings findings = HostProbe.probe(kernel, ScriptedKernel.DEVICE);

        assertThat(runs).hasPositiveValue();
        assertThat(findings.findings(CpuMode.REAL)).isEqualTo(ModeFindings.nothing());
        assertThat(findings.paging32()).isFalse();
        assertThat(kernel.leaks()).isZero();
    }

    @Test
    void int3IsPlantedWhereItStopsTheGuestInEveryMode() {
        PlantedChoice debugExit = choice(PlantedByte.Outcome.DEBUG_EXIT, PlantedByte.Outcome.DEBUG_EXIT);
        assertThat(debugExit.instruction()).contains(PlantedByte.INT3);
        assertThat(debugExit.reason()).isEqualTo("INT3 stops it in every mode, by a debug exit.");

        PlantedChoice emulation = choice(PlantedByte.Outcome.EMULATION_ERROR, PlantedByte.Outcome.EMULATION_ERROR);
        assertThat(emulation.instruction()).contains(PlantedByte.INT3);
        assertThat(emulation.reason()).contains("by the emulation error");
    }

    @Test
    void icebpStandsInWhereInt3GoesToTheGuestInSomeMode() {
        PlantedChoice choice = choice(PlantedByte.Outcome.GUEST, PlantedByte.Outcome.DEBUG_EXIT);

        assertThat(choice.instruction()).contains(PlantedByte.ICEBP);
        assertThat(choice.reason())
                .startsWith("INT3 does not stop the guest in real mode. ICEBP stops it in every mode");
    }

    @Test
    void haltIsNoCandidateSinceKvmKeepsItToItself() {
        ModeFindings onlyHalt = mode(PlantedByte.Outcome.GUEST, 0, PlantedByte.Outcome.GUEST);

        PlantedChoice choice = PlantedChoice.of(Map.of(CpuMode.REAL, onlyHalt));

        assertThat(choice.instruction()).isEmpty();
        assertThat(choice.reason()).contains("Only debug-register slots do");
    }

    private static PlantedChoice choice(PlantedByte.Outcome int3InRealMode, PlantedByte.Outcome int3InLongMode) {
        return PlantedChoice.of(Map.of(
                CpuMode.REAL, mode(int3InRealMode, 0, PlantedByte.Outcome.EMULATION_ERROR),
                CpuMode.LONG, mode(int3InLongMode, 0, PlantedByte.Outcome.EMULATION_ERROR)));
    }

    private static ModeFindings mode(PlantedByte.Outcome int3, int ripOffset, PlantedByte.Outcome icebp) {
        Map<PlantedByte, PlantedByte.Finding> planted = new EnumMap<>(PlantedByte.class);
        planted.put(PlantedByte.INT3, new PlantedByte.Finding(int3, ripOffset, true));
        planted.put(PlantedByte.ICEBP, new PlantedByte.Finding(icebp, 0, true));
        planted.put(PlantedByte.HLT, new PlantedByte.Finding(PlantedByte.Outcome.HALT_EXIT, 1, true));
        return new ModeFindings(
                true,
                4,
                false,
                4,
                true,
                planted,
                true,
                ModeFindings.PageTrap.FAULT,
                true,
                ModeFindings.OwnSlots.DISPLACED,
                UserFindings.everything());
    }
}
