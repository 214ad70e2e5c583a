package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TurnstileTest {

    private final AtomicInteger interrupts = new AtomicInteger();
    private final Turnstile turnstile = new Turnstile(interrupts::incrementAndGet);

    @Test
    void actionRunsAtOnceWhereNobodyIsInside() {
        AtomicBoolean ran = new AtomicBoolean();

        turnstile.exclusively(() -> ran.set(true));

        assertThat(ran).isTrue();
    }

    @Test
    void actionWaitsUntilThoseInsidePassAndTheyWaitForIt() {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicBoolean acting = new AtomicBoolean();
        AtomicBoolean disturbed = new AtomicBoolean();
        Runnable vcpu = () -> {
            turnstile.enter();
            while (!stop.get()) {
                disturbed.compareAndSet(false, acting.get());
                if (turnstile.isClosed()) {
                    turnstile.pass();
                }
            }
            turnstile.leave();
        };
        CompletableFuture<Void> first = CompletableFuture.runAsync(vcpu, task -> new Thread(task).start());
        CompletableFuture<Void> second = CompletableFuture.runAsync(vcpu, task -> new Thread(task).start());

        for (int i = 0; i < 100; i++) {
            turnstile.exclusively(() -> {
                acting.set(true);
                Thread.onSpinWait();
                acting.set(false);
            });
        }
        stop.set(true);
        first.join();
        second.join();

        assertThat(disturbed).isFalse();
        assertThat(interrupts).hasValue(100);
    }

    @Test
    void soleThreadInsideActsWithoutInterruptingAnybody() {
        AtomicBoolean ran = new AtomicBoolean();
        turnstile.enter();

        turnstile.exclusivelyFromInside(() -> ran.set(true));

        assertThat(ran).isTrue();
        assertThat(interrupts).hasValue(0);
        turnstile.leave();
    }

    @Test
    void twoThreadsInsideActOneAfterTheOther() {
        AtomicInteger acting = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Runnable vcpu = () -> {
            turnstile.enter();
            for (int i = 0; i < 1000; i++) {
                if (turnstile.isClosed()) {
                    turnstile.pass();
                }
                turnstile.exclusivelyFromInside(() -> {
                    most.accumulateAndGet(acting.incrementAndGet(), Math::max);
                    acting.decrementAndGet();
                });
            }
            turnstile.leave();
        };
        CompletableFuture<Void> first = CompletableFuture.runAsync(vcpu, task -> new Thread(task).start());
        CompletableFuture<Void> second = CompletableFuture.runAsync(vcpu, task -> new Thread(task).start());

        first.join();
        second.join();

        assertThat(most).hasValue(1);
    }
}
