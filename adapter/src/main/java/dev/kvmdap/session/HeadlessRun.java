package dev.kvmdap.session;

import dev.kvmdap.engine.Engine;
import dev.kvmdap.engine.EngineListener;
import dev.kvmdap.engine.ExceptionReport;
import dev.kvmdap.engine.Frame;
import dev.kvmdap.engine.Stop;
import dev.kvmdap.kvm.HostProbe;
import dev.kvmdap.kvm.Kvm;
import dev.kvmdap.machine.BootImage;
import dev.kvmdap.machine.BootedImage;
import dev.kvmdap.machine.Machine;
import dev.kvmdap.machine.MachineConfiguration;
import dev.kvmdap.session.launch.LaunchConfiguration;
import dev.kvmdap.symbols.Symbols;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A guest without a client: it runs until it ends itself, comes to a stop that nothing will end, or has used up its time.
 * The thread that calls {@link #run} is the session thread.
 */
public final class HeadlessRun {

    /** How long a part of a line, such as a prompt, may wait before it is shown. */
    private static final long FLUSH_MILLIS = 20;

    private static final int MOST_FRAMES = 32;

    /** How a run came out. */
    public sealed interface Outcome {

        /** The guest ended itself with an exit code. */
        record Ended(int exitCode) implements Outcome {}

        /**
         * The guest can go no further.
         *
         * @param stop why
         * @param explanation the same in full, for people
         * @param where the call stack, innermost first, a line each
         */
        record Stuck(Stop stop, String explanation, List<String> where) implements Outcome {}

        /**
         * The time was up while the guest still ran.
         *
         * @param where the call stack, innermost first, a line each
         */
        record TimedOut(List<String> where) implements Outcome {}
    }

    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final SerialStream serial;
    private final Consumer<String> notice;
    private @Nullable Stop stop;

    private HeadlessRun(SerialStream serial, Consumer<String> notice) {
        this.serial = serial;
        this.notice = notice;
    }

    /**
     * Runs a guest to its end.
     *
     * @param output gets what the guest sends by COM1 and by the debug port
     * @param notice gets a line for people when the guest resets its machine, and what it asks for and does not get
     * @param detail gets a line that tells as what the program was booted, and why
     * @throws RuntimeException one that {@link RequestFailure#of} knows: a wrong configuration, an image that cannot be
     *     started, no usable KVM
     */
    public static Outcome run(
            LaunchConfiguration configuration, OutputStream output, Consumer<String> notice, Consumer<String> detail) {
        SerialStream serial = new SerialStream(output);
        try (Kvm kvm = Kvm.open()) {
            BootedImage image = BootImage.plan(configuration.bootConfiguration(), configuration.memory());
            detail.accept(image.recognition());
            image.remarks().forEach(notice);
            Symbols symbols = ProgramSymbols.open(configuration, image);
            MachineConfiguration machine = LaunchedGuest.machine(configuration, kvm, serial, serial);
            HeadlessRun run = new HeadlessRun(serial, notice);
            try (Engine engine = new Engine(
                    () -> Machine.create(kvm, machine),
                    symbols,
                    HostProbe.probe(),
                    run.tasks::add,
                    run.new Listener())) {
                return run.toTheEnd(engine, configuration.timeout());
            }
        } finally {
            serial.flush();
        }
    }

    private Outcome toTheEnd(Engine engine, @Nullable Double seconds) {
        long start = System.nanoTime();
        long limit = seconds == null ? Long.MAX_VALUE : (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        boolean interrupted = false;
        boolean paused = false;
        engine.resume();
        while (stop == null) {
            try {
                Runnable task = tasks.poll(FLUSH_MILLIS, TimeUnit.MILLISECONDS);
                if (task != null) {
                    task.run();
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
            serial.flush();
            if (!paused && (interrupted || System.nanoTime() - start > limit)) {
                engine.pause();
                paused = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return outcome(engine, stop);
    }

    private static Outcome outcome(Engine engine, Stop stop) {
        if (stop instanceof Stop.Ended ended) {
            return new Outcome.Ended(ended.exitCode());
        }
        List<String> where = engine.stack(stop.vcpu(), 0, MOST_FRAMES).stream()
                .map(Frame::text)
                .toList();
        return stop instanceof Stop.Paused
                ? new Outcome.TimedOut(where)
                : new Outcome.Stuck(
                        stop, engine.explain(stop).map(ExceptionReport::text).orElse(stop.description()), where);
    }

    private final class Listener implements EngineListener {

        @Override
        public void stopped(Stop reason) {
            stop = reason;
        }

        @Override
        public void reset(Stop.Reset reset) {
            notice.accept(reset.description());
        }

        @Override
        public void lost(Stop.Reset reset, RuntimeException failure) {
            notice.accept(reset.description());
            throw failure;
        }
    }
}
