package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.kvmdap.kvm.RequiresKvm;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that send what no editor sends: every request is answered, and afterwards the server works as before. */
@Timeout(120)
class HostileClientTest {

    private static final Path MAIN = Examples.source("long-mode", "main.c");
    private static final int REQUESTS = 400;
    private static final int AT_ONCE = 20;

    private static final byte[] THREADS =
            "Content-Length: 46\r\n\r\n{\"seq\":2,\"type\":\"request\",\"command\":\"threads\"}"
                    .getBytes(StandardCharsets.US_ASCII);

    private final DapTestClient client = DapTestClient.inProcess();

    /** Every malformed message is logged; here that is thousands. */
    private final Logger log = Logger.getLogger(Connection.class.getName());

    @BeforeEach
    void silence() {
        log.setLevel(Level.OFF);
    }

    @AfterEach
    void speak() {
        log.setLevel(null);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomRequestsBeforeLaunchAreAnswered(long seed) {
        try (client) {
            sendAll(new RandomRequests(seed, MAIN.toString()));
            client.failing("launch", Map.of("memory", "1M"));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    @RequiresKvm
    void randomRequestsAboutAStoppedGuestAreAnswered(long seed) {
        try (client) {
            client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(MAIN, "fibonacci-loop"));
            client.expectStopped("breakpoint");
            sendAll(new RandomRequests(seed, MAIN.toString()));
            endOrRestart();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @RequiresKvm
    void randomRequestsAboutARunningGuestAreAnswered(long seed) {
        try (client) {
            client.launch(Examples.spinning(), () -> {});
            sendAll(new RandomRequests(seed, MAIN.toString()));
            endOrRestart();
        }
    }

    /** The guest stands or runs anywhere and begins anew, or it has run to its end. */
    private void endOrRestart() {
        JsonObject restarted = client.response(client.send("restart", Map.of()));
        if (!restarted.get("success").getAsBoolean()) {
            assertThat(DapTestClient.failure(restarted)).contains("the guest has ended");
        }
        client.request("terminate");
        client.expectEvent("terminated");
    }

    private void sendAll(RandomRequests requests) {
        for (int sent = 0; sent < REQUESTS; sent += AT_ONCE) {
            List<Integer> numbers = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                numbers.add(requests.sendNext(client));
            }
            for (int number : numbers) {
                assertThat(client.response(number).toString()).doesNotContain("which is a bug");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void randomBytesAreIgnoredAndTheNextMessageIsRead(long seed) {
        Random random = new Random(seed);
        try (client) {
            client.initialize();
            for (int i = 0; i < 50; i++) {
                byte[] noise = new byte[random.nextInt(200)];
                random.nextBytes(noise);
                client.sendBytes(noise);
                assertThat(client.failing("makeCoffee", Map.of())).contains("not supported");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void damagedMessagesNeitherBreakTheServerNorKeepItFromEnding(long seed) throws Exception {
        Random random = new Random(seed);
        ByteArrayOutputStream requests = new ByteArrayOutputStream();
        for (int i = 0; i < 500; i++) {
            byte[] damaged = THREADS.clone();
            for (int j = 0; j <= i % 3; j++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            requests.writeBytes(damaged);
        }
        ByteArrayOutputStream answers = new ByteArrayOutputStream();
        new Connection(new ByteArrayInputStream(requests.toByteArray()), answers).serve();
        MessageReader reader = new MessageReader(new ByteArrayInputStream(answers.toByteArray()));
        List<JsonObject> answered = new ArrayList<>();
        for (JsonObject answer = reader.next(); answer != null; answer = reader.next()) {
            answered.add(answer);
        }
        assertThat(answered)
                .isNotEmpty()
                .allMatch(answer -> answer.get("type").getAsString().equals("response"));
    }
}
