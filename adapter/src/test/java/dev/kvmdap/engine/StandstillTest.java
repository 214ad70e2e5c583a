package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StandstillTest {

    private final Standstill standstill = new Standstill();
    private final AtomicInteger interrupts = new AtomicInteger();

    private Turnstile turnstile() {
        return standstill.turnstile(interrupts::incrementAndGet);
    }

    private static CompletableFuture<Void> onThread(Runnable task) {
        return CompletableFuture.runAsync(task, run -> new Thread(run).start());
    }

    @Test
    void actionRunsAtOnceWhereNobodyIsInside() {
        AtomicBoolean ran = new AtomicBoolean();
        turnstile();

        standstill.exclusively(() -> ran.set(true));

        assertThat(ran).isTrue();
        assertThat(interrupts).as("nobody to interrupt").hasValue(0);
    }

    @Test
    void actionWaitsUntilThoseInsidePassAndTheyWaitForIt() {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicBoolean acting = new AtomicBoolean();
        AtomicBoolean disturbed = new AtomicBoolean();
        CountDownLatch inside = new CountDownLatch(2);
        Runnable vcpu = () -> {
            Turnstile own = turnstile();
            own.enter();
            inside.countDown();
            while (!stop.get()) {
                disturbed.compareAndSet(false, acting.get());
                if (own.isClosed()) {
                    own.pass();
                }
            }
            own.leave();
        };
        CompletableFuture<Void> first = onThread(vcpu);
        CompletableFuture<Void> second = onThread(vcpu);
        await(inside);

        for (int i = 0; i < 100; i++) {
            standstill.exclusively(() -> {
                acting.set(true);
                Thread.onSpinWait();
                acting.set(false);
            });
        }
        stop.set(true);
        first.join();
        second.join();

        assertThat(disturbed).isFalse();
        assertThat(interrupts.get()).isPositive();
    }

    @Test
    void threadInsideActsWithoutInterruptingItself() {
        AtomicBoolean ran = new AtomicBoolean();
        Turnstile own = turnstile();
        turnstile();
        own.enter();

        own.exclusivelyFromInside(() -> ran.set(true));

        assertThat(ran).isTrue();
        assertThat(interrupts).hasValue(0);
        own.leave();
    }

    @Test
    void actionWithinAnActionIsPartOfIt() {
        AtomicInteger ran = new AtomicInteger();
        Turnstile own = turnstile();
        own.enter();

        own.exclusivelyFromInside(() -> {
            own.exclusivelyFromInside(ran::incrementAndGet);
            standstill.exclusively(ran::incrementAndGet);
        });

        assertThat(ran).hasValue(2);
        own.leave();
        standstill.exclusively(ran::incrementAndGet);
        assertThat(ran).hasValue(3);
    }

    @Test
    void threadsInsideActOneAfterTheOther() {
        AtomicInteger acting = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Runnable vcpu = () -> {
            Turnstile own = turnstile();
            own.enter();
            for (int i = 0; i < 1000; i++) {
                if (own.isClosed()) {
                    own.pass();
                }
                own.exclusivelyFromInside(() -> {
                    most.accumulateAndGet(acting.incrementAndGet(), Math::max);
                    acting.decrementAndGet();
                });
            }
            own.leave();
        };
        CompletableFuture<Void> first = onThread(vcpu);
        CompletableFuture<Void> second = onThread(vcpu);
        CompletableFuture<Void> third = onThread(vcpu);

        first.join();
        second.join();
        third.join();

        assertThat(most).hasValue(1);
    }

    @Test
    void outsiderEndsAnActionThatTakesForEver() {
        AtomicBoolean interrupted = new AtomicBoolean();
        CountDownLatch acting = new CountDownLatch(1);
        Turnstile own = standstill.turnstile(() -> interrupted.set(true));
        CompletableFuture<Void> vcpu = onThread(() -> {
            own.enter();
            own.exclusivelyFromInside(() -> {
                acting.countDown();
                while (!interrupted.get()) {
                    Thread.onSpinWait();
                }
            });
            own.leave();
        });
        await(acting);

        AtomicBoolean ran = new AtomicBoolean();
        standstill.exclusively(() -> ran.set(true));

        assertThat(ran).isTrue();
        vcpu.join();
    }

    @Test
    void vcpuThatWaitsForItsTurnDoesNotDisturbTheOneThatActs() {
        AtomicInteger disturbances = new AtomicInteger();
        CountDownLatch inside = new CountDownLatch(2);
        Turnstile one = standstill.turnstile(disturbances::incrementAndGet);
        Turnstile other = turnstile();
        Thread waiter = new Thread(() -> {
            other.enter();
            inside.countDown();
            while (!other.isClosed()) {
                Thread.onSpinWait();
            }
            other.exclusivelyFromInside(() -> {});
            other.leave();
        });
        waiter.start();
        one.enter();
        inside.countDown();
        await(inside);

        one.exclusivelyFromInside(() -> {
            while (waiter.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        });

        assertThat(disturbances).hasValue(0);
        one.leave();
    }

    @Test
    void onlyVcpuActsAtOnceAndLetsOthersActWhenItPasses() {
        AtomicInteger ran = new AtomicInteger();
        Turnstile own = turnstile();
        own.enter();
        CompletableFuture<Void> outsider = onThread(() -> standstill.exclusively(() -> ran.addAndGet(10)));
        while (!own.isClosed()) {
            Thread.onSpinWait();
        }

        own.exclusivelyFromInside(ran::incrementAndGet);

        assertThat(ran).hasValue(1);
        assertThat(interrupts).as("it is to pass soon").hasValue(1);
        own.pass();
        outsider.join();
        assertThat(ran).hasValue(11);
        own.leave();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
