package dev.kvmdap.cli;

import dev.kvmdap.dap.StdioServer;
import dev.kvmdap.dap.TcpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kvmdap serve}: the Debug Adapter Protocol on standard input and output, or on a TCP port. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = "Speak the Debug Adapter Protocol, on standard input and output or on a TCP port.",
        description = {
            "",
            "On standard input and output there is one client, and the server ends with it. On a port there may be any"
                    + " number, one after another and at once, each with a guest of its own; only programs on this"
                    + " machine can connect. SIGTERM ends every session and its guest."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the client has gone", "2:wrong arguments, or a port that is taken"},
        footer = {"", "Examples:", "  kvmdap serve", "  kvmdap serve --port 4711"})
final class ServeCommand implements Callable<Integer> {

    private static final int LARGEST_PORT = 0xffff;

    @Option(
            names = "--port",
            paramLabel = "<port>",
            description = "Listen on this port of 127.0.0.1; 0 chooses a free one. \"listening on 127.0.0.1:<port>\" on"
                    + " standard error tells when clients may connect.")
    private @Nullable Integer port;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        if (port == null) {
            StdioServer.serve();
        } else {
            serve(port);
        }
        return ExitCode.OK;
    }

    private void serve(int chosen) {
        if (chosen < 0 || chosen > LARGEST_PORT) {
            throw Commands.mistake(spec, "--port: " + chosen + " is no port; it must be from 0 to " + LARGEST_PORT);
        }
        try (TcpServer server = new TcpServer(chosen)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(server), "end of server"));
            System.err.println("listening on 127.0.0.1:" + server.port());
            server.serve();
        } catch (IOException taken) {
            throw Commands.mistake(
                    spec,
                    "--port: cannot listen on 127.0.0.1:" + chosen + ": " + taken.getMessage()
                            + "; choose another port, or 0 for a free one");
        }
    }

    private static void close(TcpServer server) {
        try {
            server.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
