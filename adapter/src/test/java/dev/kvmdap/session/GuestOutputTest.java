package dev.kvmdap.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GuestOutputTest {

    private final SessionThread thread = new SessionThread("test");
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final GuestOutput output = new GuestOutput(thread, sent::add);

    @AfterEach
    void stop() {
        thread.execute(thread::stop);
    }

    @Test
    void linesAreSentTogetherAndTheRestAfterThem() {
        CountDownLatch busy = occupyThread();
        print("one\ntwo\nthr");
        busy.countDown();
        await().untilAsserted(() -> assertThat(sent).containsExactly("one\ntwo\n", "thr"));
    }

    @Test
    void unfinishedLineComesWhenNothingFollows() {
        print("login: ");
        await().untilAsserted(() -> assertThat(sent).containsExactly("login: "));
    }

    @Test
    void flushSendsEverything() {
        CountDownLatch busy = occupyThread();
        print("half");
        thread.execute(output::flush);
        busy.countDown();
        await().untilAsserted(() -> assertThat(sent).containsExactly("half"));
    }

    @Test
    void characterOfSeveralBytesIsNotTornApart() {
        byte[] smile = "\ud83d\ude00".getBytes(StandardCharsets.UTF_8);
        output.accept((byte) 'a');
        output.accept(smile[0]);
        output.accept(smile[1]);
        await().untilAsserted(() -> assertThat(sent).containsExactly("a"));
        output.accept(smile[2]);
        output.accept(smile[3]);
        await().untilAsserted(() -> assertThat(sent).containsExactly("a", "\ud83d\ude00"));
    }

    @Test
    void bytesThatAreNoTextAreReplaced() {
        output.accept((byte) 0xff);
        output.accept((byte) '\n');
        await().untilAsserted(() -> assertThat(sent).containsExactly("\ufffd\n"));
    }

    @Test
    void guestIsNotHeldUpByASlowClientAndTheLossIsTold() {
        CountDownLatch busy = occupyThread();
        for (int i = 0; i < GuestOutput.CAPACITY + 5; i++) {
            output.accept((byte) 'x');
        }
        thread.execute(output::flush);
        busy.countDown();
        await().untilAsserted(() ->
                assertThat(String.join("", sent)).contains("[5 bytes of the guest's output were dropped"));
        print("on\n");
        await().untilAsserted(() -> assertThat(sent).endsWith("on\n"));
    }

    private void print(String text) {
        for (byte next : text.getBytes(StandardCharsets.UTF_8)) {
            output.accept(next);
        }
    }

    private CountDownLatch occupyThread() {
        CountDownLatch release = new CountDownLatch(1);
        thread.execute(() -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return release;
    }
}
