package dev.kvmdap.dap;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.kvmdap.session.Cancellation;
import dev.kvmdap.session.RequestFailure;
import dev.kvmdap.session.RequestFailure.Kind;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionThread;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.eclipse.lsp4j.jsonrpc.debug.json.DebugMessageJsonHandler;
import org.jspecify.annotations.Nullable;

/**
 * One client and its session. A reader thread hands every request to the session thread at once and does nothing else, so
 * that a {@code cancel} is seen while the session is at work; the session thread does the requests in order and writes all
 * answers and events. A response is written before any event that the same request leads to, because both are written in the
 * order of the session thread's work. When the client goes, by {@code disconnect} or by closing the stream, its guest goes.
 */
public final class Connection implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Connection.class.getName());
    /** How long a session may take to end when its client has gone, or the process is told to end. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final MessageReader reader;
    private final MessageWriter writer;
    private final SessionThread thread;
    private final Session session;
    private final RequestTable table;
    private final Map<Integer, Cancellation> unanswered = new ConcurrentHashMap<>();
    private final int number = COUNT.incrementAndGet();

    /** A connection to the client at these streams, which stay the caller's to close. */
    public Connection(InputStream in, OutputStream out) {
        this(in, out, session -> List.of());
    }

    /** A connection that answers some requests more. */
    Connection(InputStream in, OutputStream out, Function<Session, List<RequestFamily>> more) {
        Gson gson = new DebugMessageJsonHandler(Map.of()).getGson();
        reader = new MessageReader(in);
        thread = new SessionThread("session " + number);
        writer = new MessageWriter(out, gson, this::close);
        session = new Session(new EventWriter(writer), thread);
        List<RequestFamily> families = new ArrayList<>(families());
        families.addAll(more.apply(session));
        table = new RequestTable(gson, families);
    }

    private List<RequestFamily> families() {
        return List.of(
                new InitializeRequest(session, () -> table.capabilities()),
                new LaunchRequests(session),
                new BreakpointRequests(session),
                new DataBreakpointRequests(session),
                new ExceptionRequests(session),
                new BreakpointLocationsRequest(session),
                new RunRequests(session),
                new StepInTargetsRequest(session),
                new GotoRequests(session),
                new ThreadsRequest(session),
                new StackTraceRequest(session),
                new ScopesRequest(session),
                new VariablesRequests(session),
                new EvaluateRequests(session),
                new MemoryRequests(session),
                new DisassembleRequest(session),
                new SourceRequests(session),
                new EndRequests(session),
                new CancelRequest());
    }

    /**
     * Serves the client until it goes; returns when its guest has gone too. A client that has gone half, and does not read
     * what it should, cannot hold that up for long.
     */
    public void serve() {
        Thread readerThread = new Thread(this::read, "reader " + number);
        readerThread.setDaemon(true);
        readerThread.start();
        session.awaitEnd();
    }

    /** Ends the guest and the session; any thread. Returns at once, {@link #serve} when it is done. */
    @Override
    public void close() {
        thread.execute(session::close);
    }

    /** As {@link #close}, and waits for it; not on the session thread. */
    void end() {
        close();
        if (!session.awaitEnd(PATIENCE)) {
            LOG.log(Level.WARNING, "a session did not end in time");
            session.abandon();
        }
    }

    private void read() {
        try {
            while (true) {
                try {
                    JsonObject message = reader.next();
                    if (message == null) {
                        return;
                    }
                    accept(Request.of(message));
                } catch (MalformedMessageException malformed) {
                    LOG.log(Level.WARNING, "the client sent " + malformed.getMessage() + "; it is ignored");
                }
            }
        } catch (IOException gone) {
            LOG.log(Level.DEBUG, "the client's stream broke", gone);
        } finally {
            end();
        }
    }

    private void accept(Request request) {
        Cancellation cancellation = new Cancellation(request.seq());
        unanswered.put(request.seq(), cancellation);
        CancelRequest.target(request).map(unanswered::get).ifPresent(Cancellation::demand);
        thread.execute(() -> handle(request, cancellation));
    }

    private void handle(Request request, Cancellation cancellation) {
        try {
            cancellation.check();
            session.begin(cancellation);
            table.handle(request, session.state()).whenComplete((body, failure) -> answer(request, body, failure));
        } catch (RuntimeException | Error failure) {
            answer(request, null, failure);
        }
    }

    private void answer(Request request, @Nullable Object body, @Nullable Throwable failure) {
        assert thread.isCurrent() : "answers are written on the session thread";
        unanswered.remove(request.seq());
        if (failure == null) {
            writer.response(request, body);
        } else {
            writer.failure(request, explain(request, failure));
        }
        session.answered();
    }

    private static RequestFailure explain(Request request, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return RequestFailure.of(Kind.REFUSED, cause).orElseGet(() -> {
            LOG.log(Level.ERROR, "'" + request.command() + "' failed inside kvmdap", cause);
            return new RequestFailure(
                    Kind.INTERNAL_ERROR, "'" + request.command() + "' failed inside kvmdap, which is a bug: " + cause);
        });
    }
}
