package dev.kvmdap.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.x86.GuestPhysical;
import dev.kvmdap.x86.GuestVirtual;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A vCPU's run loop against a scripted kernel. */
class VcpuTest {
    private final ScriptedKernel kernel = new ScriptedKernel();
    private final ScriptedVcpu guest = kernel.vcpu(0);
    private Kvm kvm = kernel.open();
    private Vm vm = kvm.createVm();
    private Vcpu vcpu = vm.createVcpu(0);

    @BeforeEach
    void forgetTheCallsOfCreation() {
        kernel.forgetCalls();
    }

    @AfterEach
    void close() {
        vcpu.close();
        vm.close();
        kvm.close();
        assertThat(kernel.leaks()).isZero();
    }

    private void recreate() {
        close();
        kvm = kernel.open();
        vm = kvm.createVm();
        vcpu = vm.createVcpu(0);
        kernel.forgetCalls();
    }

    @Test
    void debugExitCarriesVectorLinearAddressAndDr6() {
        guest.then(g -> g.debug(1, 0x1003, 0xffff0ff1L));

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_DEBUG);

        assertThat(vcpu.debugException()).isEqualTo(1);
        assertThat(vcpu.debugPc()).isEqualTo(0x1003);
        assertThat(vcpu.debugDr6()).isEqualTo(0xffff0ff1L);
        assertThat(vcpu.exit()).isEqualTo(new Exit.Debug(1, new GuestVirtual(0x1003), 0xffff0ff1L, 0));
    }

    @Test
    void synchronisedRegistersCostNoFurtherCall() {
        guest.then(g -> {
            g.regs().rax(0x1122334455667788L);
            g.sregs().cr3(0x4000);
            return g.stepTo(0x1001);
        });

        vcpu.run();

        assertThat(vcpu.regs().rax()).isEqualTo(0x1122334455667788L);
        assertThat(vcpu.regs().get(Regs.RIP)).isEqualTo(0x1001);
        assertThat(vcpu.sregs().cr3()).isEqualTo(0x4000);
        assertThat(kernel.calls()).containsExactly("KVM_RUN");
    }

    @Test
    void registersAreFetchedOnceAfterEachRunWhereKvmDoesNotSynchroniseThem() {
        kernel.capability(Capability.SYNC_REGS, 0);
        recreate();
        guest.then(g -> g.stepTo(0x1001));

        vcpu.run();
        assertThat(vcpu.regs().rip()).isEqualTo(0x1001);
        assertThat(vcpu.regs().rflags()).isEqualTo(2);
        assertThat(vcpu.sregs().cs().selector()).isEqualTo(0xf000);

        assertThat(kernel.calls()).containsExactly("KVM_RUN", "KVM_GET_REGS", "KVM_GET_SREGS");
    }

    @Test
    void registersCanBeReadBeforeTheFirstRun() {
        assertThat(vcpu.regs().rip()).isEqualTo(0xfff0);
        assertThat(vcpu.sregs().cs().base()).isEqualTo(0xffff0000L);
        assertThat(kernel.calls()).containsExactly("KVM_GET_REGS", "KVM_GET_SREGS");
    }

    @Test
    void storedRegistersReachTheKernelAtOnce() {
        vcpu.regs().rip(0x7c00);
        vcpu.regs().set(Regs.R15, -1);
        vcpu.storeRegs();
        vcpu.sregs().cs().base(0);
        vcpu.sregs().idt().limit(0xffff);
        vcpu.sregs().interruptBitmap(3, 1L << 63);
        vcpu.storeSregs();

        assertThat(guest.regs().rip()).isEqualTo(0x7c00);
        assertThat(guest.regs().r15()).isEqualTo(-1);
        assertThat(guest.sregs().cs().base()).isZero();
        assertThat(guest.sregs().idt().limit()).isEqualTo(0xffff);
        assertThat(guest.sregs().interruptBitmap(3)).isEqualTo(1L << 63);
    }

    @Test
    void writingMsrsMakesSystemRegistersBeFetchedAgain() {
        guest.then(ScriptedVcpu::halt);
        vcpu.run();
        guest.sregs().efer(0x500);

        vcpu.state().setMsrs(List.of(new Msr(0xc0000080, 0x500)));

        assertThat(vcpu.sregs().efer()).isEqualTo(0x500);
    }

    @Test
    void everyOutputOfAStringInstructionIsToldInItsWidth() {
        guest.then(g -> g.out(0xe9, 1, 'h', 'i', 0xff));

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_IO);

        assertThat(vcpu.ioIsOut()).isTrue();
        assertThat(vcpu.ioPort()).isEqualTo(0xe9);
        assertThat(vcpu.ioCount()).isEqualTo(3);
        assertThat(vcpu.ioData(1)).isEqualTo('i');
        assertThat(vcpu.exit()).isEqualTo(new Exit.Io(true, 0xe9, 1, List.of(0x68, 0x69, 0xff)));
    }

    @Test
    void inputReachesTheGuestOnceCompleted() {
        AtomicLong taken = new AtomicLong();
        guest.then(g -> g.in(0x60, 2, taken::set));
        vcpu.run();
        vcpu.setIoData(0, 0xbeef);

        assertThat(vcpu.complete()).isEqualTo(Abi.EXIT_INTR);

        assertThat(taken).hasValue(0xbeef);
        assertThat(guest.stepsLeft()).isZero();
    }

    @Test
    void memoryMappedAccessCarriesAddressLengthAndData() {
        AtomicLong taken = new AtomicLong();
        guest.then(g -> g.mmioWrite(0xfee00300L, 4, 0xffffffff_12345678L));
        guest.then(g -> g.mmioRead(0xb8000, 2, taken::set));

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_MMIO);
        assertThat(vcpu.mmioData()).as("upper bytes are not part of the access").isEqualTo(0x12345678L);
        assertThat(vcpu.exit()).isEqualTo(new Exit.Mmio(new GuestPhysical(0xfee00300L), 0x12345678L, 4, true));

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_MMIO);
        assertThat(vcpu.mmioIsWrite()).isFalse();
        vcpu.setMmioData(0x0741);
        vcpu.complete();
        assertThat(taken).hasValue(0x0741);
    }

    @Test
    void completingDoesNotRunTheGuestOn() {
        guest.then(g -> g.out(0x80, 1, 0)).then(ScriptedVcpu::halt);
        vcpu.run();

        assertThat(vcpu.complete()).isEqualTo(Abi.EXIT_INTR);

        assertThat(guest.stepsLeft()).isEqualTo(1);
        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_HLT);
    }

    @Test
    void completingKeepsAnExitRequestThatCameMeanwhile() {
        guest.then(g -> g.whenCompleted(() -> vcpu.interrupter().requestExit()).out(0x80, 1, 0));
        vcpu.run();
        vcpu.complete();

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_INTR);

        vcpu.interrupter().clearExitRequest();
        guest.then(ScriptedVcpu::halt);
        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_HLT);
    }

    @Test
    void emulationErrorCarriesTheInstructionBytes() {
        guest.then(g -> g.emulationError(0xcc, 0x90));

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_INTERNAL_ERROR);

        Exit.InternalError error = (Exit.InternalError) vcpu.exit();
        assertThat(error.suberror()).isEqualTo(Abi.INTERNAL_ERROR_EMULATION);
        assertThat(error.instruction()).containsExactly(0xcc, 0x90);
        assertThat(error.data()).hasSize(4);
    }

    @Test
    void waitingForStartUpIsAReasonOfItsOwn() {
        guest.then(g -> -Errno.EAGAIN.number());

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_AGAIN);
        assertThat(vcpu.exit()).isEqualTo(new Exit.Again());
    }

    @Test
    void inaccessibleMemoryIsAnExitAndNotAnError() {
        guest.then(g -> {
            g.shared().putLong(32 + 8, 0x200010);
            g.exit(Abi.EXIT_MEMORY_FAULT);
            return -Errno.EFAULT.number();
        });

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_MEMORY_FAULT);
        assertThat(vcpu.exit()).isEqualTo(new Exit.MemoryFault(0, new GuestPhysical(0x200010), 0));
    }

    @Test
    void accessThatTheHostsMappingForbidsIsAnExitToo() {
        guest.then(g -> -Errno.EFAULT.number());

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_FAULT);
        assertThat(vcpu.exit()).isEqualTo(new Exit.Fault());
    }

    @Test
    void aRunThatTheKernelRefusesNamesCallAndError() {
        guest.then(g -> -Errno.EINVAL.number());

        assertThatThrownBy(() -> vcpu.run())
                .isInstanceOf(KvmException.class)
                .hasMessageContaining("KVM_RUN on vCPU 0 failed: EINVAL");
    }

    @Test
    void aClosedVcpuSaysSoWhateverIsAskedOfIt() {
        Regs regs = vcpu.regs();
        Segment cs = vcpu.sregs().cs();
        vcpu.close();

        List<ThrowingCallable> uses = List.of(
                vcpu::run, vcpu::complete, vcpu::debugPc, () -> vcpu.ioData(0), regs::rip, cs::base, vcpu::storeRegs);
        assertThat(uses)
                .allSatisfy(use -> assertThatThrownBy(use)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageEndingWith("is closed"));
    }

    @Test
    void interruptThatComesAfterTheEndIsNothing() {
        vcpu.interrupter().prepare();
        vcpu.close();

        assertThatCode(vcpu.interrupter()::interrupt).doesNotThrowAnyException();
        assertThat(kernel.signalIsPending()).isFalse();
    }
}
