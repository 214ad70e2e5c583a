package dev.kvmdap.dap;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Serves any number of clients on a TCP port of this machine's loopback address, one after another and at once; each has a
 * session and a guest of its own. There is no authentication, hence no other address.
 */
public final class TcpServer implements AutoCloseable {

    private static final Logger LOG = System.getLogger(TcpServer.class.getName());

    /** Running out of file descriptors is the failure to expect; sessions that end give some back. */
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);

    private final ServerSocket listener;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

    /**
     * Listens on a port; clients may connect from now on.
     *
     * @param port 0 for any free one
     * @throws IOException where the port is taken or not allowed
     */
    public TcpServer(int port) throws IOException {
        listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
    }

    /** The port that clients connect to. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Accepts clients until {@link #close}. */
    public void serve() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Thread thread = new Thread(() -> serve(client), "client " + client.getPort());
                thread.setDaemon(true);
                thread.start();
            } catch (IOException failure) {
                if (!listener.isClosed()) {
                    LOG.log(Level.WARNING, "a client could not be accepted: " + failure.getMessage());
                    LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
                }
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            Connection connection = new Connection(client.getInputStream(), client.getOutputStream());
            connections.add(connection);
            if (listener.isClosed()) {
                connection.close();
            }
            try {
                connection.serve();
            } finally {
                connections.remove(connection);
            }
        } catch (IOException gone) {
            LOG.log(Level.DEBUG, "a client went before it was served", gone);
        }
    }

    /** Accepts nobody any more and ends all sessions and their guests; returns when they are gone. Any thread. */
    @Override
    public void close() throws IOException {
        listener.close();
        connections.forEach(Connection::close);
        connections.forEach(Connection::end);
    }
}
