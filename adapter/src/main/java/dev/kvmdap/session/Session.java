package dev.kvmdap.session;

import com.google.gson.JsonObject;
import dev.kvmdap.engine.Companions;
import dev.kvmdap.engine.EngineListener;
import dev.kvmdap.engine.Granularity;
import dev.kvmdap.engine.StepKind;
import dev.kvmdap.engine.Stop;
import dev.kvmdap.session.RequestFailure.Kind;
import dev.kvmdap.session.launch.LaunchConfiguration;
import dev.kvmdap.session.launch.LaunchConfigurationException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.lsp4j.debug.services.IDebugProtocolClient;
import org.jspecify.annotations.Nullable;

/**
 * One debugging session, from the client's hello to its end: how far it has come, the guest, and what the client has set and
 * been told. Everything happens on the session thread but what says otherwise.
 *
 * <p>The order of a launch: {@code initialize} is answered; {@code launch} loads the image and creates the vCPUs, and the
 * event {@code initialized} follows; the client sets its breakpoints; {@code configurationDone} is answered, then
 * {@code launch}; the guest runs.
 */
public final class Session {

    private final SessionThread thread;
    private final IDebugProtocolClient client;
    private final ClientEvents events;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Deque<Runnable> afterAnswer = new ArrayDeque<>();
    private final StopScope stopScope = new StopScope();
    private final ClientBreakpoints breakpoints = new ClientBreakpoints();
    private final ClientWatchpoints watchpoints = new ClientWatchpoints(breakpoints::nextId);

    private SessionState state = SessionState.CONNECTED;
    private ClientFeatures clientFeatures = ClientFeatures.DEFAULTS;
    private Cancellation cancellation = new Cancellation(0);
    private CompletableFuture<@Nullable Void> launch = new CompletableFuture<>();
    private @Nullable LaunchedGuest guest;
    private int stoppedVcpu;

    /** A session of a client that has just connected. */
    public Session(IDebugProtocolClient client, SessionThread thread) {
        this.client = client;
        this.events = new ClientEvents(client);
        this.thread = thread;
    }

    /** How far it has come. */
    public SessionState state() {
        return state;
    }

    /** What the client can. */
    public ClientFeatures clientFeatures() {
        return clientFeatures;
    }

    /** What the client is told without asking. */
    public ClientEvents events() {
        return events;
    }

    /** The breakpoints that the client has set. */
    public ClientBreakpoints breakpoints() {
        return breakpoints;
    }

    /** The data breakpoints that the client has set. */
    public ClientWatchpoints watchpoints() {
        return watchpoints;
    }

    /** What the client may refer to by number until the guest runs again. */
    public StopScope stopScope() {
        return stopScope;
    }

    /** The vCPU that the last stop is about, from 0. */
    public int stoppedVcpu() {
        return stoppedVcpu;
    }

    /**
     * The guest.
     *
     * @throws RequestFailure where there is none yet, or none any more
     */
    public LaunchedGuest guest() {
        if (guest == null) {
            throw new RequestFailure(Kind.WRONG_STATE, state.explanation());
        }
        return guest;
    }

    /** A request of the client begins. */
    public void begin(Cancellation request) {
        assert thread.isCurrent() : "requests are done on the session thread";
        cancellation = request;
    }

    /** Whether the client has taken the present request back. */
    public Cancellation cancellation() {
        return cancellation;
    }

    /** An answer is written: what was put off until then happens now. */
    public void answered() {
        for (Runnable next = afterAnswer.poll(); next != null; next = afterAnswer.poll()) {
            next.run();
        }
    }

    /** The client has said who it is. */
    public void initialize(ClientFeatures features) {
        clientFeatures = features;
        state = SessionState.INITIALIZED;
    }

    /**
     * Launches a guest, which stands before its first instruction until {@link #configurationDone}.
     *
     * @return completed when the guest runs, or stands at its entry as wanted
     */
    public CompletionStage<@Nullable Void> launch(JsonObject arguments) {
        powerOn(read(arguments), "Launching");
        launch = new CompletableFuture<>();
        state = SessionState.CONFIGURING;
        events.initialized();
        return launch;
    }

    private static LaunchConfiguration read(JsonObject arguments) {
        try {
            return LaunchConfiguration.parse(arguments);
        } catch (LaunchConfigurationException wrong) {
            throw RequestFailure.of(Kind.LAUNCH_FAILED, wrong).orElseThrow(() -> wrong);
        }
    }

    private void powerOn(LaunchConfiguration configuration, String verb) {
        String title = verb + " " + configuration.program().getFileName();
        try (Progress progress = new Progress(client, clientFeatures, cancellation, title)) {
            LaunchedGuest started = LaunchedGuest.launch(
                    configuration, thread, new Listener(), events::guestOutput, events::logged, progress);
            guest = started;
            started.warnings().forEach(events::important);
            breakpoints.placeIn(configuration.noDebug() ? null : started.breakpointPlacer());
            watchpoints.placeIn(configuration.noDebug() ? null : started.engine());
        } catch (RuntimeException failure) {
            powerOff();
            throw RequestFailure.of(Kind.LAUNCH_FAILED, failure).orElseThrow(() -> failure);
        }
    }

    /** The client has set its breakpoints: once this is answered, the launch is, and the guest runs. */
    public void configurationDone() {
        afterAnswer.add(() -> {
            launch.complete(null);
            events.process(guest().configuration().program());
            for (int vcpu = 0; vcpu < guest().engine().vcpus(); vcpu++) {
                events.threadStarted(vcpu);
            }
            start();
        });
    }

