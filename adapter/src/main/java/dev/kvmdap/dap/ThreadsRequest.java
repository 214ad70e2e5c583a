package dev.kvmdap.dap;

import dev.kvmdap.engine.Engine;
import dev.kvmdap.session.Session;
import dev.kvmdap.session.SessionState;
import dev.kvmdap.session.Threads;
import java.util.stream.IntStream;
import org.eclipse.lsp4j.debug.Thread;
import org.eclipse.lsp4j.debug.ThreadsResponse;

/** {@code threads}: one for each vCPU. */
final class ThreadsRequest implements RequestFamily {

    private final Session session;

    ThreadsRequest(Session session) {
        this.session = session;
    }

    @Override
    public void register(RequestTable table) {
        table.on("threads", Object.class, SessionState.LAUNCHED, arguments -> threads());
    }

    private ThreadsResponse threads() {
        ThreadsResponse response = new ThreadsResponse();
        response.setThreads(IntStream.range(0, session.guest().engine().vcpus())
                .mapToObj(this::thread)
                .toArray(Thread[]::new));
        return response;
    }

    private Thread thread(int vcpu) {
        Engine engine = session.guest().engine();
        Thread thread = new Thread();
        thread.setId(Threads.id(vcpu));
        thread.setName(engine.running() ? Threads.name(vcpu) : Threads.name(engine.cpu(vcpu)));
        return thread;
    }
}
