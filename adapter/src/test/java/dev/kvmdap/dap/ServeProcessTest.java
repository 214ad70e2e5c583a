package dev.kvmdap.dap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.kvm.RequiresKvm;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code kvmdap serve} as clients start it: a process of its own. */
@Timeout(60)
class ServeProcessTest {

    @Test
    @RequiresKvm
    void wholeSessionOnStandardStreams() throws Exception {
        try (ServerProcess server = ServerProcess.serve();
                DapTestClient client = server.client()) {
            client.launch(
                    Examples.multiboot("long-mode"),
                    () -> client.breakAt(Examples.source("long-mode", "main.c"), "main"));
            client.expectStopped("breakpoint");
            client.request("continue", Map.of("threadId", 1));
            client.expectTerminated(Examples.SUCCESS);
        }
    }

    @Test
    void portThatIsTakenIsAnErrorThatSaysWhatToDo() throws Exception {
        try (TcpServer holder = new TcpServer(0)) {
            Process server =
                    ServerProcess.serve("--port", String.valueOf(holder.port())).process();
            String errors = new String(server.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(server.waitFor()).isEqualTo(2);
            assertThat(errors)
                    .contains("--port: cannot listen on 127.0.0.1:" + holder.port())
                    .contains("choose another port");
            assertThat(server.getInputStream().readAllBytes()).isEmpty();
        }
    }
}
