package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import dev.kvmdap.kvm.RequiresKvm;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions that end in the middle, without a word: the guest goes, and no process, descriptor, mapping or thread stays. */
@RequiresKvm
@Timeout(120)
class AbruptEndTest {

    private static final int SIGTERM = 15;

    /** What a session may be at when its client goes. */
    private static final List<Consumer<DapTestClient>> ENDS_IN = List.of(
            client -> {},
            DapTestClient::initialize,
            client -> {
                client.initialize();
                client.send("launch", Examples.spinning());
            },
            client -> {
                client.initialize();
                client.launchUntilInitialized(Examples.spinning());
            },
            client -> client.launch(Examples.spinning(), () -> {}),
            client -> client.launch(Examples.flooding(), () -> {}),
            client -> {
                client.launch(Examples.spinning(), () -> {});
                client.request("pause", Map.of("threadId", 1));
                client.expectStopped("pause");
                client.send("next", Map.of("threadId", 1));
            });

    @Test
    void endOfStandardInputEndsTheProcess() throws IOException {
        for (Consumer<DapTestClient> session : ENDS_IN) {
            try (ServerProcess server = ServerProcess.serve()) {
                DapTestClient client = server.client();
                session.accept(client);
                client.vanish();
            }
        }
    }

    @Test
    void killedClientEndsTheProcess() throws IOException {
        try (ServerProcess server = ServerProcess.serveBehind(new ProcessBuilder("cat"))) {
            DapTestClient client = server.client(server::killRelay);
            client.launch(Examples.spinning(), () -> {});
            client.vanish();
        }
    }

    @Test
    void clientThatDoesNotReadCannotHoldTheProcess() throws IOException {
        try (ServerProcess server = ServerProcess.serve()) {
            InputStream answers = server.process().getInputStream();
            try (OutputStream requests = server.process().getOutputStream()) {
                requests.write(message("initialize", Map.of("adapterID", "kvm")));
                requests.write(message("launch", Examples.flooding()));
                requests.write(message("configurationDone", Map.of()));
                requests.flush();
                awaitStandstill(answers);
            }
            assertThat(server.exitCode()).isZero();
        }
    }

    @Test
    void sigtermEndsTheProcess() throws IOException {
        for (Map<String, Object> guest : List.of(Examples.spinning(), Examples.flooding())) {
            try (ServerProcess server = ServerProcess.serve()) {
                DapTestClient client = DapTestClient.over(
                        server.process().getInputStream(), server.process().getOutputStream(), () -> {});
                client.launch(guest, () -> {});
                server.process().destroy();
                assertThat(server.exitCode()).isEqualTo(128 + SIGTERM);
                client.expectClosed();
                client.vanish();
            }
        }
    }

    @Test
    void sigtermEndsEverySessionOfAPort() throws IOException {
        try (ServerProcess server = ServerProcess.serve("--port", "0")) {
            int port = server.port();
            List<DapTestClient> clients = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                DapTestClient client = DapTestClient.overTcp(port);
                clients.add(client);
                client.launch(Examples.spinning(), () -> {});
            }
            server.process().destroy();
            assertThat(server.exitCode()).isEqualTo(128 + SIGTERM);
            clients.forEach(DapTestClient::expectClosed);
        }
    }

    @Test
    void resetConnectionsLeaveNothingInTheServer() throws IOException {
        try (ServerProcess server = ServerProcess.serve("--port", "0")) {
            int port = server.port();
            List<String> before = belongingsAfterOneSession(server, port);
            for (int round = 0; round < 3; round++) {
                for (Consumer<DapTestClient> session : ENDS_IN) {
                    DapTestClient client = resettable(port);
                    session.accept(client);
                    client.vanish();
                }
            }
            Awaitility.await()
                    .untilAsserted(() -> assertThat(server.belongings()).containsExactlyInAnyOrderElementsOf(before));
        }
    }

    /** What the server holds when it has served once: the port it listens on, and what Java keeps of its first socket. */
    private static List<String> belongingsAfterOneSession(ServerProcess server, int port) {
        try (DapTestClient client = DapTestClient.overTcp(port)) {
            client.launch(Examples.spinning(), () -> {});
            assertThat(server.belongings())
                    .contains("/dev/kvm", "anon_inode:kvm-vm", "anon_inode:kvm-vcpu:0", "vcpu-0")
                    .anyMatch(held -> held.contains("memfd:kvmdap-guest-ram"));
        }
        Awaitility.await().until(() -> server.belongings().stream().allMatch(held -> held.startsWith("socket:")));
        return server.belongings();
    }

    /** Waits until nothing more comes, because nobody reads what has come. */
    private static void awaitStandstill(InputStream unread) {
        AtomicInteger before = new AtomicInteger();
        Awaitility.await().pollInterval(Duration.ofMillis(500)).until(() -> {
            int available = unread.available();
            return before.getAndSet(available) == available && available > 0;
        });
    }

    /** A client whose end is the reset of its connection, as when its machine or process dies. */
    private static DapTestClient resettable(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        return DapTestClient.over(socket.getInputStream(), socket.getOutputStream(), () -> {
            socket.setSoLinger(true, 0);
            socket.close();
        });
    }

    private static byte[] message(String command, Map<String, ?> arguments) {
        String body =
                new Gson().toJson(Map.of("seq", 1, "type", "request", "command", command, "arguments", arguments));
        return ("Content-Length: " + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII);
    }
}
