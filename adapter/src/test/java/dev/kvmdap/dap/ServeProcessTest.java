package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/** {@code kvmdap serve} as clients start it: a process of its own. */
@Timeout(60)
class ServeProcessTest {

    private static final List<String> SERVE = List.of(
            System.getProperty("java.home") + "/bin/java",
            "-ea",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.kvmdap.cli.Main",
            "serve");

    @Test
    @EnabledIf("dev.kvmdap.dap.Examples#hasKvm")
    void wholeSessionOnStandardStreams() {
        try (DapTestClient client = DapTestClient.ofProcess(SERVE)) {
            client.launch(
                    Examples.multiboot("long-mode"),
                    () -> client.breakAt(Examples.source("long-mode", "main.c"), "main"));
            client.expectStopped("breakpoint");
            client.request("continue", Map.of("threadId", 1));
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    @EnabledIf("dev.kvmdap.dap.Examples#hasKvm")
    void processEndsWithItsClient() {
        DapTestClient client = DapTestClient.ofProcess(SERVE);
        client.launch(Examples.spinning(), () -> {});
        client.vanish();
    }

    @Test
    @EnabledIf("dev.kvmdap.dap.Examples#hasKvm")
    void sigtermEndsEverySessionOfAPort() throws Exception {
        Process server = serveOnPort();
        int port = port(server);
        List<DapTestClient> clients = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            DapTestClient client = DapTestClient.overTcp(port);
            clients.add(client);
            client.launch(Examples.spinning(), () -> {});
        }
        server.destroy();
        assertThat(server.waitFor(20, TimeUnit.SECONDS)).isTrue();
        clients.forEach(DapTestClient::expectClosed);
    }

    @Test
    void portThatIsTakenIsAnErrorThatSaysWhatToDo() throws Exception {
        try (TcpServer holder = new TcpServer(0)) {
            List<String> command = new ArrayList<>(SERVE);
            command.addAll(List.of("--port", String.valueOf(holder.port())));
            Process server = new ProcessBuilder(command).start();
            String errors = new String(server.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(server.waitFor()).isEqualTo(2);
            assertThat(errors)
                    .contains("--port: cannot listen on 127.0.0.1:" + holder.port())
                    .contains("choose another port");
            assertThat(server.getInputStream().readAllBytes()).isEmpty();
        }
    }

    private static Process serveOnPort() throws IOException {
        List<String> command = new ArrayList<>(SERVE);
        command.addAll(List.of("--port", "0"));
        return new ProcessBuilder(command).start();
    }

    private static int port(Process server) throws IOException {
        BufferedReader errors = server.errorReader(StandardCharsets.UTF_8);
        for (String line = errors.readLine(); line != null; line = errors.readLine()) {
            Matcher listening =
                    Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)").matcher(line);
            if (listening.matches()) {
                return Integer.parseInt(listening.group(1));
            }
        }
        throw new AssertionError("the server did not say which port it listens on");
    }
}