    private void start() {
        if (guest().configuration().stopOnEntry()) {
            stopped(new Stop.Entry(0));
        } else {
            resume();
        }
    }

    /** Lets the guest run until something stops it. */
    public void resume() {
        guest().engine().resume();
        running();
    }

    /**
     * Lets one vCPU run until something stops it; the others stand still.
     *
     * @param vcpu from 0
     */
    public void resumeAlone(int vcpu) {
        guest().engine().resumeAlone(vcpu);
        running();
    }

    /**
     * Lets a vCPU take a step.
     *
     * @param vcpu from 0
     * @param others what the other vCPUs do meanwhile
     */
    public void step(int vcpu, StepKind kind, Granularity granularity, Companions others) {
        guest().engine().step(vcpu, kind, granularity, others);
        running();
    }

    private void running() {
        state = SessionState.RUNNING;
        stopScope.clear();
    }

    /**
     * Stops the guest; nothing happens where it stands still already.
     *
     * @param vcpu which one the client is told of, from 0
     */
    public void pause(int vcpu) {
        guest().engine().pause(vcpu);
    }

    private void stopped(Stop stop) {
        state = SessionState.STOPPED;
        stoppedVcpu = stop.vcpu();
        guest().flushOutput();
        if (stop instanceof Stop.Watchpoints at) {
            events.stoppedAtData(at, watchpoints.of(at.hits()));
        } else {
            List<ClientBreakpoint> hit = stop instanceof Stop.Breakpoints at ? breakpoints.of(at.hit()) : List.of();
            events.stopped(stop, hit);
        }
        breakpoints.changed().forEach(this::tellChanged);
    }

    /** The client has set breakpoints: once this is answered, it learns of others that have changed with them. */
    public void breakpointsSet() {
        afterAnswer.add(() -> breakpoints.changed().forEach(this::tellChanged));
    }

    private void tellChanged(ClientBreakpoint breakpoint) {
        events.breakpointChanged(BreakpointAnswer.of(breakpoint, clientFeatures));
    }

    /** The user has changed values in the guest: once this is answered, the client fetches anew what depends on them. */
    public void valuesChanged() {
        if (clientFeatures.invalidated()) {
            afterAnswer.add(events::valuesChanged);
        }
    }

    /** The guest has ended itself. */
    private void ended(Stop.Ended stop) {
        powerOff();
        events.exited(stop.exitCode());
        terminated();
    }

    /**
     * Launches the guest anew: the image, its symbols and everything else are read again, and the client's breakpoints set
     * in them.
     *
     * @param arguments the launch configuration of now; null for the same as before
     */
    public void restart(@Nullable JsonObject arguments) {
        LaunchConfiguration configuration = arguments == null ? guest().configuration() : read(arguments);
        boolean wasStopped = state == SessionState.STOPPED;
        powerOff();
        stopScope.clear();
        try {
            powerOn(configuration, "Restarting");
        } catch (RuntimeException failure) {
            afterAnswer.add(this::terminated);
            throw failure;
        }
        afterAnswer.add(() -> {
            breakpoints.changed().forEach(this::tellChanged);
            if (wasStopped) {
                events.continued(0);
            }
            start();
        });
    }

    /** Ends the guest, and tells so once this is answered; nothing happens where it has ended already. */
    public void terminate() {
        powerOff();
        if (state != SessionState.ENDED) {
            afterAnswer.add(this::terminated);
        }
    }

    private void terminated() {
        if (state != SessionState.ENDED) {
            state = SessionState.ENDED;
            stopScope.clear();
            events.terminated();
        }
    }

    private void powerOff() {
        LaunchedGuest ending = guest;
        if (ending != null) {
            guest = null;
            ending.flushOutput();
            ending.close();
            launch.completeExceptionally(new RequestFailure(Kind.LAUNCH_FAILED, "the guest was ended before it ran"));
        }
    }

    /** Ends the session once the present request is answered. */
    public void closeAfterAnswer() {
        try {
            powerOff();
        } finally {
            afterAnswer.add(this::close);
        }
    }

    /** Ends the guest and the session. */
    public void close() {
        try {
            powerOff();
        } finally {
            state = SessionState.ENDED;
            thread.stop();
            closed.countDown();
        }
    }

    /** Waits until the session has ended; any thread but the session's. */
    public void awaitEnd() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until the session has ended, but not longer: whether it has; any thread but the session's. */
    public boolean awaitEnd(Duration longest) {
        try {
            return closed.await(longest.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Lets nobody wait for the end of the session any longer, because its thread is held up, such as by a client that does not
     * read; any thread.
     */
    public void abandon() {
        closed.countDown();
    }

    /** Hears from the guest. */
    private final class Listener implements EngineListener {

        @Override
        public void stopped(Stop stop) {
            if (stop instanceof Stop.Ended end) {
                ended(end);
            } else {
                Session.this.stopped(stop);
            }
        }

        @Override
        public void reset(Stop.Reset reset) {
            guest().flushOutput();
            events.message(reset.description());
        }

        @Override
        public void lost(Stop.Reset reset, RuntimeException failure) {
            powerOff();
            events.important(reset.description() + " It cannot start again: " + failure.getMessage());
            terminated();
        }
    }
}
