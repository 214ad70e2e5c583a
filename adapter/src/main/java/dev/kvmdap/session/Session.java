package dev.kvmdap.session;

import com.google.gson.JsonObject;
import dev.kvmdap.engine.Companions;
import dev.kvmdap.engine.Engine;
import dev.kvmdap.engine.EngineListener;
import dev.kvmdap.engine.ExceptionReport;
import dev.kvmdap.engine.Granularity;
import dev.kvmdap.engine.StepKind;
import dev.kvmdap.engine.Stop;
import dev.kvmdap.expression.NumberFormat;
import dev.kvmdap.session.ClientCatchpoints.Group;
import dev.kvmdap.session.RequestFailure.Kind;
import dev.kvmdap.session.launch.LaunchConfiguration;
import dev.kvmdap.session.launch.LaunchConfigurationException;
import dev.kvmdap.x86.GuestVirtual;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
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
    private final KeptValues kept = new KeptValues();
    private final ClientEvents events;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Deque<Runnable> afterAnswer = new ArrayDeque<>();
    private final StopScope stopScope = new StopScope();
    private final ClientBreakpoints breakpoints = new ClientBreakpoints();
    private final ClientWatchpoints watchpoints = new ClientWatchpoints(breakpoints::nextId);
    private final ClientCatchpoints catchpoints = new ClientCatchpoints(breakpoints::nextId);

    private SessionState state = SessionState.CONNECTED;
    private ClientFeatures clientFeatures = ClientFeatures.DEFAULTS;
    private Cancellation cancellation = new Cancellation(0);
    private CompletableFuture<@Nullable Void> launch = new CompletableFuture<>();
    private @Nullable LaunchedGuest guest;
    private Course course = Course.NONE;
    private int stoppedVcpu;
    private @Nullable Stop lastStop;
    private @Nullable StopReport report;
    private @Nullable NumberFormat numberFormat;

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

    /** What the guest stops at wherever it is: exception filters, I/O ports, catchpoints. */
    public ClientCatchpoints catchpoints() {
        return catchpoints;
    }

    /** What the client may refer to by number until the guest runs again. */
    public StopScope stopScope() {
        return stopScope;
    }

    /** The vCPU that the last stop is about, from 0. */
    public int stoppedVcpu() {
        return stoppedVcpu;
    }

    /** Why the guest stands still; empty before its first stop. */
    public Optional<Stop> lastStop() {
        return Optional.ofNullable(lastStop);
    }

    /** The exception, or what clients ask for as if it were one, that the last stop is about; empty where it is about none. */
    public Optional<ExceptionReport> exception() {
        return report == null ? Optional.empty() : report.exception();
    }

    /** The numbers of the breakpoints, watchpoints and catchpoints that the last stop is at. */
    List<Integer> lastHit() {
        return report == null ? List.of() : report.hit();
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

    /** Puts something off until the present request is answered. */
    void afterAnswer(Runnable next) {
        afterAnswer.add(next);
    }

    /** An answer is written: what was put off until then happens now. */
    public void answered() {
        for (Runnable next = afterAnswer.poll(); next != null; next = afterAnswer.poll()) {
            next.run();
        }
        tellGuestChanges();
    }

    private void tellGuestChanges() {
        LaunchedGuest changed = guest;
        if (changed == null || changed.changes().isEmpty()) {
            return;
        }
        if (state == SessionState.STOPPED && clientFeatures.memory()) {
            changed.changes().take(changed.engine().cpu(stoppedVcpu)).forEach(events::memoryChanged);
        } else {
            changed.changes().forget();
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
                    configuration, thread, new Listener(), events::guestOutput, events::logged, kept, progress);
            guest = started;
            if (numberFormat != null) {
                started.setNumberFormat(numberFormat);
            }
            started.bootReport().forEach(events::message);
            started.warnings().forEach(events::important);
            breakpoints.placeIn(configuration.noDebug() ? null : started.breakpointPlacer());
            watchpoints.placeIn(configuration.noDebug() ? null : started.breakpointPlacer());
            catchpoints.placeIn(configuration.noDebug() ? null : started.catchpointPlacer());
            catchAsLaunched(configuration);
        } catch (RuntimeException failure) {
            powerOff();
            throw RequestFailure.of(Kind.LAUNCH_FAILED, failure).orElseThrow(() -> failure);
        }
    }

    private void catchAsLaunched(LaunchConfiguration configuration) {
        List<CatchRequest> wanted = configuration.catchpoints().stream()
                .map(one -> CatchRequest.of(one.what(), one.condition()))
                .toList();
        List<String> problems = catchpoints.replace(Group.LAUNCH, wanted).stream()
                .filter(catchpoint -> catchpoint.isEnabled() && !catchpoint.verified() && !configuration.noDebug())
                .map(failed -> "catch: " + failed.what().description() + ": " + failed.message())
                .toList();
        if (!problems.isEmpty()) {
            throw new RequestFailure(Kind.LAUNCH_FAILED, String.join("\n", problems));
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
            start(guest().configuration().stopOnEntry());
        });
    }

    private void start(boolean stopAtEntry) {
        if (stopAtEntry) {
            tell(new Stop.Entry(0));
        } else {
            resume();
        }
    }

    /** Lets the guest run until something stops it. */
    public void resume() {
        resume(Course.NONE);
    }

    void resume(Course towards) {
        guest().engine().resume();
        running(towards);
    }

    /**
     * Lets one vCPU run until something stops it; the others stand still.
     *
     * @param vcpu from 0
     */
    public void resumeAlone(int vcpu) {
        guest().engine().resumeAlone(vcpu);
        running(Course.NONE);
    }

    /**
     * Lets a vCPU take a step.
     *
     * @param vcpu from 0
     * @param others what the other vCPUs do meanwhile
     */
    public void step(int vcpu, StepKind kind, Granularity granularity, Companions others) {
        step(vcpu, kind, granularity, others, 1);
    }

    /**
     * Lets a vCPU take steps.
     *
     * @param vcpu from 0
     * @param times from 1; a stop for another reason ends the series
     */
    void step(int vcpu, StepKind kind, Granularity granularity, int times) {
        step(vcpu, kind, granularity, Companions.RUN, times);
    }

    private void step(int vcpu, StepKind kind, Granularity granularity, Companions others, int times) {
        Engine engine = guest().engine();
        engine.step(vcpu, kind, granularity, others);
        running(times == 1 ? Course.NONE : new Course.Steps(engine, vcpu, kind, granularity, times));
    }

    /**
     * Lets a vCPU step into one call of its line, over the others.
     *
     * @param vcpu from 0
     * @param call linear address of the instruction that calls
     * @param others what the other vCPUs do meanwhile
     */
    public void stepInto(int vcpu, GuestVirtual call, Companions others) {
        guest().engine().stepInto(vcpu, call, others);
        running(Course.NONE);
    }

    /**
     * Lets a vCPU execute another instruction next; once this is answered, the client is told that it stands there.
     *
     * @param vcpu from 0
     */
    public void goTo(int vcpu, GuestVirtual address) {
        guest().engine().moveTo(vcpu, address);
        stopScope.clear();
        stoppedVcpu = vcpu;
        afterAnswer.add(() -> events.moved(vcpu));
    }

    /**
     * Lets the guest go on, with a vCPU from another place; a breakpoint there is hit.
     *
     * @param vcpu from 0
     */
    void jump(int vcpu, GuestVirtual address) {
        Engine engine = guest().engine();
        engine.moveTo(vcpu, address);
        engine.resumeArriving(vcpu);
        running(Course.NONE);
    }

    private void running(Course towards) {
        state = SessionState.RUNNING;
        course = towards;
        stopScope.clear();
        guest().forgetState();
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
        course.at(stop).ifPresent(this::tell);
    }

    private void tell(Stop stop) {
        course = Course.NONE;
        state = SessionState.STOPPED;
        stoppedVcpu = stop.vcpu();
        guest().forgetState();
        guest().flushOutput();
        lastStop = stop;
        report = new StopReports(guest(), this).of(stop);
        events.stopped(report);
        deleteTemporary(report.hit());
        tellChanges();
    }

    /** What stands otherwise than the client was told. */
    private void tellChanges() {
        breakpoints.changed().forEach(this::tellChanged);
        for (ClientWatchpoint ended : watchpoints.takeEnded()) {
            events.breakpointRemoved(ended.id());
            events.message("Data breakpoint %d on %s is gone: %s"
                    .formatted(ended.id(), ended.request().range().term(), ended.message()));
        }
        watchpoints.changed().forEach(changed -> events.breakpointChanged(BreakpointAnswer.of(changed)));
        catchpoints.changed().forEach(changed -> events.breakpointChanged(BreakpointAnswer.of(changed)));
    }

    private void deleteTemporary(List<Integer> hit) {
        breakpoints.all().stream()
                .filter(breakpoint -> breakpoint.isTemporary() && hit.contains(breakpoint.id()))
                .forEach(breakpoint -> {
                    breakpoints.delete(breakpoint);
                    events.breakpointRemoved(breakpoint.id());
                });
        catchpoints.all().stream()
                .filter(catchpoint -> catchpoint.isTemporary() && hit.contains(catchpoint.id()))
                .forEach(catchpoint -> {
                    catchpoints.delete(catchpoint);
                    events.breakpointRemoved(catchpoint.id());
                });
    }

    /**
     * Breakpoints were set, by the client or in the console: once this is answered, the client learns of others that have changed
     * with them.
     */
    public void breakpointsSet() {
        afterAnswer.add(this::tellChanges);
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

    /** The user chooses how integers are written, in this guest and those after a restart. */
    void setNumberFormat(NumberFormat format) {
        numberFormat = format;
        guest().setNumberFormat(format);
        valuesChanged();
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
        restart(arguments, false);
    }

    /**
     * As {@link #restart(JsonObject)}.
     *
     * @param stopAtEntry whether the guest stands before its first instruction, whatever its configuration says
     */
    void restart(@Nullable JsonObject arguments, boolean stopAtEntry) {
        LaunchConfiguration configuration = arguments == null ? guest().configuration() : read(arguments);
        boolean wasStopped = state == SessionState.STOPPED;
        powerOff();
        course = Course.NONE;
        stopScope.clear();
        try {
            powerOn(configuration, "Restarting");
        } catch (RuntimeException failure) {
            afterAnswer.add(this::terminated);
            throw failure;
        }
        afterAnswer.add(() -> {
            tellChanges();
            if (wasStopped) {
                events.continued(0);
            }
            start(stopAtEntry || configuration.stopOnEntry());
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
            ending.flushOutput(); // what it has printed in between
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
        public void trapsChanged() {
            tellChanges();
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
