package dev.kvmdap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvmdap.kvm.HostFindings;
import dev.kvmdap.kvm.Kvm;
import dev.kvmdap.kvm.Patience;
import dev.kvmdap.kvm.RealHost;
import dev.kvmdap.machine.BootConfiguration;
import dev.kvmdap.machine.Machine;
import dev.kvmdap.machine.MachineConfiguration;
import dev.kvmdap.symbols.Function;
import dev.kvmdap.symbols.SourceMap;
import dev.kvmdap.symbols.SymbolFile;
import dev.kvmdap.symbols.Symbols;
import dev.kvmdap.x86.GuestVirtual;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** A guest on this host's KVM under an engine, with a session thread of its own. */
final class DebuggedGuest implements AutoCloseable {

    /** Found out once: it is the same host for every test. */
    static final HostFindings HOST = RealHost.findings();

    private final Kvm kvm = Kvm.open();
    private final ExecutorService session = Executors.newSingleThreadExecutor();
    private final BlockingQueue<Stop> stops = new LinkedBlockingQueue<>();
    private final BlockingQueue<Stop.Reset> resets = new LinkedBlockingQueue<>();
    private final AtomicInteger trapChanges = new AtomicInteger();
    private final Queue<Character> serial = new ConcurrentLinkedQueue<>();
    private final Symbols symbols;
    private final Path source;
    private final Engine engine;

    DebuggedGuest(BootConfiguration boot, Path symbolFile, Path source, int vcpus) {
        this(boot, symbolFile, source, vcpus, HOST);
    }

    /** Under an engine that believes these findings. */
    DebuggedGuest(BootConfiguration boot, Path symbolFile, Path source, int vcpus, HostFindings host) {
        this.source = source;
        symbols = Symbols.of(List.of(SymbolFile.open(symbolFile, 0, SourceMap.none())));
        MachineConfiguration machine = new MachineConfiguration(
                16 << 20, vcpus, 0xf4, kvm.supportedCpuid(), next -> serial.add((char) next), next -> {}, boot);
        EngineListener listener = new EngineListener() {
            @Override
            public void stopped(Stop stop) {
                stops.add(stop);
            }

            @Override
            public void trapsChanged() {
                trapChanges.incrementAndGet();
            }

            @Override
            public void reset(Stop.Reset reset) {
                resets.add(reset);
            }

            @Override
            public void lost(Stop.Reset reset, RuntimeException failure) {
                throw failure;
            }
        };
        engine = onSession(() -> new Engine(() -> Machine.create(kvm, machine), symbols, host, session, listener));
    }

    <T> T onSession(Callable<T> task) {
        try {
            return session.submit(task).get(Patience.FOR_A_GUEST.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Asks the engine on the session thread. */
    <T> T ask(java.util.function.Function<Engine, T> question) {
        return onSession(() -> question.apply(engine));
    }

    /** Tells the engine on the session thread. */
    void tell(java.util.function.Consumer<Engine> command) {
        onSession(() -> {
            command.accept(engine);
            return true;
        });
    }

    Breakpoint breakpoint(long address, BreakpointMode mode) {
        return ask(e -> e.addBreakpoint(new GuestVirtual(address), mode, null));
    }

    /** The address of a label. */
    long label(String name) {
        List<Function> named = symbols.functionsNamed(name);
        assertThat(named).as("label %s", name).isNotEmpty();
        return named.get(0).low();
    }

    /** The address of the source line that bears a marker comment. */
    long marker(String text) {
        try {
            List<String> lines = Files.readAllLines(source, StandardCharsets.UTF_8);
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).matches(".*(MARK|BREAK): " + text + "( \\*/)?$")) {
                    return symbols.resolve(source, i + 1)
                            .orElseThrow()
                            .addresses()
                            .get(0);
                }
            }
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        throw new AssertionError("no marker '" + text + "' in " + source);
    }

    long pc() {
        return ask(e -> e.cpu(0).pc());
    }

    void setPc(long address) {
        tell(e -> {
            e.cpu(0).regs().rip(address);
            e.cpu(0).store();
        });
    }

    String serial() {
        return serial.stream().map(String::valueOf).collect(Collectors.joining());
    }

    /** Resumes and waits for the stop. */
    Stop resume() {
        tell(Engine::resume);
        return stop();
    }

    Stop step(StepKind kind, Granularity granularity) {
        tell(e -> e.step(0, kind, granularity));
        return stop();
    }

    Stop stop() {
        return next(stops, "stop");
    }

    Stop.Reset reset() {
        return next(resets, "reset");
    }

    /** How often the engine has told that breakpoints or watchpoints stand otherwise. */
    int trapChanges() {
        return trapChanges.get();
    }

    boolean hasStopped() {
        return !stops.isEmpty();
    }

    private static <T> T next(BlockingQueue<T> queue, String what) {
        try {
            T next = queue.poll(Patience.FOR_A_GUEST.toSeconds(), TimeUnit.SECONDS);
            assertThat(next).as("a %s within %s", what, Patience.FOR_A_GUEST).isNotNull();
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        tell(Engine::close);
        session.shutdown();
        kvm.close();
    }
}
