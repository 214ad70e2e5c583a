package dev.kvmdap.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes wrong with KVM, and what the messages make of it. */
class KvmTest {
    private final ScriptedKernel kernel = new ScriptedKernel();

    @AfterEach
    void nothingLeaks() {
        assertThat(kernel.leaks()).isZero();
    }

    @Test
    void missingDeviceSaysHowToGetKvm() {
        kernel.refuseOpen(Errno.ENOENT.number());

        assertThatThrownBy(kernel::open)
                .isInstanceOfSatisfying(KvmException.class, e -> {
                    assertThat(e.errnoName()).isEqualTo("ENOENT");
                    assertThat(e.call()).isEqualTo("open of " + ScriptedKernel.DEVICE);
                })
                .hasMessageContaining("ENOENT (no such file or directory). What to do:")
                .hasMessageContaining("modprobe kvm_intel")
                .hasMessageContaining("firmware")
                .hasMessageContaining("nested virtualization");
    }

    @Test
    void forbiddenDeviceSaysWhichGroupToJoin() {
        kernel.refuseOpen(Errno.EACCES.number());

        assertThatThrownBy(kernel::open).hasMessageContaining("EACCES").hasMessageContaining("usermod -aG kvm");
    }

    @Test
    void otherVersionOfTheInterfaceIsRefused() {
        kernel.apiVersion(11);

        assertThatThrownBy(kernel::open)
                .isInstanceOf(KvmException.class)
                .hasMessageContaining("answer 11, only 12 is known");
    }

    @Test
    void kernelWithoutImmediateExitIsRefused() {
        kernel.capability(Capability.IMMEDIATE_EXIT, 0);

        assertThatThrownBy(kernel::open)
                .hasMessageContaining("KVM_CAP_IMMEDIATE_EXIT")
                .hasMessageContaining("4.13");
    }

    @Test
    void busyProcessorNamesTheOtherHypervisors() {
        kernel.refuse("KVM_CREATE_VM", Errno.EBUSY.number());

        try (Kvm kvm = kernel.open()) {
            assertThatThrownBy(kvm::createVm)
                    .hasMessageContaining("KVM_CREATE_VM on " + ScriptedKernel.DEVICE + " failed: EBUSY")
                    .hasMessageContaining("VirtualBox");
        }
    }

    @Test
    void interruptedCallsAreMadeAgain() {
        kernel.refuse("KVM_CREATE_VM", Errno.EINTR.number()).refuse("KVM_CREATE_VM", Errno.EINTR.number());

        try (Kvm kvm = kernel.open();
                Vm vm = kvm.createVm()) {
            assertThat(vm.check(Capability.SYNC_REGS)).isEqualTo(7);
        }
    }

    @Test
    void unknownCallSaysThatTheKernelIsTooOld() {
        kernel.refuse("KVM_GET_SUPPORTED_CPUID", Errno.ENOTTY.number());

        try (Kvm kvm = kernel.open()) {
            assertThatThrownBy(kvm::supportedCpuid).hasMessageContaining("does not know KVM_GET_SUPPORTED_CPUID");
        }
    }

    @Test
    void vcpuThatExistsAlreadyIsNamed() {
        kernel.refuse("KVM_CREATE_VCPU", Errno.EEXIST.number());

        try (Kvm kvm = kernel.open();
                Vm vm = kvm.createVm()) {
            assertThatThrownBy(() -> vm.createVcpu(0)).hasMessageContaining("choose another index");
        }
    }

    @Test
    void tooManyOpenFilesIsNamed() {
        kernel.refuse("KVM_CREATE_VCPU", Errno.EMFILE.number());

        try (Kvm kvm = kernel.open();
                Vm vm = kvm.createVm()) {
            assertThatThrownBy(() -> vm.createVcpu(0)).hasMessageContaining("ulimit -n");
        }
    }

    @Test
    void overlappingMemorySlotsAreExplained() {
        kernel.refuse("KVM_SET_USER_MEMORY_REGION", Errno.EEXIST.number());

        try (Kvm kvm = kernel.open();
                Vm vm = kvm.createVm()) {
            assertThatThrownBy(() -> vm.setMemorySlot(0, 0, 0, 4096, 4096)).hasMessageContaining("overlaps");
        }
    }

    @Test
    void msrListIsAskedForWithTheNumberThatTheKernelTells() {
        kernel.on(Ioctl.KVM_GET_MSR_INDEX_LIST, argument -> {
            int room = ScriptedKernel.at(argument, 4).getInt(0);
            ByteBuffer list = ScriptedKernel.at(argument, 4 + 4 * room);
            list.putInt(0, 2);
            if (room < 2) {
                return -Errno.E2BIG.number();
            }
            list.putInt(4, 0x10).putInt(8, 0xc0000080);
            return 0;
        });

        try (Kvm kvm = kernel.open()) {
            assertThat(kvm.msrIndexList()).containsExactly(0x10, 0xc0000080);
        }
    }

    @Test
    void msrsThatTheKernelRefusesAreSkippedAndTold() {
        kernel.on(Ioctl.KVM_GET_MSRS, argument -> {
            int count = ScriptedKernel.at(argument, 4).getInt(0);
            ByteBuffer table = ScriptedKernel.at(argument, 8 + 16 * count);
            for (int i = 0; i < count; i++) {
                if (table.getInt(8 + 16 * i) == 2) {
                    return i;
                }
                table.putLong(16 + 16 * i, 0x100L + table.getInt(8 + 16 * i));
            }
            return count;
        });

        try (Kvm kvm = kernel.open();
                Vm vm = kvm.createVm();
                Vcpu vcpu = vm.createVcpu(0)) {
            Msr.Transfer read = vcpu.state().msrs(List.of(1, 2, 2, 3));
            assertThat(read.done()).containsExactly(new Msr(1, 0x101), new Msr(3, 0x103));
            assertThat(read.refused()).containsExactly(2, 2);
        }
    }

    @Test
    void closedSystemSaysSo() {
        Kvm kvm = kernel.open();
        kvm.close();
        kvm.close();

        assertThatThrownBy(kvm::createVm)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(ScriptedKernel.DEVICE + " is closed");
    }

    @Test
    void failedOpenClosesNothing() {
        SystemCalls calls = mock(SystemCalls.class);
        when(calls.open(any(), anyInt())).thenReturn(-Errno.ENODEV.number());

        assertThatThrownBy(() -> Kvm.open(calls, "/dev/kvm")).hasMessageContaining("ENODEV");

        verify(calls, never()).close(anyInt());
    }

    @Test
    void unknownErrorNumbersAreToldAsNumbers() {
        assertThat(new KvmException("KVM_RUN", 121, "nothing"))
                .hasMessage("KVM_RUN failed: errno 121. What to do: nothing");
    }
}
