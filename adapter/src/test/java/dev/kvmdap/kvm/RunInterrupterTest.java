package dev.kvmdap.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RunInterrupterTest {
    private final ScriptedKernel kernel = new ScriptedKernel();
    private final ScriptedVcpu guest = kernel.vcpu(0);
    private final Kvm kvm = kernel.open();
    private final Vm vm = kvm.createVm();
    private final Vcpu vcpu = vm.createVcpu(0);
    private final RunInterrupter interrupter = vcpu.interrupter();

    @AfterEach
    void close() {
        vcpu.close();
        vm.close();
        kvm.close();
    }

    @Test
    void endsARunThatIsUnderWay() throws Exception {
        CountDownLatch inGuest = new CountDownLatch(1);
        guest.then(g -> {
            inGuest.countDown();
            return g.runUntilInterrupted();
        });
        CompletableFuture<Integer> reason = CompletableFuture.supplyAsync(() -> {
            interrupter.prepare();
            return vcpu.run();
        });
        inGuest.await();

        interrupter.interrupt();

        assertThat(reason.get()).isEqualTo(Abi.EXIT_INTR);
        assertThat(kernel.calls()).contains("KVM_SET_SIGNAL_MASK");
    }

    @Test
    void endsTheNextRunWhereItComesTooEarly() {
        interrupter.prepare();
        interrupter.interrupt();

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_INTR);
        assertThat(vcpu.run()).as("until it is acknowledged").isEqualTo(Abi.EXIT_INTR);

        interrupter.acknowledge();
        guest.then(ScriptedVcpu::halt);
        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_HLT);
    }

    @Test
    void isNotLostBeforeTheThreadIsPrepared() {
        interrupter.interrupt();
        interrupter.prepare();

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_INTR);
    }

    @Test
    void isNotLostWhileAnAccessIsCompleted() {
        interrupter.prepare();
        guest.then(g -> g.whenCompleted(interrupter::interrupt).out(0x80, 1, 0));
        vcpu.run();

        vcpu.complete();

        assertThat(vcpu.run()).isEqualTo(Abi.EXIT_INTR);
    }

    @Test
    void signalsNobodyOnceTheThreadHasLeft() {
        interrupter.prepare();
        interrupter.release();

        interrupter.interrupt();

        assertThat(kernel.signalIsPending()).isFalse();
        assertThat(interrupter.exitRequested()).isTrue();
    }
}
