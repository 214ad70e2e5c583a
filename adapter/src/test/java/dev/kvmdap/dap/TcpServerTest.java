package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvmdap.kvm.RequiresKvm;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpServerTest {

    private TcpServer server;
    private Thread serving;

    @BeforeEach
    void start() throws IOException {
        server = new TcpServer(0);
        serving = new Thread(server::serve, "server under test");
        serving.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        serving.join();
    }

    @Test
    void sessionsAtOnceAreIndependent() {
        List<DapTestClient> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(DapTestClient.overTcp(server.port()));
        }
        clients.forEach(DapTestClient::initialize);
        clients.get(0).vanish();
        clients.get(1).close();
        for (DapTestClient client : clients.subList(2, 5)) {
            assertThat(client.failing("makeCoffee", Map.of())).contains("not supported");
            client.close();
        }
    }

    @Test
    @RequiresKvm
    void guestsAtOnceAreIndependent() {
        Path main = Examples.source("long-mode", "main.c");
        List<DapTestClient> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            DapTestClient client = DapTestClient.overTcp(server.port());
            clients.add(client);
            client.launch(Examples.multiboot("long-mode"), () -> client.breakAt(main, "main"));
        }
        clients.forEach(client -> client.expectStopped("breakpoint"));
        clients.get(0).vanish();
        clients.get(1).close();
        for (DapTestClient client : clients.subList(2, 4)) {
            client.request("continue", Map.of("threadId", 1));
            client.expectTerminated(Examples.SUCCESS);
            client.close();
        }
    }

    @Test
    void sessionsFollowOneAnother() {
        for (int i = 0; i < 20; i++) {
            try (DapTestClient client = DapTestClient.overTcp(server.port())) {
                client.initialize();
            }
        }
    }

    @Test
    void closingTheServerEndsItsSessions() throws IOException {
        DapTestClient client = DapTestClient.overTcp(server.port());
        client.initialize();
        server.close();
        client.expectClosed();
    }

    @Test
    void portThatIsTakenIsRefused() {
        assertThatThrownBy(() -> new TcpServer(server.port())).isInstanceOf(BindException.class);
    }
}
