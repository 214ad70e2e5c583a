package dev.kvmdap.dap;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;

/** Serves one client on the process's standard streams. */
public final class StdioServer {

    private StdioServer() {}

    /**
     * Serves the client until it goes. From the call on, only the protocol can reach standard output: what any other code
     * prints goes to standard error.
     */
    public static void serve() {
        InputStream in = new FileInputStream(FileDescriptor.in);
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        System.setOut(System.err);
        Connection connection = new Connection(in, out);
        Runtime.getRuntime().addShutdownHook(new Thread(connection::end, "end of stdio client"));
        connection.serve();
    }
}
